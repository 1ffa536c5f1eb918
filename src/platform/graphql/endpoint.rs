//! GraphQL over HTTP (the draft of August 2026, as its audits test it): media types, status codes, CSRF, limits, errors.
//!
//! The library's own endpoint answers 200 to everything, runs mutations by GET and takes any content type: this one does
//! not. It knows nothing of rooms: who asks, and in which academy, is found by a [`Gateway`].

use std::{net::IpAddr, sync::Arc};

use async_graphql::{
    ObjectType, Request as GqlRequest, Response as GqlResponse, Schema, SubscriptionType, Variables,
    parser::types::OperationType,
};
use futures_util::future::BoxFuture;
use poem::{
    Body, Request, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use serde_json::{Value as Json, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument;

use super::{
    answer::Answer,
    bounds::{bounded, failed},
    call::{Call, Cookie, RequestFacts, Services},
    document::{Checked, Rejected, Shape},
    endings::Endings,
    error::{self, Telling},
    hearing,
    request::{Asked, GRAPHQL, JSON, accepted, cookie_of, language, throw_away, token_of},
    shares::{Charged, Shares},
};
use crate::platform::{
    config::Limits,
    db::AcademyId,
    fault::{Code, Fault},
    http::addresses::Counted,
    idempotency,
    privacy::{SessionId, reads},
    text::{Language, Words},
};

/// What a client says of who it is.
#[derive(Clone)]
pub enum Token {
    /// The `Authorization` header: what is wrong with it is told.
    Header(String),
    /// The session cookie, which a browser sends by itself: one whose session has ended is nobody's, or nobody could sign in any more.
    Cookie(String),
}

/// Finds out who asks.
pub trait Gateway: Send + Sync + 'static {
    /// The request's academy and viewer.
    fn open<'a>(
        &'a self,
        services: &'a Services,
        headers: &'a HeaderMap,
        token: Option<&'a Token>,
        facts: RequestFacts,
    ) -> BoxFuture<'a, Result<Arc<Call>, Fault>>;

    /// Which of these sessions of an academy have not ended.
    fn living<'a>(
        &'a self,
        services: &'a Services,
        academy: AcademyId,
        sessions: &'a [SessionId],
    ) -> BoxFuture<'a, Result<Vec<SessionId>, Fault>>;

    /// What is left to do before an answer goes out: without it, it doesn't.
    fn close<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<(), Fault>>;
}

/// The face: a schema, and what stands in front of it.
pub struct Face<Q: 'static, M: 'static, S: 'static> {
    pub(super) schema: Schema<Q, M, S>,
    pub(super) shape: Shape,
    pub(super) services: Services,
    pub(super) gateway: Box<dyn Gateway>,
    proxies: Vec<IpAddr>,
    pub(super) shares: Shares,
    /// A place for each socket that may be open.
    sockets: Arc<Semaphore>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) endings: Arc<Endings>,
}

/// Why staff read somebody's data.
pub(super) const ACCESS_REASON: &str = "x-access-reason";

/// More than any system has files.
const MOST_SOCKETS: usize = 1 << 24;

/// The place of an open socket, until all that it began has ended.
pub struct Place {
    _counted: Counted,
    _permit: OwnedSemaphorePermit,
}

/// The name of a cookie. The prefix makes browsers refuse it without `Secure`, `Path=/` and from a subdomain; without TLS, on loopback,
/// they would refuse it with the prefix.
const fn cookie_name(cookie: Cookie, is_secure: bool) -> &'static str {
    match (cookie, is_secure) {
        (Cookie::Session, true) => "__Host-sanggar",
        (Cookie::Session, false) => "sanggar",
        (Cookie::Device, true) => "__Host-sanggar-device",
        (Cookie::Device, false) => "sanggar-device",
    }
}

