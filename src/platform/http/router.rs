//! What answers at which path.

use std::{sync::Arc, time::Duration};

use async_graphql::{ObjectType, SubscriptionType};
use poem::{
    Endpoint, EndpointExt, FromRequest, IntoResponse, Request, Response, Route,
    endpoint::BoxEndpoint,
    get,
    http::{HeaderMap, Method, StatusCode, Version, header},
    middleware::{CatchPanic, Cors, SetHeader},
    web::websocket::{WebSocket, WebSocketConfig},
};
use serde_json::json;

use super::{explorer, server::Readiness};
use crate::platform::{
    config::Settings,
    fault::Code,
    graphql::{
        endpoint::Face,
        error, language,
        socket::{self, PROTOCOL},
    },
};

/// Routes of rooms, beside GraphQL.
pub type Routes = Vec<(&'static str, BoxEndpoint<'static, Response>)>;

/// Every route, with the headers that every answer has.
///
/// # Errors
/// Where a setting is wrong.
pub fn router<Q, M, S>(
    face: Arc<Face<Q, M, S>>,
    readiness: Readiness,
    rooms: Routes,
) -> anyhow::Result<impl Endpoint<Output = Response> + 'static>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let settings = Arc::clone(face.settings());
    let origins = settings.cors()?;
    let mut route = Route::new()
        .at("/graphql", Graphql { face, origins: origins.clone(), own: own_origin(&settings) })
        .at("/healthz", get(poem::endpoint::make_sync(|_| "ok")))
        .at("/readyz", get(readiness));
    if settings.explorer {
        route = explorer::mounted(route);
    }
    for (path, endpoint) in rooms {
        route = route.at(path, endpoint);
    }
    let headers = SetHeader::new()
        .overriding(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .overriding(header::REFERRER_POLICY, "no-referrer")
        .overriding(header::X_FRAME_OPTIONS, "DENY");
    let cors = Cors::new()
        .allow_origins_fn({
            let origins = origins.clone();
            move |origin| origins.iter().any(|allowed| allowed == origin)
        })
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([
            "authorization",
            "content-type",
            "accept-language",
            "x-academy",
            "x-session-transport",
            "x-access-reason",
            "x-device-token",
            "idempotency-key",
        ])
        .expose_headers(["retry-after", "ratelimit", "ratelimit-policy", "x-request-id"])
        .allow_credentials(true)
        .max_age(600);
    let panic = CatchPanic::new().with_handler(|cause: Box<dyn std::any::Any + Send>| {
        let cause = cause.downcast_ref::<&str>().copied().unwrap_or("no text");
        tracing::error!(cause, "a handler panicked");
        StatusCode::INTERNAL_SERVER_ERROR
    });
    let route = Arc::new(route.map_to_response());
    // Where the settings name nobody, browsers refuse by themselves: no answer allows their page anything.
    let others = (!origins.is_empty()).then(|| Arc::clone(&route).with(cors).map_to_response().boxed());
    let routes = Origins { own: own_origin(&settings), route: route.boxed(), others };
    Ok(routes.with(headers).with(panic).map_to_response())
}

/// What stands in front of every route: a request says once where it goes; and pages of other sites, where the settings name them, may call what needs a session. To our own pages that is no question, and
/// documents that anybody may read say so themselves: the middleware would refuse both.
struct Origins {
    own: Option<String>,
    route: BoxEndpoint<'static, Response>,
    others: Option<BoxEndpoint<'static, Response>>,
}

impl Endpoint for Origins {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if let Some(name) = ambiguous(&request) {
            let words =
                words!("Sebuah permintaan memuat tepat satu {name}.", "A request has one {name}, and one only.");
            let refusal = error::refusal(Code::BadUserInput, &words, language(request.headers()));
            let answer = Response::builder().status(StatusCode::BAD_REQUEST).content_type("application/json");
            return Ok(answer.body(refusal.to_string()));
        }
        let path = request.uri().path();
        let for_sessions = path == "/graphql" || path.starts_with("/uploads/");
        match &self.others {
            Some(others) if for_sessions && !is_own(request.headers(), self.own.as_deref()) => {
                others.call(request).await
            }
            _ => self.route.call(request).await,
        }
    }
}

