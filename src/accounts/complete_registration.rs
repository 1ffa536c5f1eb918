//! A person completes an account that somebody else made.

use super::{
    guardian,
    model::TokenPurpose,
    register,
    session::{self, Entered, Presence},
    store, token,
};
use crate::{
    consent::{self, DocumentId, PolicyDocumentRow},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::{Duty, UserId},
    },
};

/// What is accepted of an account that is being completed.
pub struct Accepted(Vec<PolicyDocumentRow>);

/// Whether the documents and the age will do.
///
/// # Errors
/// Those of the database.
pub async fn check(
    call: &Call,
    accepted: &[DocumentId],
    age_confirmed: bool,
) -> Result<Result<Accepted, Vec<Objection>>, Fault> {
    let documents = call.load(consent::store::InForce).await?.unwrap_or_default();
    Ok(match (register::accepted(&documents, accepted), register::age(age_confirmed)) {
        (Ok(accepted), Ok(())) => Ok(Accepted(accepted)),
        (accepted, age) => Err([accepted.err(), age.err()].into_iter().flatten().collect()),
    })
}

/// Begins to complete it: whose it is, with their account held; an objection where the challenge is not good (any more), or the guardian whom they
/// name is themselves.
///
/// # Errors
/// Those of the database.
pub async fn begin(
    tx: &mut Tx,
    call: &Call,
    challenge: &str,
    guardian_email: Option<&str>,
) -> Result<Result<UserId, Objection>, Fault> {
    let over = || {
        let words = words!("Waktunya habis; masuk lagi (logIn).", "Its time is over; sign in again (logIn).");
        Objection::new(UserErrorCode::Expired, "challenge", words)
    };
    let Some(digest) = token::read(challenge.trim(), token::Kind::Challenge) else { return Ok(Err(over())) };
    let (purposes, now) = ([TokenPurpose::CompleteRegistration], call.services.clock.now());
    let Some(owner) = store::good_token(tx, &digest, &purposes, now).await? else { return Ok(Err(over())) };
    if !tx.take_account(owner).await? {
        return Ok(Err(over()));
    }
    let login = store::lock_login(tx, owner).await?;
    if !store::is_incomplete(tx, owner).await? {
        return Ok(Err(over()));
    }
    let own = login.and_then(|login| login.email.for_duty(Duty::Authenticate).clone());
    if let Some(Err(objection)) = guardian_email.map(|email| guardian::email(Some(email), own.as_deref())) {
        return Ok(Err(objection));
    }
    Ok(store::use_token(tx, digest, &purposes, now).await?.ok_or_else(over))
}

/// Ends it: the person is in, or waits for their guardian.
///
/// # Errors
/// Those of the database.
pub async fn end(
    tx: &mut Tx,
    call: &Call,
    user: UserId,
    accepted: &Accepted,
    guardian_email: Option<String>,
    presence: Presence,
) -> Result<Entered, Fault> {
    if let Some(email) = guardian_email {
        guardian::ask(tx, &call.services, user, &email).await?;
        guardian::post(tx, call, user).await?;
    }
    let here = ("registration", call.services.clock.now());
    consent::store::accept(tx, &call.services, user, &accepted.0, here).await?;
    consent::store::decide(tx, &call.services, user, "marketing", false, here).await?;
    store::complete(tx, user).await?;
    session::enter(tx, call, user, presence, None).await
}