impl<Q, M, S> Face<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// A face of `schema`. `once` names the mutations that may stand once in a document. When `stop` turns true, sockets end.
    ///
    /// # Errors
    /// Where the schema's own text can't be read, or a setting is wrong.
    pub fn new(
        schema: Schema<Q, M, S>,
        services: Services,
        gateway: impl Gateway,
        once: &'static [&'static str],
        stop: watch::Receiver<bool>,
    ) -> anyhow::Result<Self> {
        let shape = Shape::of_schema(&schema.sdl(), once)?;
        Ok(Self {
            schema,
            shape,
            proxies: services.settings.proxies()?,
            shares: Shares::new(&services.settings.limits),
            sockets: Arc::new(Semaphore::new(services.settings.limits.sockets.min(MOST_SOCKETS))),
            stop,
            endings: Arc::default(),
            services,
            gateway: Box::new(gateway),
        })
    }

    /// The configuration.
    #[must_use]
    pub const fn settings(&self) -> &Arc<crate::platform::config::Settings> {
        &self.services.settings
    }

    /// Forgets addresses that have not been seen for a while.
    pub fn forget_quiet_addresses(&self) {
        self.shares.forget_quiet_addresses();
    }

    /// A place for a socket of an address, or why there is none.
    pub(crate) fn socket(&self, address: &str) -> Result<Place, StatusCode> {
        if matches!(self.shares.charge(address, 1), Charged::Used(_)) {
            return Err(StatusCode::TOO_MANY_REQUESTS);
        }
        let counted = self.shares.open(address).ok_or(StatusCode::TOO_MANY_REQUESTS)?;
        let permit = Arc::clone(&self.sockets).try_acquire_owned().map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        Ok(Place { _counted: counted, _permit: permit })
    }

    /// Hears what other replicas do, for ever: closes sockets whose sessions end, wakes who follows something.
    pub async fn hear(&self) {
        hearing::hear(&self.services, &self.endings, &*self.gateway).await;
    }

    /// Comes back when no socket is open any more, and nothing that one began runs.
    pub async fn sockets_ended(&self) {
        let all = u32::try_from(self.limits().sockets.min(MOST_SOCKETS)).unwrap_or(u32::MAX);
        // Nobody closes it.
        let _ = self.sockets.acquire_many(all).await;
    }

    fn limits(&self) -> &Limits {
        &self.services.settings.limits
    }

    fn used_up(&self, seconds: u64, language: Language) -> Answer {
        // What is left is not known, and may be enough for something smaller.
        Answer::too_many(seconds, language).of_quota(self.limits().cost_per_minute)
    }

    /// Answers one HTTP request.
    pub async fn answer(self: Arc<Self>, request: Request, body: Body) -> Response {
        let facts = self.facts(&request);
        let language = language(request.headers());
        let request_id = facts.request_id.clone();
        let Some(media) = accepted(request.headers()) else {
            throw_away(body, self.limits()).await;
            let words = words!("Terima {GRAPHQL} atau {JSON}.", "Accept {GRAPHQL} or {JSON}.");
            let answer = Answer::refused(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, &words, language);
            return answer.sent(JSON, &request_id);
        };
        // A request costs one, whatever becomes of it: the look-up of a wrong token, the reading of a hostile document.
        let answer = match self.shares.charge(&facts.ip_address, 1) {
            Charged::Used(seconds) => {
                throw_away(body, self.limits()).await;
                self.used_up(seconds, language)
            }
            Charged::Left(_) => match self.prepare(&request, body, facts, language).await {
                Ok((call, asked)) => self.run(call, asked, media).await,
                Err(answer) => *answer,
            },
        };
        answer.sent(media, &request_id)
    }

    async fn prepare(
        &self,
        request: &Request,
        body: Body,
        facts: RequestFacts,
        language: Language,
    ) -> Result<(Arc<Call>, Asked), Box<Answer>> {
        let asked = Asked::read(request, body, self.limits(), language).await?;
        let keys: Vec<_> = request.headers().get_all("idempotency-key").iter().collect();
        if keys.len() > 1 || keys.iter().any(|key| !idempotency::is_key(key.as_bytes())) {
            let words = words!(
                "Idempotency-Key adalah satu kata ASCII dari 1 sampai 255 huruf.",
                "An Idempotency-Key is one word of 1 to 255 visible ASCII characters."
            );
            return Err(Box::new(Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language)));
        }
        if request.headers().contains_key(ACCESS_REASON) && facts.access_reason.is_none() {
            let words = words!(
                "X-Access-Reason hanya satu: satu baris UTF-8 dari 3 sampai 500 karakter yang menyebut alasan.",
                "There is one X-Access-Reason: one line of UTF-8, of 3 to 500 characters, that says something."
            );
            return Err(Box::new(Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language)));
        }
        let token = self.token(request.headers());
        let call = self
            .gateway
            .open(&self.services, request.headers(), token.as_ref(), facts)
            .await
            .map_err(|fault| Box::new(Answer::faulted(&fault, language)))?;
        Ok((call, asked))
    }

    async fn run(self: &Arc<Self>, call: Arc<Call>, asked: Asked, media: &'static str) -> Answer {
        let language = call.language;
        let refused = |code, words: &Words| {
            // A client that takes only application/json is of the time when all answers were 200.
            let status = if media == GRAPHQL { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            Answer::refused(status, code, words, language)
        };
        let limits = self.limits();
        let checked = self.shape.check(&asked.query, asked.operation_name.as_deref(), &asked.variables, limits);
        let checked = match checked {
            Ok(checked) => checked,
            Err(Rejected { code, words }) => return refused(code, &words),
        };
        if asked.by_get && checked.operation != OperationType::Query {
            let words =
                words!("Dengan GET hanya kueri; mutasi dengan POST.", "By GET only queries; mutations by POST.");
            return Answer::refused(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, &words, language)
                .with(header::ALLOW, "POST");
        }
        if checked.operation == OperationType::Subscription {
            let words = words!(
                "Langganan berjalan lewat WebSocket (graphql-transport-ws) pada alamat yang sama.",
                "Subscriptions run over a WebSocket (graphql-transport-ws) at the same address."
            );
            return refused(Code::BadUserInput, &words);
        }
        let address = call.facts.ip_address.clone();
        let left = match self.shares.charge(&address, checked.cost) {
            Charged::Used(seconds) => return self.used_up(seconds, language),
            Charged::Left(left) => left,
        };
        let Some(running) = self.shares.begin(&address) else { return Answer::too_many(1, language) };
        let changes = checked.operation == OperationType::Mutation;
        let (cost, wants_cost) = (checked.cost, asked.wants_cost);
        let telling = self.telling(&call);
        let request = prepared(asked.query, asked.operation_name, asked.variables, checked, &call);
        let response = self.execute(request, Arc::clone(&call), running, changes).await;
        self.shares.charge_given(&address, call.weight().objects());
        let mut body = error::told(&response, &telling);
        if wants_cost {
            body["extensions"]["cost"] = json!({ "requested": cost, "limit": limits.cost });
        }
        let status = if error::is_request_error(&response) && media == GRAPHQL {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        let mut answer = Answer::new(status, body);
        if let Some(left) = left {
            let quota = limits.cost_per_minute;
            // The share grows back evenly: when it is whole again.
            let whole = u64::from(quota.saturating_sub(left)) * 60 / u64::from(quota.max(1)) + 1;
            answer = answer.rated(quota, left, whole);
        }
        // What may have changed something must not be repeated by a machine.
        if error::is_overloaded(&response) && !changes {
            answer = answer.with(header::RETRY_AFTER, "1");
        }
        if let Some(seconds) = error::wait(&response) {
            answer = answer.with(header::RETRY_AFTER, seconds.to_string());
        }
        for (cookie, value) in call.take_cookies() {
            answer = answer.with(header::SET_COOKIE, self.cookie(cookie, &value));
        }
        answer
    }

    /// Runs to the end whatever the client does: a transaction that a disconnect cuts would hang in the pool.
    async fn execute(
        self: &Arc<Self>,
        request: GqlRequest,
        call: Arc<Call>,
        running: Counted,
        changes: bool,
    ) -> GqlResponse {
        let face = Arc::clone(self);
        let span = tracing::info_span!("request", id = call.facts.request_id);
        let task = async move {
            let running_to_the_end = Box::pin(call.turns().drive(face.schema.execute(request)));
            let response = bounded(&call, face.limits(), running_to_the_end).await;
            let closed = face.gateway.close(&call).await;
            drop((call, running));
            closed.map_or_else(failed, |()| response.unwrap_or_else(|cut| cut.answer(changes)))
        };
        tokio::spawn(task.instrument(span)).await.unwrap_or_else(|panic| {
            tracing::error!(%panic, "a resolver panicked");
            let fault = Fault::from(anyhow::anyhow!("a resolver panicked"));
            failed(fault)
        })
    }

    pub(super) fn telling(&self, call: &Call) -> Telling {
        Telling {
            language: call.language,
            request_id: call.facts.request_id.clone(),
            names: self.services.settings.introspection,
            echoed: self.services.settings.limits.echoed_errors,
        }
    }

    /// What the transport knows about a request.
    #[must_use]
    pub fn facts(&self, request: &Request) -> RequestFacts {
        let headers = request.headers();
        // An IPv4 address may come as an IPv6 one, where the server listens on both.
        let peer = request.remote_addr().as_socket_addr().map(|peer| peer.ip().to_canonical());
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = || {
            // The last address that no proxy of ours wrote: what stands before it is the client's own claim.
            // Every line of it: a proxy may add one of its own below the client's.
            let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
            let all: Vec<Option<IpAddr>> = lines
                .flat_map(|line| line.split(','))
                .map(|part| part.trim().parse().ok().map(|address: IpAddr| address.to_canonical()))
                .collect();
            // What is no address ends the search: what stands before it is the client's claim as well.
            all.into_iter().rev().map_while(|address| address).find(|address| !self.proxies.contains(address))
        };
        let address = match peer {
            Some(peer) if self.proxies.contains(&peer) => forwarded().or(Some(peer)),
            peer => peer,
        };
        RequestFacts {
            request_id: self.services.random.ordered_id::<()>(&self.services.clock).uuid().simple().to_string(),
            ip_address: address.map_or_else(String::new, |address| address.to_string()),
            device: text("user-agent").unwrap_or_default().chars().take(200).collect(),
            wants_cookie: text("x-session-transport").is_some_and(|way| way.eq_ignore_ascii_case("cookie")),
            idempotency_key: text("idempotency-key").map(str::to_owned),
            device_token: text("x-device-token")
                .or_else(|| cookie_of(headers, cookie_name(Cookie::Device, self.is_secure())))
                .map(str::to_owned),
            access_reason: only(headers, ACCESS_REASON).and_then(|reason| reads::reason(reason.as_bytes())),
        }
    }

    /// The session token of a request. Only the cookie that we set ourselves counts: another name could be planted from a
    /// subdomain.
    pub(super) fn token(&self, headers: &HeaderMap) -> Option<Token> {
        token_of(headers, cookie_name(Cookie::Session, self.is_secure()))
    }

    fn is_secure(&self) -> bool {
        self.services.settings.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    fn cookie(&self, cookie: Cookie, value: &str) -> String {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let name = cookie_name(cookie, self.is_secure());
        let days = match cookie {
            Cookie::Session => self.services.settings.session_days,
            Cookie::Device => 365,
        };
        let age = if value.is_empty() { 0 } else { i64::from(days) * 86_400 };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
    }
}

/// The one header of this name, where there is one.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
    let mut all = headers.get_all(name).iter();
    all.next().filter(|_| all.next().is_none())
}

/// The request as the library takes it.
pub(super) fn prepared(
    query: String,
    operation_name: Option<String>,
    variables: Json,
    checked: Checked,
    call: &Arc<Call>,
) -> GqlRequest {
    let mut request = GqlRequest::new(query).variables(Variables::from_json(variables)).data(Arc::clone(call));
    request.operation_name = operation_name.filter(|name| !name.is_empty());
    request.set_parsed_query(checked.document);
    request
}
