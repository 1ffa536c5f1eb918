//! What staff read of whom in one request, and why: noted where the value is opened, written before the answer goes out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use super::{Entry, UserId};

/// Characters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 3..=500;

/// What staff read in one request.
#[derive(Debug, Default)]
pub struct Reads {
    reason: Option<String>,
    noted: Mutex<BTreeMap<UserId, BTreeSet<(&'static str, &'static str)>>>,
}

impl Reads {
    /// Nothing yet; `reason` says why there may be something.
    #[must_use]
    pub const fn new(reason: Option<String>) -> Self {
        Self { reason, noted: Mutex::new(BTreeMap::new()) }
    }

    /// Whether it was said why.
    #[must_use]
    pub const fn explained(&self) -> bool {
        self.reason.is_some()
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    pub(super) fn note(&self, subject: UserId, datum: &Entry) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.entry(subject).or_default().insert((datum.subject, datum.field));
    }

    /// Of whom what was read since this was last asked: fields as `User.fullName`.
    #[must_use]
    pub fn take(&self) -> Vec<(UserId, Vec<String>)> {
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        let names = |fields: BTreeSet<(&str, &str)>| fields.iter().map(|(of, field)| format!("{of}.{field}")).collect();
        noted.into_iter().map(|(subject, fields)| (subject, names(fields))).collect()
    }
}

/// The reason of a header, if it is one: a line that says something, UTF-8.
#[must_use]
pub fn reason(header: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(header).ok()?.trim();
    let fits = REASON.contains(&text.chars().count()) && crate::platform::text::is_line(text);
    fits.then(|| text.to_owned())
}
