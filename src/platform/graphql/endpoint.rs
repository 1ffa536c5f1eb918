//! GraphQL over HTTP (the draft of August 2026, as its audits test it): media types, status codes, CSRF, limits, errors.
//!
//! The library's own endpoint answers 200 to everything, runs mutations by GET and takes any content type: this one does
//! not. It knows nothing of rooms: who asks, and in which academy, is found by a [`Gateway`].

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_graphql::{ObjectType, Request as GqlRequest, Response as GqlResponse, Schema, SubscriptionType, Variables};
use futures_util::future::BoxFuture;
use governor::{
    Quota, RateLimiter, clock::DefaultClock, middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use poem::{
    Body, Request, Response,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tracing::Instrument;

use super::{
    call::{Call, RequestFacts, Services},
    document::{Checked, Rejected, Shape},
    error::{self, Telling},
};
use crate::platform::{
    config::Limits,
    fault::{Code, Fault},
    http::body::{self, Unread},
    idempotency,
    text::{Language, Words},
};

/// The media type of the draft.
pub const GRAPHQL: &str = "application/graphql-response+json";
/// The media type from before it.
pub const JSON: &str = "application/json";

/// Finds out who asks.
pub trait Gateway: Send + Sync + 'static {
    /// The request's academy and viewer. `token` is what the `Authorization` header or the session cookie holds.
    fn open<'a>(
        &'a self,
        services: &'a Services,
        headers: &'a HeaderMap,
        token: Option<&'a str>,
        facts: RequestFacts,
    ) -> BoxFuture<'a, Result<Arc<Call>, Fault>>;
}

/// The face: a schema, and what stands in front of it.
pub struct Face<Q: 'static, M: 'static, S: 'static> {
    pub(super) schema: Schema<Q, M, S>,
    pub(super) shape: Shape,
    pub(super) services: Services,
    pub(super) gateway: Box<dyn Gateway>,
    proxies: Vec<IpAddr>,
    rates: Rates,
    running: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// An operation that runs for an address; dropped, it has ended.
pub(super) struct Running {
    address: IpAddr,
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

type Rates = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// What an address may still ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charged {
    /// So many objects are left; none was counted where the address is not known.
    Left(Option<u32>),
    /// It has used up its share: so many seconds to wait.
    Used(u64),
}

/// The name of the session cookie. The prefix makes browsers refuse it without `Secure`, `Path=/` and from a subdomain.
pub const COOKIE: &str = "__Host-sanggar";
/// The same where the server is reached without TLS, on loopback.
pub const PLAIN_COOKIE: &str = "sanggar";

#[derive(Deserialize)]
struct Posted {
    #[serde(default)]
    query: Option<String>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Json,
    #[serde(default)]
    extensions: Json,
}

/// An answer on its way out.
struct Answer {
    status: StatusCode,
    body: Json,
    headers: Vec<(header::HeaderName, String)>,
}

impl Answer {
    fn refused(status: StatusCode, code: Code, words: &Words, language: Language) -> Self {
        Self { status, body: error::refusal(code, words, language), headers: Vec::new() }
    }

    fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl<Q, M, S> Face<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// A face of `schema`. `once` names the mutations that may stand once in a document.
    ///
    /// # Errors
    /// Where the schema's own text can't be read, or a setting is wrong.
    pub fn new(
        schema: Schema<Q, M, S>,
        services: Services,
        gateway: impl Gateway,
        once: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        let shape = Shape::of_schema(&schema.sdl(), once)?;
        let per_minute = NonZeroU32::new(services.settings.limits.cost_per_minute).unwrap_or(NonZeroU32::MAX);
        Ok(Self {
            schema,
            shape,
            proxies: services.settings.proxies()?,
            rates: RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware(),
            running: Arc::default(),
            services,
            gateway: Box::new(gateway),
        })
    }

    /// The configuration.
    #[must_use]
    pub const fn settings(&self) -> &Arc<crate::platform::config::Settings> {
        &self.services.settings
    }

    /// What the transport knows about a request.
    #[must_use]
    pub fn request_facts(&self, request: &Request) -> RequestFacts {
        self.facts(request)
    }

