//! Errors on their way out: every one has a code of [`Code`], in the caller's language, and none tells of our insides.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, PathSegment, Response, ServerError, Value};
use serde_json::{Value as Json, json};
use tracing::{error, info};

use super::answer::too_many;
use crate::platform::{
    fault::{Code, Fault},
    text::{Language, Words},
};

/// How errors of one request are told.
#[derive(Clone, Debug)]
pub struct Telling {
    /// In which language.
    pub language: Language,
    /// By which the log knows the request.
    pub request_id: String,
    /// Whether the names of the schema may be told: who may not ask for them learns none from a mistake.
    pub names: bool,
    /// Entries of one answer at most; a request error echoes each offence of the document, and a document can offend often.
    pub echoed: usize,
}

/// FORBIDDEN entries of one answer at most; the last says how many more there are.
const FORBIDDEN_ENTRIES: usize = 100;

/// A whole answer that is a refusal: no `data`, one error.
#[must_use]
pub fn refusal(code: Code, words: &Words, language: Language) -> Json {
    json!({ "errors": [{ "message": words.in_language(language), "extensions": { "code": code.as_str() } }] })
}

/// Whether the library refused the request before it executed anything: then the answer has no `data`. A fault is of what was begun.
#[must_use]
pub fn is_request_error(response: &Response) -> bool {
    !response.errors.is_empty()
        && response.data == Value::Null
        && response.errors.iter().all(|error| error.path.is_empty() && error.source::<Fault>().is_none())
}

/// Whether anything in the answer is wanting because the server had too much to do.
#[must_use]
pub fn is_overloaded(response: &Response) -> bool {
    let overloaded = |fault: &Fault| matches!(fault, Fault::Refused(Code::Overloaded, _));
    response.errors.iter().any(|error| error.source::<Fault>().is_some_and(overloaded))
}

/// How many seconds to wait before what was tried too often may be tried again.
#[must_use]
pub fn wait(response: &Response) -> Option<u64> {
    let seconds = response.errors.iter().filter_map(|error| match error.source::<Fault>() {
        Some(Fault::TooMany(seconds)) => Some(*seconds),
        _ => None,
    });
    seconds.max()
}

/// The answer as clients get it.
#[must_use]
pub fn told(response: &Response, telling: &Telling) -> Json {
    let refused = is_request_error(response);
    let limit = if refused { telling.echoed } else { FORBIDDEN_ENTRIES };
    let mut all: Vec<_> = response.errors.iter().collect();
    // In the order of the document and of its lists: the library has them as they came, which is chance.
    all.sort_by_cached_key(|error| place_of(error));
    let mut errors: Vec<Json> = all.into_iter().take(limit).map(|error| told_error(error, refused, telling)).collect();
    let more = response.errors.len().saturating_sub(limit);
    if more > 0 {
        let words = words!("… dan {more} kesalahan lain.", "… and {more} more.");
        let code = errors.last().map_or(Json::Null, |last| last["extensions"]["code"].clone());
        errors.push(json!({ "message": words.in_language(telling.language), "extensions": { "code": code } }));
    }
    let mut answer = serde_json::Map::new();
    if !errors.is_empty() {
        answer.insert("errors".into(), errors.into());
    }
    if !refused {
        answer.insert("data".into(), response.data.clone().into_json().unwrap_or(Json::Null));
    }
    if !response.extensions.is_empty() {
        answer.insert("extensions".into(), json!(response.extensions));
    }
    answer.into()
}

/// Where an error is: line and column of the document, then the places in lists.
fn place_of(error: &ServerError) -> (usize, usize, Vec<usize>) {
    let (line, column) = error.locations.first().map_or((0, 0), |position| (position.line, position.column));
    let places = error.path.iter().filter_map(|segment| match segment {
        PathSegment::Index(place) => Some(*place),
        PathSegment::Field(_) => None,
    });
    (line, column, places.collect())
}

/// One error of the library's answer, as a client of graphql-transport-ws gets it in an `error` message.
#[must_use]
pub fn told_error(error: &ServerError, refused: bool, telling: &Telling) -> Json {
    let (code, message) = judged(error, refused, telling);
    let mut told = json!({ "message": message, "extensions": { "code": code } });
    if !error.locations.is_empty() {
        told["locations"] = json!(error.locations);
    }
    if !error.path.is_empty() {
        told["path"] = json!(error.path);
    }
    if let Some(Fault::TooMany(seconds)) = error.source::<Fault>() {
        told["extensions"]["retryAfter"] = json!(seconds);
    }
    if code == Code::InternalServerError.as_str() {
        told["extensions"]["requestId"] = json!(telling.request_id);
    }
    told
}

fn judged(error: &ServerError, refused: bool, telling: &Telling) -> (String, String) {
    if let Some(fault) = error.source::<Fault>() {
        return match fault {
            Fault::Refused(code, words) => (code.as_str().to_owned(), words.in_language(telling.language).to_owned()),
            Fault::TooMany(seconds) => {
                (Code::RateLimited.as_str().to_owned(), too_many(*seconds).in_language(telling.language).to_owned())
            }
            Fault::Unexpected(cause) => masked(&format!("{cause:#}"), &error.path, telling),
        };
    }
    if let Some(Value::String(code)) = error.extensions.as_ref().and_then(|values| values.get("code")) {
        return (code.clone(), error.message.clone());
    }
    if refused {
        let code = Code::GraphqlValidationFailed.as_str().to_owned();
        if telling.names {
            return (code, error.message.clone());
        }
        let words = words!(
            "Dokumen tidak sesuai dengan skema di tempat ini.",
            "The document does not fit the schema at this place."
        );
        return (code, words.in_language(telling.language).to_owned());
    }
    // The library's words for an argument that does not fit its type.
    if error.source.is_none()
        && (error.message.contains("parse")
            || error.message.contains("nvalid value")
            || error.message.contains("xpected input type"))
    {
        let words = words!("Nilai argumen tidak sesuai dengan tipenya.", "An argument's value does not fit its type.");
        info!(path = ?error.path, "an argument did not fit its type");
        return (Code::BadUserInput.as_str().to_owned(), words.in_language(telling.language).to_owned());
    }
    masked(&error.message, &error.path, telling)
}

fn masked(cause: &str, path: &[PathSegment], telling: &Telling) -> (String, String) {
    error!(request_id = telling.request_id, ?path, cause, "a resolver failed");
    let words = words!(
        "Terjadi kesalahan pada server; sebutkan requestId bila melapor.",
        "Something went wrong on the server; name the requestId when you report it."
    );
    (Code::InternalServerError.as_str().to_owned(), words.in_language(telling.language).to_owned())
}

/// A fault as an error of the library, for the places that need one without `?`.
#[must_use]
pub fn of(fault: Fault) -> async_graphql::Error {
    async_graphql::Error { message: fault.to_string(), source: Some(Arc::new(fault)), extensions: None }
}

/// The extensions of an error of `code`, for errors that the library makes for us (input coercion).
#[must_use]
pub fn extensions(code: Code) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    values.set("code", code.as_str());
    values
}
