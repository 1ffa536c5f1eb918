//! What people may do: granted and taken by who runs the academy, on record, and never so that nobody runs it.

use serde_json::json;

use super::{mail, store};
use crate::{
    academies::AcademyRow,
    audit::{self, Action, Happened},
    platform::{
        db::Tx,
        fault::{Code, Fault},
        graphql::{Services, UserErrorCode, user_error::Objection},
        privacy::{Role, UserId},
    },
};

/// A change of what somebody may do.
#[derive(Clone, Copy, Debug)]
pub struct RoleChange {
    /// Whose.
    pub user: UserId,
    /// What.
    pub role: Role,
    /// Granted, or taken.
    pub granted: bool,
}

/// Grants a role or takes it. Every session of the person ends: what they may do next, they sign in for. `actor` is nobody where the
/// operator does it.
///
/// # Errors
/// Those of the database.
pub async fn change_role(
    tx: &mut Tx,
    services: &Services,
    academy: &AcademyRow,
    actor: Option<UserId>,
    change: RoleChange,
) -> Result<Result<(), Objection>, Fault> {
    let RoleChange { user, role, granted } = change;
    let objection = |code, field, words| Ok(Err(Objection::new(code, field, words)));
    if role == Role::Learner {
        let words = words!("Setiap orang adalah LEARNER.", "Everybody is a LEARNER.");
        return objection(UserErrorCode::Invalid, "role", words);
    }
    lock(tx).await?;
    // Who was an admin when they asked may be none by now.
    if let Some(actor) = actor
        && !store::living_roles(tx, actor).await?.has(Role::Admin)
    {
        return Err(Fault::forbidden());
    }
    if !tx.take_account(user).await? {
        return Ok(Err(Objection::not_found("user")));
    }
    if store::living_roles(tx, user).await?.has(role) == granted {
        let words = words!("Sudah demikian.", "That is so already.");
        return objection(UserErrorCode::AlreadyDone, "role", words);
    }
    if granted {
        store::add_role(tx, user, role).await?;
    } else {
        if role == Role::Admin && !store::has_other_admin(tx, user).await? {
            return Ok(Err(last_admin("role")));
        }
        store::remove_role(tx, user, role).await?;
    }
    store::end_sessions(tx, user, None).await?;
    let action = if granted { Action::RoleGranted } else { Action::RoleRevoked };
    let happened =
        Happened { actor, action, subject: Some(user), reason: None, detail: json!({ "role": role.as_str() }) };
    audit::write(tx, services, vec![happened]).await?;
    let letter = mail::role_changed(&academy.name, role, granted);
    mail::to_person(tx, services, academy, (user, academy.language()), action, &letter).await?;
    Ok(Ok(()))
}

/// Whether somebody may go: there is, or need not be, another admin. Nobody else goes until the end of the transaction.
///
/// # Errors
/// `CONFLICT` where nobody would run the academy any more, and those of the database.
pub async fn may_go(tx: &mut Tx, user: UserId) -> Result<(), Fault> {
    lock(tx).await?;
    if store::living_roles(tx, user).await?.has(Role::Admin) && !store::has_other_admin(tx, user).await? {
        return Err(Fault::Refused(Code::Conflict, last_admin("").words));
    }
    Ok(())
}

/// One change of who runs the academy after the other: two at once could leave nobody.
pub(super) async fn lock(tx: &mut Tx) -> Result<(), Fault> {
    tx.take_name("roles").await
}

/// Nobody would run the academy any more.
pub(super) fn last_admin(field: &str) -> Objection {
    let words = words!(
        "Ini admin terakhir akademi; jadikan orang lain admin dahulu.",
        "This is the last admin of the academy; make somebody else an admin first."
    );
    Objection::new(UserErrorCode::NotEligible, field, words)
}
