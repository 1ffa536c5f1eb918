//! Rows of the audit log.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{audit_entries, audit_heads, audit_links};
use serde_json::Value as Json;

use super::privacy::AccessReason;
use crate::platform::privacy::{Personal, UserId};

crate::id_kind!(
    /// The id of an entry of the audit log.
    AuditEntryId, AuditEntryKind, "AuditEntry", 22
);

/// What can happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Staff read somebody's personal data.
    Read,
    /// An application to teach was decided.
    ApplicationDecided,
    /// Somebody applied to teach.
    ApplicationReceived,
    /// A course was submitted.
    CourseSubmitted,
    /// A submitted course was decided.
    SubmissionDecided,
    /// A review was taken down by the academy.
    ReviewDeleted,
    /// What is held about a person was handed to them.
    PersonExported,
    /// What was held about a person was erased.
    PersonErased,
    /// A person chose another password, knowing theirs.
    PasswordChanged,
    /// A person chose another password by a mailed link.
    PasswordReset,
    /// A person proved another address.
    EmailChanged,
    /// A second factor is asked of a person.
    MfaEnabled,
    /// None is any more.
    MfaDisabled,
    /// Recovery codes were replaced.
    RecoveryCodesReplaced,
    /// A person signed in by a recovery code.
    RecoveryCodeUsed,
    /// A person can sign in by an account at a provider.
    IdentityLinked,
    /// They can't any more.
    IdentityUnlinked,
    /// A person may do more.
    RoleGranted,
    /// A person may do less.
    RoleRevoked,
    /// A person takes no part for a while.
    UserSuspended,
    /// A suspended person said something to it.
    SuspensionContested,
    /// They take part again.
    SuspensionLifted,
    /// An account was made for a person.
    UserInvited,
    /// A person was enrolled by somebody else.
    UserEnrolled,
    /// Who waited for a seat has one.
    SeatTaken,
    /// A person graded an answer.
    AnswerGraded,
    /// All of an attempt is graded.
    AttemptGraded,
    /// A learner asks a person to look at a grade.
    GradeContested,
    /// The key of a question was corrected, and who had answered it is graded anew.
    KeyCorrected,
    /// A learner has more time or attempts at a quiz than others.
    ExtraTimeGranted,
    /// A guardian confirmed a minor.
    GuardianshipConfirmed,
    /// Somebody guesses at what a person signs in with: more than their share was wrong.
    LogInGuessed,
    /// A referral does not count: both are one person.
    ReferralRejected,
    /// What the academy says of itself was changed, or its policy.
    AcademyUpdated,
}

impl Action {
    /// The word, the same everywhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::ApplicationDecided => "INSTRUCTOR_APPLICATION_DECIDED",
            Self::ApplicationReceived => "INSTRUCTOR_APPLICATION_RECEIVED",
            Self::CourseSubmitted => "COURSE_SUBMITTED",
            Self::SubmissionDecided => "COURSE_SUBMISSION_DECIDED",
            Self::ReviewDeleted => "REVIEW_DELETED",
            Self::PersonExported => "PERSON_EXPORTED",
            Self::PersonErased => "PERSON_ERASED",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::PasswordReset => "PASSWORD_RESET",
            Self::EmailChanged => "EMAIL_CHANGED",
            Self::MfaEnabled => "MFA_ENABLED",
            Self::MfaDisabled => "MFA_DISABLED",
            Self::RecoveryCodesReplaced => "RECOVERY_CODES_REPLACED",
            Self::RecoveryCodeUsed => "RECOVERY_CODE_USED",
            Self::IdentityLinked => "IDENTITY_LINKED",
            Self::IdentityUnlinked => "IDENTITY_UNLINKED",
            Self::RoleGranted => "ROLE_GRANTED",
            Self::RoleRevoked => "ROLE_REVOKED",
            Self::UserSuspended => "USER_SUSPENDED",
            Self::SuspensionContested => "SUSPENSION_CONTESTED",
            Self::SuspensionLifted => "SUSPENSION_LIFTED",
            Self::UserInvited => "USER_INVITED",
            Self::UserEnrolled => "USER_ENROLLED",
            Self::SeatTaken => "SEAT_TAKEN",
            Self::AnswerGraded => "ANSWER_GRADED",
            Self::AttemptGraded => "ATTEMPT_GRADED",
            Self::GradeContested => "GRADE_CONTESTED",
            Self::KeyCorrected => "ANSWER_KEY_CORRECTED",
            Self::ExtraTimeGranted => "EXTRA_TIME_GRANTED",
            Self::GuardianshipConfirmed => "GUARDIANSHIP_CONFIRMED",
            Self::LogInGuessed => "LOG_IN_GUESSED",
            Self::ReferralRejected => "REFERRAL_REJECTED",
            Self::AcademyUpdated => "ACADEMY_UPDATED",
        }
    }
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = audit_entries, check_for_backend(diesel::pg::Pg))]
pub struct EntryRow {
    pub id: AuditEntryId,
    pub at: DateTime<Utc>,
    pub actor_id: Option<UserId>,
    pub action: String,
    pub subject_id: Option<UserId>,
    pub reason: Personal<Option<String>, AccessReason>,
    pub detail: Json,
    pub hash: Vec<u8>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = audit_links, check_for_backend(diesel::pg::Pg))]
pub struct LinkRow {
    pub number: i64,
    pub linked_at: DateTime<Utc>,
    pub entry_id: AuditEntryId,
    pub hash: Vec<u8>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = audit_heads, check_for_backend(diesel::pg::Pg))]
pub struct HeadRow {
    pub number: i64,
    pub at: DateTime<Utc>,
    pub key_id: String,
    pub signature: Vec<u8>,
}