    /// Answers one HTTP request.
    pub async fn answer(self: Arc<Self>, request: Request, body: Body) -> Response {
        let facts = self.facts(&request);
        let language = language(request.headers());
        let request_id = facts.request_id.clone();
        let Some(media) = accepted(request.headers()) else {
            self.throw_away(body).await;
            let words = words!("Terima {GRAPHQL} atau {JSON}.", "Accept {GRAPHQL} or {JSON}.");
            let answer = Answer::refused(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, &words, language);
            return sent(answer, JSON, &request_id);
        };
        // A request costs one, whatever becomes of it: the look-up of a wrong token, the reading of a hostile document.
        let answer = match self.charge(&facts.ip_address, 1) {
            Charged::Used(seconds) => {
                self.throw_away(body).await;
                self.too_many(seconds, language)
            }
            Charged::Left(_) => match self.prepare(&request, body, facts, language).await {
                Ok((call, posted)) => self.run(call, posted, request.method() == Method::GET, media).await,
                Err(answer) => *answer,
            },
        };
        sent(answer, media, &request_id)
    }

    async fn prepare(
        &self,
        request: &Request,
        body: Body,
        facts: RequestFacts,
        language: Language,
    ) -> Result<(Arc<Call>, Posted), Box<Answer>> {
        let posted = match *request.method() {
            Method::POST => self.posted(request.headers(), body, language).await?,
            Method::GET => asked(request.uri().query().unwrap_or_default(), language)?,
            _ => {
                self.throw_away(body).await;
                let words = words!("Gunakan POST (atau GET untuk kueri).", "Use POST (or GET for queries).");
                let answer = Answer::refused(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, &words, language);
                return Err(Box::new(answer.with(header::ALLOW, "GET, POST")));
            }
        };
        let keys: Vec<_> = request.headers().get_all("idempotency-key").iter().collect();
        if keys.len() > 1 || keys.iter().any(|key| !idempotency::is_key(key.as_bytes())) {
            let words = words!(
                "Idempotency-Key adalah satu kata ASCII dari 1 sampai 255 huruf.",
                "An Idempotency-Key is one word of 1 to 255 visible ASCII characters."
            );
            return Err(Box::new(Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language)));
        }
        if !matches!(posted.extensions, Json::Null | Json::Object(_)) {
            let words = words!("extensions harus objek JSON.", "extensions must be a JSON object.");
            return Err(Box::new(Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language)));
        }
        let token = self.token(request.headers());
        let call = self
            .gateway
            .open(&self.services, request.headers(), token.as_deref(), facts)
            .await
            .map_err(|fault| Box::new(Self::faulted(&fault, language)))?;
        Ok((call, posted))
    }

    fn faulted(fault: &Fault, language: Language) -> Answer {
        match fault {
            Fault::Refused(code, words) => {
                let status = match code {
                    Code::Unauthenticated => StatusCode::UNAUTHORIZED,
                    Code::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
                    Code::Forbidden => StatusCode::FORBIDDEN,
                    _ => StatusCode::BAD_REQUEST,
                };
                let answer = Answer::refused(status, *code, words, language);
                match code {
                    Code::Unauthenticated => answer.with(header::WWW_AUTHENTICATE, "Bearer"),
                    Code::Overloaded => answer.with(header::RETRY_AFTER, "1"),
                    _ => answer,
                }
            }
            Fault::Unexpected(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "a request could not be opened");
                let words = words!("Terjadi kesalahan pada server.", "Something went wrong on the server.");
                Answer::refused(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalServerError, &words, language)
            }
        }
    }

    async fn throw_away(&self, body: Body) {
        body::throw_away(body, Duration::from_secs(self.services.settings.limits.body_seconds)).await;
    }

    async fn posted(&self, headers: &HeaderMap, body: Body, language: Language) -> Result<Posted, Box<Answer>> {
        let refused = |status, code, words: Words| Box::new(Answer::refused(status, code, &words, language));
        if !is_json(headers) {
            self.throw_away(body).await;
            return Err(refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::BadUserInput,
                words!(
                    "Kirim permintaan sebagai {JSON} dalam UTF-8; berkas diunggah lewat createUpload.",
                    "Send the request as {JSON} in UTF-8; files go by createUpload."
                ),
            ));
        }
        let limits = &self.services.settings.limits;
        let most = limits.body_bytes;
        let patience = Duration::from_secs(limits.body_seconds);
        let bytes = body::read(body, most, patience).await.map_err(|unread| match unread {
            Unread::TooLarge => refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::PayloadTooLarge,
                words!("Permintaan lebih dari {most} bita.", "The request has more than {most} bytes."),
            ),
            Unread::BrokeOff => refused(
                StatusCode::BAD_REQUEST,
                Code::BadUserInput,
                words!("Permintaan terputus.", "The request broke off."),
            ),
            Unread::TooSlow => refused(
                StatusCode::REQUEST_TIMEOUT,
                Code::BadUserInput,
                words!("Permintaan terlalu lambat.", "The request came too slowly."),
            ),
        })?;
        let bad = |words| refused(StatusCode::BAD_REQUEST, Code::BadUserInput, words);
        let json: Json = serde_json::from_slice(&bytes)
            .map_err(|_| bad(words!("Isi permintaan bukan JSON.", "The request's body is not JSON.")))?;
        if json.is_array() {
            return Err(bad(words!(
                "Kirim satu operasi per permintaan; tidak ada batch.",
                "Send one operation a request; there are no batches."
            )));
        }
        serde_json::from_value(json).map_err(|_| {
            bad(words!(
                "Isi permintaan harus objek dengan query (teks), variables (objek), operationName (teks).",
                "The body must be an object of query (text), variables (object), operationName (text)."
            ))
        })
    }

    async fn run(self: &Arc<Self>, call: Arc<Call>, posted: Posted, by_get: bool, media: &'static str) -> Answer {
        let language = call.language;
        let refused = |code, words: &Words| {
            // A client that takes only application/json is of the time when all answers were 200.
            let status = if media == GRAPHQL { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            Answer::refused(status, code, words, language)
        };
        let Some(query) = posted.query.filter(|query| !query.trim().is_empty()) else {
            let words = words!("Kirim dokumen GraphQL dalam query.", "Send a GraphQL document in query.");
            return Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language);
        };
        if !matches!(posted.variables, Json::Null | Json::Object(_)) {
            let words = words!("variables harus objek JSON.", "variables must be a JSON object.");
            return Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language);
        }
        let limits = &self.services.settings.limits;
        let checked = self.shape.check(&query, posted.operation_name.as_deref(), &posted.variables, limits);
        let checked = match checked {
            Ok(checked) => checked,
            Err(Rejected { code, words }) => return refused(code, &words),
        };
        use async_graphql::parser::types::OperationType;
        if by_get && checked.operation != OperationType::Query {
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
        let left = match self.charge(&call.facts.ip_address, checked.cost) {
            Charged::Used(seconds) => return self.too_many(seconds, language),
            Charged::Left(left) => left,
        };
        let Ok(running) = self.begin(&call.facts.ip_address) else { return self.too_many(1, language) };
        let wants_cost = posted.extensions.get("cost").is_some();
        let cost = checked.cost;
        let telling = self.telling(&call);
        let request = prepared(query, posted.operation_name, posted.variables, checked, &call);
        let response = self.execute(request, Arc::clone(&call), running).await;
        // What the answer weighs is charged as well, a kibibyte as an object.
        let weight = call.weight().bytes() / 1024;
        if weight > 0 {
            self.charge(&call.facts.ip_address, weight);
        }
        let mut body = error::told(&response, &telling);
        if wants_cost {
            body["extensions"]["cost"] = json!({ "requested": cost, "limit": limits.cost });
        }
        let status = if error::is_request_error(&response) && media == GRAPHQL {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        let mut answer = Answer { status, body, headers: Vec::new() };
        if let Some(left) = left {
            let quota = limits.cost_per_minute;
            // The share grows back evenly: when it is whole again.
            let whole = u64::from(quota.saturating_sub(left)) * 60 / u64::from(quota.max(1)) + 1;
            answer = self.rated(answer, left, whole);
        }
        if error::is_overloaded(&response) {
            answer = answer.with(header::RETRY_AFTER, "1");
        }
        if let Some(cookie) = call.take_session_cookie() {
            answer = answer.with(header::SET_COOKIE, self.cookie(&cookie));
        }
        answer
    }

    /// Runs to the end whatever the client does: a transaction that a disconnect cuts would hang in the pool.
    async fn execute(self: &Arc<Self>, request: GqlRequest, call: Arc<Call>, running: Option<Running>) -> GqlResponse {
        let schema = self.schema.clone();
        let span = tracing::info_span!("request", id = call.facts.request_id);
        let limits = self.services.settings.limits.clone();
        let task = async move {
            let response = bounded(&call, &limits, Box::pin(call.turns().drive(schema.execute(request)))).await;
            drop((call, running));
            response.unwrap_or_else(|refusal| *refusal)
        };
        tokio::spawn(task.instrument(span)).await.unwrap_or_else(|panic| {
            tracing::error!(%panic, "a resolver panicked");
            let fault = Fault::from(anyhow::anyhow!("a resolver panicked"));
            failed(fault)
        })
    }

    /// Counts an operation that begins for an address.
    ///
    /// # Errors
    /// Where as many run as may.
    pub(super) fn begin(&self, address: &str) -> Result<Option<Running>, ()> {
        let Ok(address) = address.parse() else { return Ok(None) };
        let mut all = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address).or_default();
        if *count >= self.services.settings.limits.address_operations {
            return Err(());
        }
        *count += 1;
        Ok(Some(Running { address, all: Arc::clone(&self.running) }))
    }

    pub(super) fn telling(&self, call: &Call) -> Telling {
        Telling {
            language: call.language,
            request_id: call.facts.request_id.clone(),
            names: self.services.settings.introspection,
            echoed: self.services.settings.limits.echoed_errors,
        }
    }

    fn too_many(&self, seconds: u64, language: Language) -> Answer {
        let answer = Answer::refused(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, &too_many(seconds), language)
            .with(header::RETRY_AFTER, seconds.to_string());
        self.rated(answer, 0, seconds)
    }

    /// Tells what may still be asked for, and when the share is whole again.
    fn rated(&self, answer: Answer, left: u32, seconds: u64) -> Answer {
        let quota = self.services.settings.limits.cost_per_minute;
        answer
            .with(header::HeaderName::from_static("ratelimit-policy"), format!("\"cost\";q={quota};w=60"))
            .with(header::HeaderName::from_static("ratelimit"), format!("\"cost\";r={left};t={seconds}"))
    }

    /// Charges an address.
    pub(super) fn charge(&self, address: &str, cost: u64) -> Charged {
        let Ok(address) = address.parse() else { return Charged::Left(None) };
        let cost = u32::try_from(cost).ok().and_then(|cost| NonZeroU32::new(cost.max(1))).unwrap_or(NonZeroU32::MAX);
        match self.rates.check_key_n(&address, cost) {
            Ok(Ok(state)) => Charged::Left(Some(state.remaining_burst_capacity())),
            Ok(Err(until)) => {
                use governor::clock::Clock;
                Charged::Used(until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
            }
            // The document alone costs more than a minute's share: the limit on cost is set too high for it.
            Err(_) => Charged::Used(60),
        }
    }

    /// Forgets addresses that have not been seen for a while.
    pub fn forget_quiet_addresses(&self) {
        self.rates.retain_recent();
    }

    fn facts(&self, request: &Request) -> RequestFacts {
        let headers = request.headers();
        let peer = request.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip);
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = || {
            // The last address that no proxy of ours wrote: what stands before it is the client's own claim.
            // Every line of it: a proxy may add one of its own below the client's.
            let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
            let all: Vec<Option<IpAddr>> =
                lines.flat_map(|line| line.split(',')).map(|part| part.trim().parse().ok()).collect();
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
        }
    }

    /// The session token of a request. Only the cookie that we set ourselves counts: another name could be planted from a
    /// subdomain.
    pub(super) fn token(&self, headers: &HeaderMap) -> Option<String> {
        token_of(headers, if self.is_secure() { COOKIE } else { PLAIN_COOKIE })
    }

    fn is_secure(&self) -> bool {
        self.services.settings.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    fn cookie(&self, value: &str) -> String {
        let (name, secure) = if self.is_secure() { (COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
        let age = if value.is_empty() { 0 } else { i64::from(self.services.settings.session_days) * 86_400 };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
    }
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

pub(super) fn too_many(seconds: u64) -> Words {
    words!(
        "Terlalu banyak permintaan; coba lagi dalam {seconds} detik.",
        "Too many requests; try again in {seconds} s."
    )
}

/// What comes of an operation within its weight; else what to answer instead.
///
/// # Errors
/// The answer where it is too heavy: whatever ran is dropped.
pub(super) async fn weighed<T>(
    call: &Call,
    limits: &Limits,
    running: impl Future<Output = T>,
) -> Result<T, Box<GqlResponse>> {
    tokio::select! {
        ended = running => Ok(ended),
        () = call.weight().exceeded() => Err(Box::new(heavy(limits.answer_bytes))),
    }
}

/// The same, within a request's time as well.
///
/// # Errors
/// The answer where either is over: whatever ran is dropped.
pub(super) async fn bounded<T>(
    call: &Call,
    limits: &Limits,
    running: impl Future<Output = T>,
) -> Result<T, Box<GqlResponse>> {
    let limit = Duration::from_secs(limits.seconds + 1);
    tokio::time::timeout(limit, weighed(call, limits, running)).await.unwrap_or_else(|_| Err(Box::new(late())))
}

fn heavy(most: usize) -> GqlResponse {
    failed(Fault::Refused(
        Code::QueryTooComplex,
        words!(
            "Jawabannya lebih dari {most} bita; mintalah lebih sedikit sekaligus.",
            "The answer would have more than {most} bytes; ask for less at a time."
        ),
    ))
}

fn late() -> GqlResponse {
    failed(Fault::Refused(
        Code::Overloaded,
        words!("Permintaan memakan waktu terlalu lama.", "The request took too long."),
    ))
}

fn failed(fault: Fault) -> GqlResponse {
    let error = error::of(fault).into_server_error(async_graphql::Pos::default());
    GqlResponse::from_errors(vec![error.with_path(vec![])])
}

/// A query by GET: its parameters are those of the draft.
fn asked(query: &str, language: Language) -> Result<Posted, Box<Answer>> {
    let mut posted = Posted { query: None, operation_name: None, variables: Json::Null, extensions: Json::Null };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let json = || {
            serde_json::from_str(&value).map_err(|_| {
                let words = words!("{name} bukan JSON.", "{name} is not JSON.");
                Box::new(Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language))
            })
        };
        match &*name {
            "query" => posted.query = Some(value.into_owned()),
            "operationName" => posted.operation_name = Some(value.into_owned()),
            "variables" => posted.variables = json()?,
            "extensions" => posted.extensions = json()?,
            _ => {}
        }
    }
    Ok(posted)
}

/// The first media type of `Accept`, by its order and weights, that we speak. Who says nothing gets `application/json`.
fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    let Some(accept) = headers.get(header::ACCEPT) else { return Some(JSON) };
    let mut ranges: Vec<(f32, String)> = accept
        .to_str()
        .ok()?
        .split(',')
        .take(32)
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next()?.to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            (weight > 0.0).then_some((weight, media))
        })
        .collect();
    ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranges.iter().find_map(|(_, media)| match media.as_str() {
        GRAPHQL => Some(GRAPHQL),
        JSON | "application/*" | "*/*" => Some(JSON),
        _ => None,
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    // One, and only one: what a proxy reads of two may not be what we read.
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(content_type), None) = (given.next().and_then(|value| value.to_str().ok()), given.next()) else {
        return false;
    };
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some(JSON)
        && parts.all(|part| part.strip_prefix("charset=").is_none_or(|charset| charset.trim_matches('"') == "utf-8"))
}

/// The session token: of the `Authorization` header, else of the cookie of this name.
fn token_of(headers: &HeaderMap, cookie: &str) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(authorization) = text(header::AUTHORIZATION) {
        let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
        // An Authorization that is not ours is a mistake to be told, not to be taken for nobody.
        return Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim().to_owned() } else { String::new() });
    }
    text(header::COOKIE)?.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == cookie && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The language asked for in `Accept-Language`, before anything else is known.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.and_then(Language::accepted).unwrap_or_default()
}

fn sent(answer: Answer, media: &str, request_id: &str) -> Response {
    let mut response = Response::builder()
        .status(answer.status)
        .header(header::CONTENT_TYPE, format!("{media}; charset=utf-8"))
        .header(header::CACHE_CONTROL, "private, no-store")
        .header(header::VARY, "Accept, Accept-Language, Authorization, Cookie")
        .header("x-request-id", request_id)
        .body(answer.body.to_string());
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
