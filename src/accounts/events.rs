//! What happened to an account, told to its owner: on record, where they read it (`viewer.securityEvents`), and by mail.

use serde_json::json;

use super::mail;
use crate::{
    academies,
    audit::{self, Action, Happened},
    platform::{db::Tx, fault::Fault, graphql::Call, mail::Letter, privacy::UserId},
};

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event {
    /// They chose another password, knowing the one that they had.
    PasswordChanged,
    /// They chose another password by a mailed link.
    PasswordReset,
    /// Another address is theirs.
    EmailChanged,
    /// A second factor is asked for.
    MfaEnabled,
    /// None is any more.
    MfaDisabled,
    /// Their recovery codes were replaced.
    RecoveryCodesReplaced,
    /// They can sign in by an account at a provider.
    IdentityLinked,
    /// They can't any more.
    IdentityUnlinked,
    /// They signed in by a recovery code, and have so many left.
    RecoveryCodeUsed {
        /// Codes that are left.
        left: i64,
    },
}

impl Event {
    const fn action(self) -> Action {
        match self {
            Self::PasswordChanged => Action::PasswordChanged,
            Self::PasswordReset => Action::PasswordReset,
            Self::EmailChanged => Action::EmailChanged,
            Self::MfaEnabled => Action::MfaEnabled,
            Self::MfaDisabled => Action::MfaDisabled,
            Self::RecoveryCodesReplaced => Action::RecoveryCodesReplaced,
            Self::IdentityLinked => Action::IdentityLinked,
            Self::IdentityUnlinked => Action::IdentityUnlinked,
            Self::RecoveryCodeUsed { .. } => Action::RecoveryCodeUsed,
        }
    }

    fn letter(self, academy: &str) -> Letter {
        match self {
            Self::PasswordChanged | Self::PasswordReset => mail::password_changed(academy),
            Self::EmailChanged => mail::email_changed(academy),
            Self::MfaEnabled => mail::mfa_enabled(academy),
            Self::MfaDisabled => mail::mfa_disabled(academy),
            Self::RecoveryCodesReplaced => mail::recovery_codes_replaced(academy),
            Self::IdentityLinked => mail::identity_linked(academy),
            Self::IdentityUnlinked => mail::identity_unlinked(academy),
            Self::RecoveryCodeUsed { left } => mail::recovery_code_used(academy, left),
        }
    }
}

/// Notes what happened to an account, and tells its owner.
///
/// # Errors
/// Those of the database.
pub(super) async fn note(tx: &mut Tx, call: &Call, user: UserId, event: Event) -> Result<(), Fault> {
    let happened =
        Happened { actor: Some(user), action: event.action(), subject: Some(user), reason: None, detail: json!({}) };
    audit::write(tx, &call.services, vec![happened]).await?;
    let academy = academies::current_in(call, tx).await?;
    let letter = event.letter(&academy.name);
    mail::to_person(tx, &call.services, &academy, (user, call.language), event.action(), &letter).await
}
