//! A person proves once more that it is them, before something dangerous.

use super::{
    mailed,
    model::TokenPurpose,
    password::{self, Verdict},
    second_factor, store, token, tries,
};
use crate::{
    academies,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::Duty,
    },
};

/// With what.
pub enum Proof {
    /// The password, of who has no second factor.
    Password(String),
    /// A code of the second factor, of the app or of the recovery codes.
    Code(String),
    /// What [`request_code`] mailed, to who has no second factor.
    MailedCode(String),
}

/// Proves it, for this session and for ten minutes.
///
/// # Errors
/// `UNAUTHENTICATED`, `RATE_LIMITED` where too many were wrong, and those of the database.
pub async fn reauthenticate(call: &Call, proof: Proof) -> Result<Result<(), Objection>, Fault> {
    let viewer = call.viewer();
    let user = viewer.holder()?;
    let session = viewer.session.ok_or_else(Fault::unauthenticated)?;
    let services = &call.services;
    let now = services.clock.now();
    let (login, factor) = {
        let reader = call.reader().await?;
        (store::login_of(&reader, user).await?, store::second_factor(&reader, user).await?)
    };
    let factor = factor.filter(|factor| factor.confirmed_at.is_some());
    call.give_back_reader().await;
    let asks_code = |field| {
        let words = words!("Pakai kode faktor kedua Anda.", "Use a code of your second factor.");
        Ok(Err(Objection::new(UserErrorCode::NotEligible, field, words)))
    };
    let (guess, wrong, mut tx) = match proof {
        Proof::Password(_) if factor.is_some() => return asks_code("password"),
        Proof::MailedCode(_) if factor.is_some() => return asks_code("mailedCode"),
        Proof::Password(given) => {
            let guess = tries::own_password(call, user).await?;
            let hash = login.and_then(|login| login.password_hash.for_duty(Duty::Authenticate).clone());
            let is_wrong = password::matches(&services.settings, given, hash).await? == Verdict::Wrong;
            let words = words!("Kata sandi ini tidak cocok.", "That is not your password.");
            (guess, is_wrong.then(|| Objection::new(UserErrorCode::Invalid, "password", words)), call.begin().await?)
        }
        Proof::Code(given) => {
            let guess = tries::own_second_factor(call, user).await?;
            let mut tx = call.begin().await?;
            store::lock_login(&mut tx, user).await?;
            let is_right = match &factor {
                Some(factor) => {
                    second_factor::take_code(&mut tx, services, factor, &given).await?
                        || second_factor::take_recovery_code(&mut tx, services, user, &given).await?
                }
                None => false,
            };
            (guess, (!is_right).then(|| second_factor::wrong("code")), tx)
        }
        Proof::MailedCode(given) => {
            let guess = tries::mailed_code(call, user).await?;
            let mut tx = call.begin().await?;
            store::lock_login(&mut tx, user).await?;
            let owner = match token::read(given.trim(), token::Kind::Mailed) {
                Some(digest) => store::use_token(&mut tx, digest, &[TokenPurpose::Reauthenticate], now).await?,
                None => None,
            };
            let words = words!(
                "Kode ini tidak berlaku; minta yang baru (requestReauthenticationCode).",
                "This code is not valid; ask for a new one (requestReauthenticationCode)."
            );
            let is_right = owner == Some(user);
            (guess, (!is_right).then(|| Objection::new(UserErrorCode::Expired, "mailedCode", words)), tx)
        }
    };
    if let Some(objection) = wrong {
        return Ok(Err(objection));
    }
    store::note_presence(&mut tx, session, now).await?;
    tx.commit().await?;
    guess.was_right(call).await;
    call.prove_presence(now);
    Ok(Ok(()))
}

/// Mails a code to who is signed in: for those who sign in with neither a password nor a second factor.
///
/// # Errors
/// `UNAUTHENTICATED`, `RATE_LIMITED` where one address asks too often, and those of the database.
pub async fn request_code(call: &Call) -> Result<Result<(), Objection>, Fault> {
    let user = call.viewer().holder()?;
    let login = store::login_of(&*call.reader().await?, user).await?;
    call.give_back_reader().await;
    let Some(email) = login.and_then(|login| login.email.for_duty(Duty::Mail).clone()) else {
        let words = words!("Akun ini tidak punya alamat surel.", "This account has no mail address.");
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "", words)));
    };
    if !tries::mail_to(call, TokenPurpose::Reauthenticate, &super::policy::key(&email)).await? {
        let words = words!(
            "Beberapa kode baru saja dikirim; periksa kotak masuk Anda.",
            "Some codes were sent just now; look into your inbox."
        );
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, "", words)));
    }
    let academy = academies::current(call).await?;
    let mut tx = call.begin().await?;
    let token = mailed::new_token(&mut tx, &call.services, user, TokenPurpose::Reauthenticate).await?;
    let (to, what) = ((user, email.as_str()), (TokenPurpose::Reauthenticate, token.as_str()));
    mailed::post_token(&mut tx, &call.services, &academy, to, what, call.language).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
