//! Answers over HTTP on their way out.

use poem::{
    Response,
    http::{HeaderValue, StatusCode, header},
};
use serde_json::Value as Json;

use super::error;
use crate::platform::{
    fault::{Code, Fault},
    text::{Language, Words},
};

/// An answer on its way out.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Json,
    headers: Vec<(header::HeaderName, String)>,
}

impl Answer {
    /// A refusal: no `data`, one error.
    pub(super) fn refused(status: StatusCode, code: Code, words: &Words, language: Language) -> Self {
        Self { status, body: error::refusal(code, words, language), headers: Vec::new() }
    }

    /// The same, with one header more.
    pub(super) fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What came of an operation.
    pub(super) const fn new(status: StatusCode, body: Json) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    /// The answer that a fault is, before anything ran.
    pub(super) fn faulted(fault: &Fault, language: Language) -> Self {
        match fault {
            Fault::Refused(code, words) => {
                let status = match code {
                    Code::Unauthenticated => StatusCode::UNAUTHORIZED,
                    Code::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
                    Code::Forbidden => StatusCode::FORBIDDEN,
                    _ => StatusCode::BAD_REQUEST,
                };
                let answer = Self::refused(status, *code, words, language);
                match code {
                    Code::Unauthenticated => answer.with(header::WWW_AUTHENTICATE, "Bearer"),
                    Code::Overloaded => answer.with(header::RETRY_AFTER, "1"),
                    _ => answer,
                }
            }
            Fault::TooMany(seconds) => Self::too_many(*seconds, language),
            Fault::Unexpected(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "a request could not be opened");
                let words = words!("Terjadi kesalahan pada server.", "Something went wrong on the server.");
                Self::refused(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalServerError, &words, language)
            }
        }
    }

    /// A refusal of whoever asks too much.
    pub(super) fn too_many(seconds: u64, language: Language) -> Self {
        Self::refused(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, &too_many(seconds), language)
            .with(header::RETRY_AFTER, seconds.to_string())
    }

    /// Tells what of a share of `quota` may still be asked for, and in how many seconds it is whole again.
    pub(super) fn rated(self, quota: u32, left: u32, seconds: u64) -> Self {
        self.of_quota(quota)
            .with(header::HeaderName::from_static("ratelimit"), format!("\"cost\";r={left};t={seconds}"))
    }

    /// Tells how large the share is.
    pub(super) fn of_quota(self, quota: u32) -> Self {
        self.with(header::HeaderName::from_static("ratelimit-policy"), format!("\"cost\";q={quota};w=60"))
    }

    /// As HTTP has it.
    pub(super) fn sent(self, media: &str, request_id: &str) -> Response {
        let mut response = Response::builder()
            .status(self.status)
            .header(header::CONTENT_TYPE, format!("{media}; charset=utf-8"))
            .header(header::CACHE_CONTROL, "private, no-store")
            .header(header::VARY, "Accept, Accept-Language, Authorization, Cookie")
            .header("x-request-id", request_id)
            .body(self.body.to_string());
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// The words to whoever asks too much.
pub(super) fn too_many(seconds: u64) -> Words {
    words!(
        "Terlalu banyak permintaan; coba lagi dalam {seconds} detik.",
        "Too many requests; try again in {seconds} s."
    )
}
