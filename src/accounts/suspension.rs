//! Suspensions: somebody takes no part for a while, reads why, and may contest it.

use serde_json::json;

use super::{mail, model::NewSuspension, roles, session, store};
use crate::{
    academies,
    audit::{self, Action, Happened},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{
            Call, UserErrorCode,
            user_error::{self, Objection},
        },
        mail::Letter,
        privacy::{Personal, Role, UserId},
    },
};

/// Characters of a reason, and of what is said to it.
const REASON: usize = 2000;

/// Suspends a person: by who runs the academy, or by support where the person holds no office. Every session of theirs ends.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `REAUTHENTICATION_REQUIRED`, and those of the database.
pub async fn suspend(call: &Call, user: UserId, reason: &str) -> Result<Result<UserId, Objection>, Fault> {
    let actor = call.viewer().with_role(&[Role::Support, Role::Admin])?;
    // A session that was left open shuts nobody out.
    session::present(call)?;
    let reason = match user_error::text(reason, "reason", REASON) {
        Ok(reason) => reason,
        Err(objection) => return Ok(Err(objection)),
    };
    let now = call.services.clock.now();
    let mut tx = call.begin().await?;
    roles::lock(&mut tx).await?;
    if let Some(objection) = out_of_reach(call, &mut tx, actor, user).await? {
        return Ok(Err(objection));
    }
    if store::living_roles(&tx, user).await?.has(Role::Admin) && !store::has_other_admin(&tx, user).await? {
        return Ok(Err(roles::last_admin("id")));
    }
    let new = NewSuspension {
        id: call.services.random.ordered_id::<()>(&call.services.clock).uuid(),
        user_id: user,
        reason: Personal::new(reason.clone()),
        suspended_by: Some(actor),
        suspended_at: now,
    };
    if !store::suspend(&mut tx, &new).await? {
        let words = words!("Akun ini sudah ditangguhkan.", "This account is suspended already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    store::end_sessions(&mut tx, user, None).await?;
    let letter = |academy: &str| mail::suspended(academy, &reason);
    tell(call, &mut tx, (actor, Action::UserSuspended, user), letter).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(user))
}

/// Lifts a suspension.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, and those of the database.
pub async fn lift(call: &Call, user: UserId, reason: &str) -> Result<Result<UserId, Objection>, Fault> {
    let actor = call.viewer().with_role(&[Role::Support, Role::Admin])?;
    let reason = match user_error::text(reason, "reason", REASON) {
        Ok(reason) => reason,
        Err(objection) => return Ok(Err(objection)),
    };
    let mut tx = call.begin().await?;
    roles::lock(&mut tx).await?;
    if let Some(objection) = out_of_reach(call, &mut tx, actor, user).await? {
        return Ok(Err(objection));
    }
    if !store::lift(&mut tx, user, actor, reason.clone(), call.services.clock.now()).await? {
        let words = words!("Akun ini tidak ditangguhkan.", "This account is not suspended.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    let letter = |academy: &str| mail::suspension_lifted(academy, &reason);
    tell(call, &mut tx, (actor, Action::SuspensionLifted, user), letter).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(user))
}

/// Says something to the suspension of the viewer, once: staff read it beside the reason.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn contest(call: &Call, message: &str) -> Result<Result<(), Objection>, Fault> {
    let user = call.viewer().holder()?;
    let message = match user_error::text(message, "message", REASON) {
        Ok(message) => message,
        Err(objection) => return Ok(Err(objection)),
    };
    let mut tx = call.begin().await?;
    if !store::contest(&mut tx, user, message, call.services.clock.now()).await? {
        let words = words!(
            "Akun Anda tidak ditangguhkan, atau keberatan Anda sudah kami terima.",
            "Your account is not suspended, or we have what you said to it already."
        );
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "", words)));
    }
    let contested = Action::SuspensionContested;
    let happened =
        Happened { actor: Some(user), action: contested, subject: Some(user), reason: None, detail: json!({}) };
    audit::write(&mut tx, &call.services, vec![happened]).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}

/// Why an actor does not decide on a person.
async fn out_of_reach(call: &Call, tx: &mut Tx, actor: UserId, user: UserId) -> Result<Option<Objection>, Fault> {
    if !tx.take_account(user).await? {
        return Ok(Some(Objection::not_found("id")));
    }
    let not_eligible = |words| Some(Objection::new(UserErrorCode::NotEligible, "id", words));
    if actor == user {
        return Ok(not_eligible(words!("Bukan untuk diri sendiri.", "Not for oneself.")));
    }
    let holds_office = store::living_roles(tx, user).await?.iter().any(|role| role != Role::Learner);
    if holds_office && !call.viewer().roles.has(Role::Admin) {
        let words = words!("Hanya ADMIN untuk orang yang berperan.", "Who holds a role is for an ADMIN alone.");
        return Ok(not_eligible(words));
    }
    Ok(None)
}

/// Puts it on record, without the reason: that lies with the suspension, and goes with the person.
async fn tell(
    call: &Call,
    tx: &mut Tx,
    (actor, action, user): (UserId, Action, UserId),
    letter: impl FnOnce(&str) -> Letter,
) -> Result<(), Fault> {
    let happened = Happened { actor: Some(actor), action, subject: Some(user), reason: None, detail: json!({}) };
    audit::write(tx, &call.services, vec![happened]).await?;
    let academy = academies::current_in(call, tx).await?;
    let told = (user, academy.language());
    mail::to_person(tx, &call.services, &academy, told, action, &letter(&academy.name)).await
}
