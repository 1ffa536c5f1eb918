//! What goes wrong and is not an outcome of a verb: refusals that every operation shares, and what nobody expected.
//!
//! What a person can mend in their input is no fault: it is a `userErrors` entry ([`super::graphql::user_error`]).

use std::{fmt, sync::Arc};

use super::text::Words;

/// `extensions.code` of top-level errors. There are no others: the client of the tests looks at every answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[expect(missing_docs, reason = "each says what its name says; the table is in README.md")]
pub enum Code {
    GraphqlParseFailed,
    GraphqlValidationFailed,
    OperationResolutionFailure,
    BadUserInput,
    Unauthenticated,
    ReauthenticationRequired,
    Forbidden,
    MfaRequired,
    ConsentRequired,
    PaymentRequired,
    NotOffered,
    Restricted,
    NotFound,
    Conflict,
    IdempotencyMismatch,
    RateLimited,
    QueryTooComplex,
    PayloadTooLarge,
    PersistedQueryNotFound,
    Overloaded,
    InternalServerError,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 21] = [
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
        Self::OperationResolutionFailure,
        Self::BadUserInput,
        Self::Unauthenticated,
        Self::ReauthenticationRequired,
        Self::Forbidden,
        Self::MfaRequired,
        Self::ConsentRequired,
        Self::PaymentRequired,
        Self::NotOffered,
        Self::Restricted,
        Self::NotFound,
        Self::Conflict,
        Self::IdempotencyMismatch,
        Self::RateLimited,
        Self::QueryTooComplex,
        Self::PayloadTooLarge,
        Self::PersistedQueryNotFound,
        Self::Overloaded,
        Self::InternalServerError,
    ];

    /// As clients see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::ReauthenticationRequired => "REAUTHENTICATION_REQUIRED",
            Self::Forbidden => "FORBIDDEN",
            Self::MfaRequired => "MFA_REQUIRED",
            Self::ConsentRequired => "CONSENT_REQUIRED",
            Self::PaymentRequired => "PAYMENT_REQUIRED",
            Self::NotOffered => "NOT_OFFERED",
            Self::Restricted => "RESTRICTED",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Overloaded => "OVERLOADED",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }
}

/// Why an operation did not run to its end.
#[derive(Debug, Clone)]
pub enum Fault {
    /// We refuse, and say why.
    Refused(Code, Words),
    /// It was tried too often: so many seconds to wait.
    TooMany(u64),
    /// Nobody expected this: the client gets a masked error with a request id, the log gets the cause.
    Unexpected(Arc<anyhow::Error>),
}

impl Fault {
    /// The viewer must sign in first.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::Refused(Code::Unauthenticated, words!("Silakan masuk terlebih dahulu (logIn).", "Sign in first (logIn)."))
    }

    /// The viewer may not do or see this.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::Refused(Code::Forbidden, words!("Anda tidak berhak atas ini.", "You are not allowed to see or do this."))
    }

    /// The academy asks a second factor of this role, and the viewer has none.
    #[must_use]
    pub fn mfa_required() -> Self {
        Self::Refused(
            Code::MfaRequired,
            words!(
                "Akademi ini mewajibkan faktor kedua untuk ini: siapkan dahulu (beginTotpSetup).",
                "This academy asks a second factor for this: set one up first (beginTotpSetup)."
            ),
        )
    }

    /// The viewer was suspended.
    #[must_use]
    pub fn suspended() -> Self {
        Self::Refused(
            Code::Restricted,
            words!(
                "Akun Anda ditangguhkan; baca alasannya (viewer.user.suspension), dan ajukan keberatan bila perlu (contestSuspension).",
                "Your account is suspended; read why (viewer.user.suspension), and contest it if you have to (contestSuspension)."
            ),
        )
    }

    /// It is to be paid for, and nobody can pay here yet.
    #[must_use]
    pub fn payment_required() -> Self {
        Self::Refused(
            Code::PaymentRequired,
            words!(
                "Kursus ini berbayar, dan pembayaran belum dapat diterima di sini; mintalah kode undangan.",
                "This course has a price, and payments can't be taken here yet; ask for an invitation code."
            ),
        )
    }

    /// The academy's policy does not list the purpose of this part of the platform: it is off here.
    #[must_use]
    pub fn not_offered() -> Self {
        Self::Refused(
            Code::NotOffered,
            words!(
                "Akademi ini tidak menyediakan ini: kebijakan privasinya tidak menyebutnya.",
                "This academy does not offer this: its privacy policy does not name it."
            ),
        )
    }

    /// The input is wrong in a way that the client's code must mend.
    #[must_use]
    pub fn bad_input(words: Words) -> Self {
        Self::Refused(Code::BadUserInput, words)
    }

    /// Who reads somebody's data for their office says why.
    #[must_use]
    pub fn unexplained() -> Self {
        Self::bad_input(words!(
            "Ini data pribadi orang lain: sebutkan alasan Anda membacanya di header X-Access-Reason; alasan itu dicatat.",
            "This is somebody's personal data: say why you read it in the header X-Access-Reason; it is put on record."
        ))
    }

    /// The server has more to do than it can.
    #[must_use]
    pub fn overloaded() -> Self {
        Self::Refused(
            Code::Overloaded,
            words!("Server sedang sibuk; coba lagi sebentar lagi.", "The server is busy; try again in a moment."),
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(_, words) => f.write_str(&words.en),
            Self::TooMany(_) => f.write_str("tried too often"),
            Self::Unexpected(_) => f.write_str("an unexpected fault"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(..) | Self::TooMany(_) => None,
            Self::Unexpected(cause) => Some(cause.as_ref().as_ref()),
        }
    }
}

impl From<diesel::result::Error> for Fault {
    fn from(error: diesel::result::Error) -> Self {
        Self::from(anyhow::Error::new(error).context("a database statement"))
    }
}

impl From<anyhow::Error> for Fault {
    fn from(error: anyhow::Error) -> Self {
        Self::Unexpected(Arc::new(error))
    }
}
