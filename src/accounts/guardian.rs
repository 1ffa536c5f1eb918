//! Minors who wait for a guardian: asked by mail, let in when one has confirmed, gone when none has.

use super::{mailed, model::TokenPurpose, policy, store, token};
use crate::{
    academies,
    audit::{self, Action, Happened},
    consent,
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        privacy::{Duty, UserId},
    },
};

/// The address of a guardian, who is not the minor.
///
/// # Errors
/// What is wrong with it.
pub fn email(guardian: Option<&str>, own: Option<&str>) -> Result<String, Objection> {
    let about = |code, words| Objection::new(code, "guardianEmail", words);
    let Some(guardian) = guardian else {
        let words = words!(
            "Pada umur Anda, orang tua atau wali harus mengizinkan; isi alamat surelnya.",
            "At your age a parent or guardian has to agree; give their mail address."
        );
        return Err(about(UserErrorCode::Required, words));
    };
    let email = policy::email(guardian)
        .map_err(|objection| Objection { path: vec!["guardianEmail".to_owned()], ..objection })?;
    if own.map(policy::key) == Some(policy::key(&email)) {
        let words =
            words!("Isi alamat orang tua atau wali, bukan alamat Anda.", "Give your guardian's address, not yours.");
        return Err(about(UserErrorCode::Invalid, words));
    }
    Ok(email)
}

/// Notes whom a minor named: until that guardian confirms, the minor does not get in.
///
/// # Errors
/// Those of the database.
pub(super) async fn ask(tx: &mut Tx, services: &Services, ward: UserId, email: &str) -> Result<(), Fault> {
    store::ask_guardian(tx, ward, email.to_owned(), services.clock.now()).await
}

/// Mails the guardian whom a minor named, if there is one: when the minor has proved their own address, and not before. Else a mail would
/// tell who names themselves as a guardian whether an address is somebody's, and make them the guardian of who has never been here.
///
/// # Errors
/// Those of the database.
pub(super) async fn post(tx: &mut Tx, call: &Call, ward: UserId) -> Result<(), Fault> {
    let Some(email) = store::guardian_email(tx, ward).await? else { return Ok(()) };
    let academy = academies::current_in(call, tx).await?;
    let token = mailed::new_token(tx, &call.services, ward, TokenPurpose::ConfirmGuardianship).await?;
    let what = (TokenPurpose::ConfirmGuardianship, token.as_str());
    mailed::post_token(tx, &call.services, &academy, (ward, email.for_duty(Duty::Mail)), what, call.language).await
}

/// Takes a guardian's answer: of which minor it is. An objection where it is none (any more), or is given by the minor.
///
/// # Errors
/// Those of the database.
pub async fn answer(
    tx: &mut Tx,
    call: &Call,
    guardian: UserId,
    token: &str,
) -> Result<Result<UserId, Objection>, Fault> {
    let over = || {
        let words = words!(
            "Tautan ini tidak berlaku lagi; anak Anda dapat mendaftar sekali lagi.",
            "This link is not valid any more; your child can register once more."
        );
        Objection::new(UserErrorCode::Expired, "token", words)
    };
    let Some(digest) = token::read(token.trim(), token::Kind::Mailed) else { return Ok(Err(over())) };
    let (purposes, now) = ([TokenPurpose::ConfirmGuardianship], call.services.clock.now());
    let Some(ward) = store::good_token(tx, &digest, &purposes, now).await? else { return Ok(Err(over())) };
    if ward == guardian {
        let words = words!("Bukan untuk diri sendiri.", "Not for oneself.");
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "token", words)));
    }
    if !tx.take_account(ward).await? {
        return Ok(Err(over()));
    }
    Ok(store::use_token(tx, digest, &purposes, now).await?.ok_or_else(over))
}

/// The minor is let in: on record, and kept as a consent that was given for them.
///
/// # Errors
/// Those of the database.
pub async fn confirmed(tx: &mut Tx, call: &Call, guardian: UserId, ward: UserId) -> Result<(), Fault> {
    store::forget_guardian_request(tx, ward).await?;
    consent::store::decide(tx, &call.services, ward, "guardian", true, ("guardian_mail", call.services.clock.now()))
        .await?;
    let happened = Happened {
        actor: Some(guardian),
        action: Action::GuardianshipConfirmed,
        subject: Some(ward),
        reason: None,
        detail: serde_json::json!({}),
    };
    audit::write(tx, &call.services, vec![happened]).await
}
