//! What an operation may take: the weight of its answer, and a request's time.

use std::time::Duration;

use async_graphql::Response;

use super::{Call, error};
use crate::platform::{
    config::Limits,
    fault::{Code, Fault},
    text::Words,
};

/// Why an operation was cut: whatever ran is dropped, and a transaction with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cut {
    /// Its answer would have more bytes than this.
    Heavy(usize),
    /// It took longer than a request may.
    Late,
}

/// What comes of an operation within its weight.
pub(super) async fn weighed<T>(call: &Call, limits: &Limits, running: impl Future<Output = T>) -> Result<T, Cut> {
    tokio::select! {
        ended = running => Ok(ended),
        () = call.weight().exceeded() => Err(Cut::Heavy(limits.answer_bytes)),
    }
}

/// The same, within a request's time as well.
pub(super) async fn bounded<T>(call: &Call, limits: &Limits, running: impl Future<Output = T>) -> Result<T, Cut> {
    let limit = Duration::from_secs(limits.seconds + 1);
    tokio::time::timeout(limit, weighed(call, limits, running)).await.unwrap_or(Err(Cut::Late))
}

impl Cut {
    /// What to answer instead: no data, since what was done before the cut is not known. `changes`: whether it was to change something.
    pub(super) fn answer(self, changes: bool) -> Response {
        let (code, words) = match self {
            Self::Heavy(most) => (
                Code::QueryTooComplex,
                words!(
                    "Jawabannya lebih dari {most} bita; mintalah lebih sedikit sekaligus.",
                    "The answer would have more than {most} bytes; ask for less at a time."
                ),
            ),
            Self::Late => {
                (Code::Overloaded, words!("Permintaan memakan waktu terlalu lama.", "The request took too long."))
            }
        };
        let Words { id, en } = &words;
        failed(Fault::Refused(
            code,
            if changes {
                words!(
                    "{id} Yang hendak diubahnya mungkin sudah berubah: lihat dulu sebelum mengulang.",
                    "{en} What it was to change may be changed: look before you repeat it."
                )
            } else {
                words
            },
        ))
    }
}

/// The answer that a fault is.
pub(super) fn failed(fault: Fault) -> Response {
    let mut error = error::of(fault).into_server_error(async_graphql::Pos::default());
    error.locations.clear();
    Response::from_errors(vec![error])
}
