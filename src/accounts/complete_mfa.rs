//! Goes on with signing in, by the second factor.

use super::{
    device,
    events::{self, Event},
    model::{MfaMethod, TokenPurpose},
    second_factor,
    session::{self, Opened, Presence},
    store, token, tries,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
};

/// Signs in whose password was right, if the code is. A challenge bears five wrong codes.
///
/// # Errors
/// `RATE_LIMITED` where too many codes were wrong, and those of the database.
pub async fn complete_mfa(
    call: &Call,
    challenge: &str,
    method: MfaMethod,
    code: &str,
) -> Result<Result<Opened, Objection>, Fault> {
    let over = || {
        Objection::new(
            UserErrorCode::Expired,
            "challenge",
            words!("Waktunya habis; masuk lagi (logIn).", "Its time is over; sign in again (logIn)."),
        )
    };
    let (services, now) = (&call.services, call.services.clock.now());
    let Some(digest) = token::read(challenge.trim(), token::Kind::Challenge) else { return Ok(Err(over())) };
    let purposes = [TokenPurpose::CompleteMfa];
    let owner = store::good_token(&*call.reader().await?, &digest, &purposes, now).await?;
    let Some(user) = owner else { return Ok(Err(over())) };
    let login = store::login_of(&*call.reader().await?, user).await?;
    call.give_back_reader().await;
    let known = login.is_some_and(|login| device::is_known(call, &login));
    let guess = tries::second_factor(call, user, known).await?;
    let mut tx = call.begin().await?;
    if !tx.hold_account(user).await? {
        return Ok(Err(over()));
    }
    store::lock_login(&mut tx, user).await?;
    let Some(factor) = store::second_factor(&tx, user).await?.filter(|factor| factor.confirmed_at.is_some()) else {
        return Ok(Err(over()));
    };
    let is_right = match method {
        MfaMethod::Totp => second_factor::take_code(&mut tx, services, &factor, code).await?,
        MfaMethod::RecoveryCode => second_factor::take_recovery_code(&mut tx, services, user, code).await?,
    };
    if !is_right {
        store::count_try(&mut tx, &digest).await?;
        tx.commit().await?;
        return Ok(Err(second_factor::wrong("code")));
    }
    // Of those who come at once, one.
    if store::use_token(&mut tx, digest, &purposes, now).await?.is_none() {
        return Ok(Err(over()));
    }
    let opened = session::open(&mut tx, call, user, Presence::Here, None).await?;
    if method == MfaMethod::RecoveryCode {
        let left = store::recovery_codes_left(&tx, user).await?;
        events::note(&mut tx, call, user, Event::RecoveryCodeUsed { left }).await?;
    }
    tx.commit().await?;
    guess.was_right(call).await;
    Ok(Ok(opened))
}
