//! What answers at which path.

use std::{sync::Arc, time::Duration};

use async_graphql::{ObjectType, SubscriptionType};
use poem::{
    Endpoint, EndpointExt, FromRequest, IntoResponse, Request, Response, Route,
    endpoint::BoxEndpoint,
    get,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{CatchPanic, Cors, SetHeader},
    web::websocket::{WebSocket, WebSocketConfig},
};
use serde_json::json;

use super::{explorer, server::Readiness};
use crate::platform::graphql::{
    endpoint::Face,
    socket::{self, PROTOCOL},
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
        .at("/graphql", Graphql { face, origins: origins.clone() })
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
    // Without an origin in the settings no page of another site may call us, and the middleware would refuse all that
    // send an Origin: our own pages too.
    let routes: BoxEndpoint<'static, Response> =
        if origins.is_empty() { route.map_to_response().boxed() } else { route.with(cors).map_to_response().boxed() };
    Ok(routes.with(headers).with(panic).map_to_response())
}

struct Graphql<Q: 'static, M: 'static, S: 'static> {
    face: Arc<Face<Q, M, S>>,
    origins: Vec<String>,
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
        if !request.headers().contains_key(header::UPGRADE) {
            let body = body.take()?;
            return Ok(Arc::clone(&self.face).answer(request, body).await);
        }
        if !self.origin_allowed(request.headers()) {
            return Ok(StatusCode::FORBIDDEN.into());
        }
        if !speaks_protocol(request.headers()) {
            return Ok(Response::builder()
                .status(StatusCode::BAD_REQUEST)
                .body(format!("The subprotocol is {PROTOCOL} (Sec-WebSocket-Protocol).")));
        }
        let upgrade = WebSocket::from_request(&request, &mut body).await?;
        let most = self.face.settings().limits.socket_message_bytes;
        // The default read buffer is 128 KiB a socket: a hundred thousand idle ones would need 13 GiB.
        let config =
            WebSocketConfig::default().read_buffer_size(1024).max_message_size(Some(most)).max_frame_size(Some(most));
        let facts = self.face.facts(&request);
        let headers = request.headers().clone();
        let face = Arc::clone(&self.face);
        let upgraded = upgrade
            .protocols([PROTOCOL])
            .config(config)
            .on_upgrade(move |stream| async move { socket::serve(face, stream, headers, facts).await });
        Ok(upgraded.into_response())
    }
}

impl<Q, M, S> Graphql<Q, M, S> {
    /// A browser sends cookies with a socket from any page: the page's origin must be ours or named in the settings.
    fn origin_allowed(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(origin) = text(header::ORIGIN) else { return true };
        let own = url::Url::parse(origin).ok().and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
        });
        own.as_deref() == text(header::HOST) || self.origins.iter().any(|allowed| allowed == origin)
    }
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
