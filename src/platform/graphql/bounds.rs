//! What an operation may take: the weight of its answer, and a request's time.

use std::time::Duration;

use async_graphql::Response;

use super::{Call, error};
use crate::platform::{
    config::Limits,
    fault::{Code, Fault},
};

/// What comes of an operation within its weight; else what to answer instead.
///
/// # Errors
/// The answer where it is too heavy: whatever ran is dropped.
pub(super) async fn weighed<T>(
    call: &Call,
    limits: &Limits,
    running: impl Future<Output = T>,
) -> Result<T, Box<Response>> {
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
) -> Result<T, Box<Response>> {
    let limit = Duration::from_secs(limits.seconds + 1);
    tokio::time::timeout(limit, weighed(call, limits, running)).await.unwrap_or_else(|_| Err(Box::new(late())))
}

fn heavy(most: usize) -> Response {
    failed(Fault::Refused(
        Code::QueryTooComplex,
        words!(
            "Jawabannya lebih dari {most} bita; mintalah lebih sedikit sekaligus.",
            "The answer would have more than {most} bytes; ask for less at a time."
        ),
    ))
}

fn late() -> Response {
    failed(Fault::Refused(
        Code::Overloaded,
        words!("Permintaan memakan waktu terlalu lama.", "The request took too long."),
    ))
}

/// The answer that a fault is.
pub(super) fn failed(fault: Fault) -> Response {
    let error = error::of(fault).into_server_error(async_graphql::Pos::default());
    Response::from_errors(vec![error.with_path(vec![])])
}
