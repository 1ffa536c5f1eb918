//! Another address: the one that a person has is told, the new one confirms.

use super::{
    address,
    events::{self, Event},
    mail, mailed,
    model::TokenPurpose,
    policy, session, store, token, tries,
};
use crate::{
    academies,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        mail::post,
        privacy::Duty,
    },
};

/// Asks for another address. The answer, and what the person sees of it, is the same whether or not the address is somebody else's.
///
/// # Errors
/// `UNAUTHENTICATED`, `REAUTHENTICATION_REQUIRED`, `RATE_LIMITED` where one address asks too often, and those of the database.
pub async fn change(call: &Call, new_email: &str) -> Result<Result<(), Objection>, Fault> {
    let user = session::present(call)?;
    let email = match policy::email(new_email) {
        Ok(email) => email,
        Err(objection) => return Ok(Err(Objection { path: vec!["newEmail".to_owned()], ..objection })),
    };
    let key = policy::key(&email);
    if !tries::mail_to(call, TokenPurpose::ChangeEmail, &key).await? {
        let words = words!(
            "Alamat ini sudah beberapa kali disurati; periksa kotak masuknya, atau coba lagi nanti.",
            "This address was mailed several times already; look into its inbox, or try again later."
        );
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, "newEmail", words)));
    }
    let academy = academies::current(call).await?;
    let services = &call.services;
    let mut tx = call.begin().await?;
    // One after the other: a link confirms the address that it was mailed to.
    let own = store::lock_login(&mut tx, user).await?;
    let old = own.and_then(|login| login.email.for_duty(Duty::Mail).clone());
    if old.as_deref().map(policy::key).as_ref() == Some(&key) {
        let words = words!("Ini sudah alamat Anda.", "This is your address already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "newEmail", words)));
    }
    let owner = match store::login_by_email(&tx, &key).await? {
        // Who registered with it and did not prove it has nothing to be told.
        Some(owner) if address::is_kept(&tx, &owner).await? => Some(owner),
        _ => None,
    };
    store::use_up_tokens(&mut tx, user, TokenPurpose::ChangeEmail, services.clock.now()).await?;
    store::set_pending_email(&mut tx, user, Some(email.clone())).await?;
    let token = mailed::new_token(&mut tx, services, user, TokenPurpose::ChangeEmail).await?;
    let base = services.settings.public_url.as_ref();
    let letter = owner.as_ref().map_or_else(
        || mail::proving(&academy.name, TokenPurpose::ChangeEmail, base, &token),
        |_| mail::address_in_use(&academy.name),
    );
    let to = Some(owner.map_or(user, |owner| owner.user_id));
    post(&mut tx, services, &academy.name, (to, &email), call.language, &letter).await?;
    if let Some(old) = old {
        let letter = mail::email_changes(&academy.name);
        post(&mut tx, services, &academy.name, (Some(user), &old), call.language, &letter).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}

/// Confirms it with the token of the mail: from now on the address is the person's.
///
/// # Errors
/// Those of the database.
pub async fn confirm(call: &Call, token: &str) -> Result<Result<(), Objection>, Fault> {
    let over = || Ok(Err(mailed::over("changeEmail")));
    let Some(digest) = token::read(token.trim(), token::Kind::Mailed) else { return over() };
    let now = call.services.clock.now();
    let mut tx = call.begin().await?;
    let owner = store::good_token(&tx, &digest, &[TokenPurpose::ChangeEmail], now).await?;
    let Some(user) = owner else { return over() };
    if !tx.hold_account(user).await? {
        return over();
    }
    let pending =
        store::lock_login(&mut tx, user).await?.and_then(|login| login.pending_email.for_duty(Duty::Update).clone());
    let Some(email) = pending else { return over() };
    let key = policy::key(&email);
    store::take_email(&mut tx, &key).await?;
    if store::use_token(&mut tx, digest, &[TokenPurpose::ChangeEmail], now).await?.is_none() {
        return over();
    }
    // Somebody else has proved it meanwhile.
    if !address::free(&mut tx, &call.services, &key).await? {
        return over();
    }
    // To the address that they had; a link that was mailed there proves nothing any more.
    events::note(&mut tx, call, user, Event::EmailChanged).await?;
    store::void_mailed(&mut tx, user, now).await?;
    store::set_email(&mut tx, user, email, now).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}
