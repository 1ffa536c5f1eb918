//! How a decision about a personal value becomes a field: the value, null, or null with one FORBIDDEN error.
//!
//! `Option<Result<T>>` is the one shape that keeps the parent on every path: a guard of the library, or
//! `Result<Option<T>>`, would take the whole object with it.

use super::error;
use crate::platform::{
    fault::Fault,
    privacy::{Access, Datum, Decision, Personal},
};

/// What a guarded field resolves to.
pub type Shown<T> = Option<async_graphql::Result<T>>;

/// The field of a personal value: `read` turns its content into what the field gives.
pub fn shown<T, D: Datum, R>(value: &Personal<T, D>, access: &Access, read: impl FnOnce(&T) -> Option<R>) -> Shown<R> {
    match value.shown_to(access) {
        Ok(content) => read(content).map(Ok),
        Err(decision) => hidden(decision),
    }
}

/// What a field gives that may not be read.
#[must_use]
pub fn hidden<R>(decision: Decision) -> Shown<R> {
    match decision {
        Decision::Denied => Some(Err(error::of(Fault::forbidden()))),
        Decision::Unexplained => Some(Err(error::of(Fault::unexplained()))),
        Decision::Shown | Decision::Private => None,
    }
}

/// Whether an object that is guarded whole is there for the viewer.
///
/// # Errors
/// `BAD_USER_INPUT` where the viewer may read it for their office, and has not said why.
pub fn whole(decision: Decision) -> Result<bool, Fault> {
    match decision {
        Decision::Shown => Ok(true),
        Decision::Unexplained => Err(Fault::unexplained()),
        Decision::Private | Decision::Denied => Ok(false),
    }
}
