//! A person sets up a second factor, renews its recovery codes, or gives it up.

use serde_json::json;

use super::{
    events::{self, Event},
    mail,
    model::SecondFactor,
    second_factor::{self, Setup},
    session, store, tries,
};
use crate::{
    academies::{self, AcademyRow},
    audit::{self, Action, Happened},
    platform::{
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        privacy::{Duty, Personal, UserId},
    },
};

/// Begins: what an app needs. Nothing is asked for until a code of the app was confirmed.
///
/// # Errors
/// `UNAUTHENTICATED`, `REAUTHENTICATION_REQUIRED`, and those of the database.
pub async fn begin(call: &Call) -> Result<Result<Setup, Objection>, Fault> {
    let user = session::present(call)?;
    let academy = academies::current(call).await?;
    let services = &call.services;
    let mut tx = call.begin().await?;
    let login = store::lock_login(&mut tx, user).await?;
    if store::has_second_factor(&tx, user).await? {
        return Ok(Err(Objection::new(
            UserErrorCode::AlreadyDone,
            "",
            words!(
                "Faktor kedua sudah ada; matikan dahulu (disableMfa) untuk memasang yang lain.",
                "There is a second factor already; turn it off first (disableMfa) to set up another."
            ),
        )));
    }
    let name = login.and_then(|login| {
        let name = |text: &Option<String>| text.clone();
        name(login.email.for_duty(Duty::Authenticate)).or_else(|| name(login.username.for_duty(Duty::Authenticate)))
    });
    let (sealed, setup) = second_factor::new_secret(services, &academy.name, name.as_deref().unwrap_or("sanggar"))?;
    let factor = SecondFactor {
        user_id: user,
        sealed: Personal::new(sealed),
        confirmed_at: None,
        last_step: 0,
        created_at: services.clock.now(),
    };
    store::begin_second_factor(&mut tx, &factor).await?;
    tx.commit().await?;
    Ok(Ok(setup))
}

/// Confirms that the app works: from now on it is asked for. Every other session ends. Gives the recovery codes, once.
///
/// # Errors
/// `UNAUTHENTICATED`, `REAUTHENTICATION_REQUIRED`, `RATE_LIMITED` where too many codes were wrong, and those of the database.
pub async fn confirm(call: &Call, code: &str) -> Result<Result<Vec<String>, Objection>, Fault> {
    let user = session::present(call)?;
    let services = &call.services;
    let guess = tries::own_second_factor(call, user).await?;
    let mut tx = call.begin().await?;
    store::lock_login(&mut tx, user).await?;
    let factor = match store::second_factor(&tx, user).await? {
        Some(factor) if factor.confirmed_at.is_none() => factor,
        Some(_) => {
            let words = words!("Faktor kedua sudah aktif.", "The second factor is on already.");
            return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "", words)));
        }
        None => {
            let words = words!("Mulai dahulu dengan beginTotpSetup.", "Begin with beginTotpSetup.");
            return Ok(Err(Objection::new(UserErrorCode::NotFound, "", words)));
        }
    };
    if !second_factor::take_code(&mut tx, services, &factor, code).await? {
        return Ok(Err(second_factor::wrong("code")));
    }
    store::confirm_second_factor(&mut tx, user, services.clock.now()).await?;
    let (codes, digests) = second_factor::new_recovery_codes(&services.random, user);
    store::set_recovery_codes(&mut tx, user, digests).await?;
    store::end_sessions(&mut tx, user, call.viewer().session).await?;
    events::note(&mut tx, call, user, Event::MfaEnabled).await?;
    tx.commit().await?;
    guess.was_right(call).await;
    call.forget_loaded();
    Ok(Ok(codes))
}

/// Replaces the recovery codes, for who has a code of the app.
///
/// # Errors
/// `UNAUTHENTICATED`, `REAUTHENTICATION_REQUIRED`, `RATE_LIMITED` where too many codes were wrong, and those of the database.
pub async fn regenerate(call: &Call, code: &str) -> Result<Result<Vec<String>, Objection>, Fault> {
    let user = session::present(call)?;
    let services = &call.services;
    let guess = tries::own_second_factor(call, user).await?;
    let mut tx = call.begin().await?;
    store::lock_login(&mut tx, user).await?;
    let Some(factor) = store::second_factor(&tx, user).await?.filter(|factor| factor.confirmed_at.is_some()) else {
        return Ok(Err(none()));
    };
    if !second_factor::take_code(&mut tx, services, &factor, code).await? {
        return Ok(Err(second_factor::wrong("code")));
    }
    let (codes, digests) = second_factor::new_recovery_codes(&services.random, user);
    store::set_recovery_codes(&mut tx, user, digests).await?;
    events::note(&mut tx, call, user, Event::RecoveryCodesReplaced).await?;
    tx.commit().await?;
    guess.was_right(call).await;
    call.forget_loaded();
    Ok(Ok(codes))
}

/// Turns the second factor off. Every other session ends.
///
/// # Errors
/// `UNAUTHENTICATED`, `REAUTHENTICATION_REQUIRED`, and those of the database.
pub async fn disable(call: &Call) -> Result<Result<(), Objection>, Fault> {
    let user = session::present(call)?;
    let mut tx = call.begin().await?;
    store::lock_login(&mut tx, user).await?;
    if !store::remove_second_factor(&mut tx, user).await? {
        return Ok(Err(none()));
    }
    store::end_sessions(&mut tx, user, call.viewer().session).await?;
    events::note(&mut tx, call, user, Event::MfaDisabled).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}

/// Removes the second factor of a person who can't, on behalf of the operator: on record, told to the person, and every session of theirs
/// ends.
///
/// # Errors
/// Those of the database.
pub async fn reset(services: &Services, academy: &AcademyRow, user: UserId) -> Result<Result<(), Objection>, Fault> {
    let mut tx = services.db.begin(academy.id).await?;
    store::lock_login(&mut tx, user).await?;
    store::void_mailed(&mut tx, user, services.clock.now()).await?;
    if !store::remove_second_factor(&mut tx, user).await? {
        return Ok(Err(none()));
    }
    store::end_sessions(&mut tx, user, None).await?;
    let action = Action::MfaDisabled;
    let happened = Happened { actor: None, action, subject: Some(user), reason: None, detail: json!({}) };
    audit::write(&mut tx, services, vec![happened]).await?;
    let letter = mail::mfa_disabled(&academy.name);
    mail::to_person(&mut tx, services, academy, (user, academy.language()), action, &letter).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn none() -> Objection {
    let words = words!("Belum ada faktor kedua (beginTotpSetup).", "There is no second factor yet (beginTotpSetup).");
    Objection::new(UserErrorCode::NotFound, "", words)
}
