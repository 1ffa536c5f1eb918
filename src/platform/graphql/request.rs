//! GraphQL requests over HTTP on their way in: what is asked, in which media type it wants its answer, and by whom.

use std::time::Duration;

use poem::{
    Body, Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
};
use serde::Deserialize;
use serde_json::Value as Json;

use super::{answer::Answer, endpoint::Token};
use crate::platform::{
    config::Limits,
    fault::Code,
    http::body::{self, Unread},
    text::{Language, Words},
};

/// The media type of the draft.
pub const GRAPHQL: &str = "application/graphql-response+json";
/// The media type from before it.
pub const JSON: &str = "application/json";

/// What is asked.
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

/// What is asked, and whole: a document, and objects where objects belong.
pub(super) struct Asked {
    /// The document.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// An object, or null.
    pub variables: Json,
    /// Whether the answer is to tell what it cost.
    pub wants_cost: bool,
    /// Whether it came by GET: then it may only read.
    pub by_get: bool,
}

impl Asked {
    /// Reads a request.
    ///
    /// # Errors
    /// The refusal; what is left of the body has arrived then, within bounds.
    pub(super) async fn read(
        request: &Request,
        body: Body,
        limits: &Limits,
        language: Language,
    ) -> Result<Self, Box<Answer>> {
        let refused =
            |words: Words| Box::new(Answer::refused(StatusCode::BAD_REQUEST, Code::BadUserInput, &words, language));
        let by_get = request.method() == Method::GET;
        let posted = match *request.method() {
            Method::POST => posted(request.headers(), body, limits, language).await?,
            Method::GET => in_address(request.uri().query().unwrap_or_default(), language)?,
            _ => {
                throw_away(body, limits).await;
                let words = words!("Gunakan POST (atau GET untuk kueri).", "Use POST (or GET for queries).");
                let answer = Answer::refused(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, &words, language);
                return Err(Box::new(answer.with(header::ALLOW, "GET, POST")));
            }
        };
        let Posted { query, operation_name, variables, extensions } = posted;
        if !matches!(extensions, Json::Null | Json::Object(_)) {
            return Err(refused(words!("extensions harus objek JSON.", "extensions must be a JSON object.")));
        }
        if !matches!(variables, Json::Null | Json::Object(_)) {
            return Err(refused(words!("variables harus objek JSON.", "variables must be a JSON object.")));
        }
        let Some(query) = query.filter(|query| !query.trim().is_empty()) else {
            return Err(refused(words!("Kirim dokumen GraphQL dalam query.", "Send a GraphQL document in query.")));
        };
        Ok(Self { query, operation_name, variables, wants_cost: extensions.get("cost").is_some(), by_get })
    }
}

/// Lets a body that nobody wants arrive, within bounds, so that its sender gets to see the answer.
pub(super) async fn throw_away(body: Body, limits: &Limits) {
    body::throw_away(body, Duration::from_secs(limits.body_seconds)).await;
}

async fn posted(headers: &HeaderMap, body: Body, limits: &Limits, language: Language) -> Result<Posted, Box<Answer>> {
    let refused = |status, code, words: Words| Box::new(Answer::refused(status, code, &words, language));
    if !is_json(headers) {
        throw_away(body, limits).await;
        return Err(refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::BadUserInput,
            words!(
                "Kirim permintaan sebagai {JSON} dalam UTF-8; berkas diunggah lewat createUpload.",
                "Send the request as {JSON} in UTF-8; files go by createUpload."
            ),
        ));
    }
    let most = limits.body_bytes;
    let bytes =
        body::read(body, most, Duration::from_secs(limits.body_seconds)).await.map_err(|unread| match unread {
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

/// A query by GET: its parameters are those of the draft.
fn in_address(query: &str, language: Language) -> Result<Posted, Box<Answer>> {
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
pub(super) fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(JSON);
    }
    // Several lines are one list.
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let mut ranges: Vec<(f32, String)> = lines
        .flat_map(|line| line.split(','))
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
pub(super) fn token_of(headers: &HeaderMap, cookie: &str) -> Option<Token> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(authorization) = text(header::AUTHORIZATION) {
        return Some(bearer(authorization));
    }
    cookie_of(headers, cookie).map(|value| Token::Cookie(value.to_owned()))
}

/// What a cookie holds, if it holds something.
pub(super) fn cookie_of<'a>(headers: &'a HeaderMap, cookie: &str) -> Option<&'a str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == cookie && !value.is_empty()).then_some(value)
    })
}

/// The token of an `Authorization`. One that is not ours is a mistake to be told, not to be taken for nobody.
pub(super) fn bearer(authorization: &str) -> Token {
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    Token::Header(if scheme.eq_ignore_ascii_case("bearer") { token.trim().to_owned() } else { String::new() })
}

/// The language asked for in `Accept-Language`, before anything else is known.
pub fn language(headers: &HeaderMap) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.and_then(Language::accepted).unwrap_or_default()
}
