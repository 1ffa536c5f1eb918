//! Failures that the person can mend: the `userErrors` of a payload.

use async_graphql::{Enum, SimpleObject};

use crate::platform::{
    change::Change,
    text::{Language, Words, is_line},
};

/// What is wrong, in a word that a client can act on.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserErrorCode {
    /// It must be given.
    Required,
    /// It is not of the right form.
    Invalid,
    /// It is too short.
    TooShort,
    /// It is too long.
    TooLong,
    /// It is too easy to guess.
    TooWeak,
    /// Somebody else has it.
    Taken,
    /// There is no such thing here.
    NotFound,
    /// Its time is over.
    Expired,
    /// It was done before.
    AlreadyDone,
    /// Somebody changed it since the version that you sent.
    Conflict,
    /// There are too many of them.
    LimitReached,
    /// The rules do not allow it to this person, or not yet.
    NotEligible,
}

/// A failure that the person can mend. Anything else (not signed in, not allowed, over a limit, a fault of ours) is a
/// top-level error with `extensions.code`.
#[derive(SimpleObject, Clone, Debug)]
pub struct UserError {
    /// What is wrong, for the client's code.
    pub code: UserErrorCode,
    /// What is wrong and how to mend it, for the person, in the language of the request.
    pub message: String,
    /// Which input it is about: `["input", "email"]`; empty where it is about the whole.
    pub path: Vec<String>,
}

/// A [`UserError`] that is not yet in anybody's language: what verbs give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// What is wrong, for the client's code.
    pub code: UserErrorCode,
    /// What is wrong and how to mend it.
    pub words: Words,
    /// Which input it is about, below `input`.
    pub path: Vec<String>,
}

impl Objection {
    /// About one field of the input; `field` may be a path with dots.
    #[must_use]
    pub fn new(code: UserErrorCode, field: &str, words: Words) -> Self {
        let path = field.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Self { code, words, path }
    }

    /// The thing with the id in `field` is not there, or not for this viewer: the two are the same.
    #[must_use]
    pub fn not_found(field: &str) -> Self {
        Self::new(UserErrorCode::NotFound, field, words!("Tidak ditemukan di sini.", "There is no such thing here."))
    }

    /// In the language of the request.
    #[must_use]
    pub fn told(self, language: Language) -> UserError {
        let path = if self.path.is_empty() {
            Vec::new()
        } else {
            std::iter::once("input".to_owned()).chain(self.path).collect()
        };
        UserError { code: self.code, message: self.words.in_language(language).to_owned(), path }
    }
}

/// Gathers what is wrong, so that all of it is told at once.
#[derive(Default, Debug)]
pub struct Gathered(Vec<Objection>);

impl Gathered {
    /// What came of looking at something; nothing where it was wrong.
    pub fn take<T>(&mut self, outcome: Result<T, Objection>) -> Option<T> {
        outcome.map_err(|objection| self.0.push(objection)).ok()
    }

    /// Whether nothing was wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that was wrong, in the order in which it was looked at.
    #[must_use]
    pub fn all(self) -> Vec<Objection> {
        self.0
    }
}

/// What an update does to a field that can't be empty: nothing, or a value.
///
/// # Errors
/// `REQUIRED` where it would be cleared.
pub fn needed<T>(given: Change<T>, field: &str) -> Result<Option<T>, Objection> {
    match given {
        Change::Keep => Ok(None),
        Change::Set(value) => Ok(Some(value)),
        Change::Clear => {
            let words = words!("Ini tidak dapat dikosongkan.", "This can't be cleared.");
            Err(Objection::new(UserErrorCode::Required, field, words))
        }
    }
}

/// A text that must be there: trimmed, no longer than `most` characters.
///
/// # Errors
/// `REQUIRED`, `TOO_LONG`.
pub fn text(given: &str, field: &str, most: usize) -> Result<String, Objection> {
    let given = given.trim();
    if given.is_empty() {
        return Err(Objection::new(UserErrorCode::Required, field, words!("Harus diisi.", "It must be given.")));
    }
    bounded(given, field, most)?;
    Ok(given.to_owned())
}

/// A name or a title: a text on one line, of which something is seen.
///
/// # Errors
/// `REQUIRED`, `TOO_LONG`, `INVALID`.
pub fn line(given: &str, field: &str, most: usize) -> Result<String, Objection> {
    let given = text(given, field, most)?;
    if is_line(&given) {
        return Ok(given);
    }
    Err(Objection::new(
        UserErrorCode::Invalid,
        field,
        words!(
            "Satu baris, tanpa karakter kendali atau karakter yang tak tampak saja.",
            "One line, without control characters, and not of characters alone that nobody sees."
        ),
    ))
}

/// A text of any number of lines, none among them: trimmed, no longer than `most` characters, with no control characters but line ends.
///
/// # Errors
/// `TOO_LONG`, `INVALID`.
pub fn lines(given: &str, field: &str, most: usize) -> Result<String, Objection> {
    let given = given.trim();
    bounded(given, field, most)?;
    if given.chars().any(|c| c.is_control() && c != '\n') {
        let words = words!("Tanpa karakter kendali.", "No control characters.");
        return Err(Objection::new(UserErrorCode::Invalid, field, words));
    }
    Ok(given.to_owned())
}

/// A text no longer than `most` characters.
///
/// # Errors
/// `TOO_LONG`.
pub fn bounded(given: &str, field: &str, most: usize) -> Result<(), Objection> {
    if given.chars().count() <= most {
        return Ok(());
    }
    let words = words!("Paling banyak {most} karakter.", "No more than {most} characters.");
    Err(Objection::new(UserErrorCode::TooLong, field, words))
}

/// Objections in the language of the request.
#[must_use]
pub fn told(objections: Vec<Objection>, language: Language) -> Vec<UserError> {
    objections.into_iter().map(|objection| objection.told(language)).collect()
}
