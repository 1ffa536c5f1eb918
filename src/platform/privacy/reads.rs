//! What staff read of whom in one request, and why: noted where the value is opened, written before the answer goes out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use super::{Entry, Roles, UserId, Viewer};

/// Characters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 3..=500;

/// Letters by their class that show nothing: fillers of Hangul.
const IS_BLANK: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];

/// What staff read in one request.
#[derive(Debug, Default)]
pub struct Reads {
    reason: Option<String>,
    noted: Mutex<Noted>,
}

/// By whom, of whom: which fields, as the data they are of and their names.
type Noted = BTreeMap<(Option<UserId>, Roles, UserId), BTreeSet<(&'static str, &'static str)>>;

/// What one viewer read of one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Read {
    /// Who read: the viewer at that moment, whoever they sign in as afterwards.
    pub reader: Option<UserId>,
    /// By which roles.
    pub roles: Roles,
    /// Whose data.
    pub subject: UserId,
    /// Fields, as `User.fullName`.
    pub fields: Vec<String>,
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

    pub(super) fn note(&self, reader: &Viewer, subject: UserId, datum: &Entry) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.entry((reader.user, reader.roles, subject)).or_default().insert((datum.subject, datum.field));
    }

    /// What was read since this was last asked.
    #[must_use]
    pub fn take(&self) -> Vec<Read> {
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        let names = |fields: BTreeSet<(&str, &str)>| fields.iter().map(|(of, field)| format!("{of}.{field}")).collect();
        let reads = noted.into_iter().map(|((reader, roles, subject), fields)| Read {
            reader,
            roles,
            subject,
            fields: names(fields),
        });
        reads.collect()
    }
}

/// The reason of a header, if it is one: a line that says something, UTF-8.
#[must_use]
pub fn reason(header: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(header).ok()?.trim();
    let fits = REASON.contains(&text.chars().count()) && crate::platform::text::is_line(text);
    let says =
        text.chars().filter(|c| c.is_ascii_alphanumeric() || (c.is_alphanumeric() && !IS_BLANK.contains(c))).count();
    (fits && says >= *REASON.start()).then(|| text.to_owned())
}