/// What a request says twice, or not at all, of where it goes and who sends it: a proxy may read the other one (RFC 9112, 3.2).
fn ambiguous(request: &Request) -> Option<&'static str> {
    let count = |name: &str| request.headers().get_all(name).iter().count();
    let needs_host = request.version() == Version::HTTP_11 && request.uri().host().is_none();
    if count("host") > 1 || (needs_host && count("host") == 0) {
        return Some("Host");
    }
    [("x-academy", "X-Academy"), ("origin", "Origin"), ("authorization", "Authorization")]
        .into_iter()
        .find_map(|(name, shown)| (count(name) > 1).then_some(shown))
}

/// The origin of our pages, where the settings say it.
fn own_origin(settings: &Settings) -> Option<String> {
    settings.public_url.as_ref().map(|url| url.origin().ascii_serialization())
}

/// Whether a request comes from a page of ours, or from no page at all.
fn is_own(headers: &HeaderMap, own: Option<&str>) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = url::Url::parse(origin).ok().and_then(|url| {
        let host = url.host_str()?.to_owned();
        Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
    });
    own == Some(origin) || (host.is_some() && host.as_deref() == text(header::HOST))
}

struct Graphql<Q: 'static, M: 'static, S: 'static> {
    face: Arc<Face<Q, M, S>>,
    origins: Vec<String>,
    own: Option<String>,
}

impl<Q, M, S> Endpoint for Graphql<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (request, mut body) = request.split();
        // A client may offer another protocol (h2c), and does not insist.
        if !wants_socket(&request) {
            let body = body.take()?;
            return Ok(Arc::clone(&self.face).answer(request, body).await);
        }
        // A browser sends cookies with a socket from any page.
        if !is_own(request.headers(), self.own.as_deref()) && !self.is_named(request.headers()) {
            return Ok(StatusCode::FORBIDDEN.into());
        }
        if !speaks_protocol(request.headers()) {
            return Ok(Response::builder()
                .status(StatusCode::BAD_REQUEST)
                .body(format!("The subprotocol is {PROTOCOL} (Sec-WebSocket-Protocol).")));
        }
        let facts = self.face.facts(&request);
        let place = match self.face.socket(&facts.ip_address) {
            Ok(place) => place,
            Err(status) => return Ok(Response::builder().status(status).header(header::RETRY_AFTER, "1").finish()),
        };
        let upgrade = WebSocket::from_request(&request, &mut body).await?;
        let most = self.face.settings().limits.socket_message_bytes;
        // The default read buffer is 128 KiB a socket: a hundred thousand idle ones would need 13 GiB.
        let config =
            WebSocketConfig::default().read_buffer_size(1024).max_message_size(Some(most)).max_frame_size(Some(most));
        let headers = request.headers().clone();
        let face = Arc::clone(&self.face);
        let upgraded = upgrade
            .protocols([PROTOCOL])
            .config(config)
            .on_upgrade(move |stream| async move { socket::serve(face, stream, headers, facts, place).await });
        Ok(upgraded.into_response())
    }
}

impl<Q, M, S> Graphql<Q, M, S> {
    fn is_named(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
        origin.is_some_and(|origin| self.origins.iter().any(|allowed| allowed == origin))
    }
}

fn wants_socket(request: &Request) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    request.method() == Method::GET && upgrade.eq_ignore_ascii_case("websocket")
}

fn speaks_protocol(headers: &HeaderMap) -> bool {
    headers
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|protocols| protocols.to_str().ok())
        .is_some_and(|protocols| protocols.split(',').any(|protocol| protocol.trim() == PROTOCOL))
}

impl Endpoint for Readiness {
    type Output = Response;

    async fn call(&self, _: Request) -> poem::Result<Response> {
        let (status, report) = match tokio::time::timeout(Duration::from_secs(2), self.check()).await {
            Ok(Ok(())) => (StatusCode::OK, json!({ "ready": true })),
            Ok(Err(reason)) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "ready": false, "reason": reason })),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "ready": false, "reason": "the database is slow" })),
        };
        Ok(Response::builder().status(status).content_type("application/json").body(report.to_string()))
    }
}
