//! `GraphiQL` from our own binary: it works with no network.

use poem::{
    Response, Route, get, handler,
    http::{StatusCode, header},
    web::Path,
};

const PAGE: &str = include_str!("../../../assets/graphiql/index.html");

const FILES: [(&str, &str, &[u8]); 6] = [
    ("graphiql.min.js", "text/javascript", include_bytes!("../../../assets/graphiql/graphiql.min.js")),
    ("graphiql.min.css", "text/css", include_bytes!("../../../assets/graphiql/graphiql.min.css")),
    ("react.production.min.js", "text/javascript", include_bytes!("../../../assets/graphiql/react.production.min.js")),
    (
        "react-dom.production.min.js",
        "text/javascript",
        include_bytes!("../../../assets/graphiql/react-dom.production.min.js"),
    ),
    ("start.js", "text/javascript", include_bytes!("../../../assets/graphiql/start.js")),
    ("start.css", "text/css", include_bytes!("../../../assets/graphiql/start.css")),
];

/// Scripts and data from here only; styles may stand in elements, since the editor puts them there.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[handler]
fn page() -> Response {
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(header::CACHE_CONTROL, "no-cache")
        .body(PAGE)
}

#[handler]
fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(file, ..)| *file == name) {
        Some((_, content_type, bytes)) => Response::builder()
            .content_type(*content_type)
            .header(header::CACHE_CONTROL, "public, max-age=3600")
            .body(*bytes),
        None => StatusCode::NOT_FOUND.into(),
    }
}

/// The page at `/` and its files.
pub(super) fn mounted(route: Route) -> Route {
    route.at("/", get(page)).at("/graphiql/:name", get(file))
}
