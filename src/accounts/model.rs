//! Rows of accounts.

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{account_tokens, logins, second_factors, sessions, suspensions, users};
use uuid::Uuid;

use super::privacy::{
    CreatedAt, Device, Email, FactorSecret, GrantedRoles, IpAddress, MailedToken, PasswordHash, PendingEmail,
    SessionToken, SuspensionContest, SuspensionReason, Username,
};
use crate::platform::privacy::{Personal, SessionId, UserId};

crate::text_enum!(
    /// What a token is for.
    TokenPurpose {
        /// To prove that an address is the person's.
        VerifyEmail = "VERIFY_EMAIL",
        /// To choose another password.
        ResetPassword = "RESET_PASSWORD",
        /// To prove that another address is the person's.
        ChangeEmail = "CHANGE_EMAIL",
        /// To go on signing in with a second factor.
        CompleteMfa = "COMPLETE_MFA",
        /// To prove presence again.
        Reauthenticate = "REAUTHENTICATE",
        /// To choose the first password of an account that somebody else made.
        Invitation = "INVITATION",
        /// To confirm, as a guardian, that a minor may be here.
        ConfirmGuardianship = "CONFIRM_GUARDIANSHIP",
        /// To go on signing in with what an account still lacks.
        CompleteRegistration = "COMPLETE_REGISTRATION",
    }
);

crate::text_enum!(
    /// What a second factor can be.
    MfaMethod {
        /// A code of an authenticator app.
        Totp = "TOTP",
        /// One of the codes that were shown when it was set up.
        RecoveryCode = "RECOVERY_CODE",
    }
);

/// A person to be added.
#[derive(Insertable)]
#[diesel(table_name = users)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct NewUser {
    pub id: UserId,
    pub roles: Personal<Vec<String>, GrantedRoles>,
    pub created_at: Personal<DateTime<Utc>, CreatedAt>,
    pub incomplete: bool,
}

/// A way to sign in.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = logins, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct Login {
    pub user_id: UserId,
    pub email: Personal<Option<String>, Email>,
    pub email_key: Personal<Option<String>, Email>,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub username: Personal<Option<String>, Username>,
    pub username_key: Personal<Option<String>, Username>,
    pub username_look: Personal<Option<String>, Username>,
    pub password_hash: Personal<Option<String>, PasswordHash>,
    pub password_set_at: Option<DateTime<Utc>>,
    pub pending_email: Personal<Option<String>, PendingEmail>,
    pub pending_email_key: Personal<Option<String>, PendingEmail>,
}

impl Login {
    /// Of a person who has no way in yet.
    #[must_use]
    pub const fn none(user_id: UserId) -> Self {
        Self {
            user_id,
            email: Personal::new(None),
            email_key: Personal::new(None),
            email_verified_at: None,
            username: Personal::new(None),
            username_key: Personal::new(None),
            username_look: Personal::new(None),
            password_hash: Personal::new(None),
            password_set_at: None,
            pending_email: Personal::new(None),
            pending_email_key: Personal::new(None),
        }
    }
}

/// A session, without its token.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct SessionRow {
    pub id: SessionId,
    pub user_id: UserId,
    pub device: Personal<String, Device>,
    pub ip_address: Personal<String, IpAddress>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub authenticated_at: Option<DateTime<Utc>>,
}

/// A session to be added.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub token_hash: Personal<Vec<u8>, SessionToken>,
    pub device: Personal<String, Device>,
    pub ip_address: Personal<String, IpAddress>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub authenticated_at: Option<DateTime<Utc>>,
}

/// What a token stands for, to be added.
#[derive(Insertable)]
#[diesel(table_name = account_tokens)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct NewAccountToken {
    pub id: Uuid,
    pub user_id: UserId,
    pub purpose: TokenPurpose,
    pub token_hash: Personal<Vec<u8>, MailedToken>,
    pub expires_at: DateTime<Utc>,
}

/// A suspension to be added.
#[derive(Insertable)]
#[diesel(table_name = suspensions)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct NewSuspension {
    pub id: Uuid,
    pub user_id: UserId,
    pub reason: Personal<String, SuspensionReason>,
    pub suspended_by: Option<UserId>,
    pub suspended_at: DateTime<Utc>,
}

/// A suspension that lasts.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = suspensions, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct SuspensionRow {
    pub user_id: UserId,
    pub reason: Personal<String, SuspensionReason>,
    pub suspended_at: DateTime<Utc>,
    pub contest: Personal<Option<String>, SuspensionContest>,
    pub contested_at: Option<DateTime<Utc>>,
}

/// An authenticator app.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = second_factors, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct SecondFactor {
    pub user_id: UserId,
    pub sealed: Personal<Vec<u8>, FactorSecret>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub last_step: i64,
    pub created_at: DateTime<Utc>,
}
