//! Another password for who has lost theirs: a mailed link, for ten minutes and once. It proves one factor, not two.

use super::{
    address_request::{self, Wanted},
    events::{self, Event},
    guardian, mailed,
    model::TokenPurpose,
    password, policy, providers,
    session::{self, Entered, Presence},
    store, token,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, user_error::Objection},
    privacy::{Duty, UserId},
};

/// A lost password, and the first one of an account that somebody else made.
const PURPOSES: [TokenPurpose; 2] = [TokenPurpose::ResetPassword, TokenPurpose::Invitation];

/// Mails a link, where there is an account with this address. The answer is the same for any address, and takes as long.
///
/// # Errors
/// `RATE_LIMITED` where one address asks too often, and those of the database.
pub async fn request(call: &Call, email: &str) -> Result<(), Fault> {
    address_request::ask(call, Wanted::Password, email).await
}

/// Whose password a mailed link sets; nobody where it is not good any more.
///
/// # Errors
/// Those of the database.
pub async fn owner(call: &Call, token: &str) -> Result<Option<UserId>, Fault> {
    let Some(digest) = token::read_mailed_or_typed(token.trim()) else { return Ok(None) };
    let now = call.services.clock.now();
    store::good_token(&*call.reader().await?, &digest, &PURPOSES, now).await
}

/// Sets another password and signs in; every session ends. `about` is what else is known of the person: no password holds it. A password
/// that will not do leaves the link as good as it was.
///
/// # Errors
/// Those of the database.
pub async fn reset(
    call: &Call,
    token: &str,
    new_password: String,
    about: &[&str],
) -> Result<Result<Entered, Objection>, Fault> {
    let (Some(owner), Some(digest)) = (owner(call, token).await?, token::read_mailed_or_typed(token.trim())) else {
        return Ok(Err(mailed::over("requestPasswordReset")));
    };
    if let Err(objection) = fitting(call, owner, &new_password, about).await? {
        return Ok(Err(objection));
    }
    call.give_back_reader().await;
    let hash = password::hash(&call.services.settings, new_password).await?;
    let now = call.services.clock.now();
    let mut tx = call.begin().await?;
    if !tx.hold_account(owner).await? {
        return Ok(Err(mailed::over("requestPasswordReset")));
    }
    store::lock_login(&mut tx, owner).await?;
    let Some(user) = store::use_token(&mut tx, digest, &PURPOSES, now).await? else {
        return Ok(Err(mailed::over("requestPasswordReset")));
    };
    store::void_mailed(&mut tx, user, now).await?;
    store::set_password(&mut tx, user, hash, now).await?;
    store::end_sessions(&mut tx, user, None).await?;
    // Who recovers an account has it alone: somebody else may have linked theirs.
    if providers::store::unlink_all(&mut tx, user).await? {
        events::note(&mut tx, call, user, Event::IdentityUnlinked).await?;
    }
    // Who reads the mails of an address has it. Somebody else may have registered with it before: their password is gone now.
    if store::mark_verified(&mut tx, user, now).await? {
        store::settle_username(&mut tx, user, now).await?;
        guardian::post(&mut tx, call, user).await?;
        call.services.people.proved(&mut tx, &call.services, user, false).await?;
    }
    events::note(&mut tx, call, user, Event::PasswordReset).await?;
    let entered = session::enter(&mut tx, call, user, Presence::Here, None).await?;
    tx.commit().await?;
    Ok(Ok(entered))
}

/// Whether a password will do for a person.
///
/// # Errors
/// Those of the database.
pub(super) async fn fitting(
    call: &Call,
    user: UserId,
    new_password: &str,
    about: &[&str],
) -> Result<Result<(), Objection>, Fault> {
    let reader = call.reader().await?;
    let login = store::login_of(&reader, user).await?;
    let has_second_factor = store::has_second_factor(&reader, user).await?;
    let own = |text: Option<&String>| text.cloned().unwrap_or_default();
    let email = own(login.as_ref().and_then(|login| login.email.for_duty(Duty::Authenticate).as_ref()));
    let username = own(login.as_ref().and_then(|login| login.username.for_duty(Duty::Authenticate).as_ref()));
    let about: Vec<&str> = about.iter().copied().chain([email.as_str(), username.as_str()]).collect();
    Ok(policy::password(new_password, "newPassword", &about, has_second_factor))
}
