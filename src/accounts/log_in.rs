//! Signs a person in with their password.

use super::{
    device,
    model::Login,
    password::{self, Verdict},
    policy,
    session::{self, Entered, Presence},
    store, tries,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    privacy::Duty,
};

/// What a person signs in with.
pub struct LogIn {
    /// Address or user name.
    pub login: String,
    /// Password.
    pub password: String,
    /// What they call the device.
    pub device: Option<String>,
}

/// Signs in. What is wrong is told alike whether or not there is such a person, and takes the same time.
///
/// # Errors
/// `RATE_LIMITED` where too many guesses were wrong, and those of the database.
pub async fn log_in(call: &Call, input: LogIn) -> Result<Result<Entered, Objection>, Fault> {
    let login = store::by_login(&*call.reader().await?, &input.login).await?;
    // The counting takes a connection of its own; the hashing takes its time, and its turn.
    call.give_back_reader().await;
    let known = login.as_ref().filter(|login| device::is_known(call, login)).map(|login| login.user_id);
    let guess = tries::log_in(call, &policy::key(&input.login), known).await?;
    let settings = &call.services.settings;
    let hash = login.as_ref().and_then(|login| login.password_hash.for_duty(Duty::Authenticate).clone());
    let verdict = password::matches(settings, input.password.clone(), hash).await?;
    // An address that is not confirmed is told like a wrong password: who registers somebody else's could ask in this way
    // whether it had been free.
    let is_confirmed =
        |login: &Login| login.email.for_duty(Duty::Authenticate).is_none() || login.email_verified_at.is_some();
    let objection = || {
        Objection::new(
            UserErrorCode::Invalid,
            "",
            words!(
                "Nama masuk atau kata sandi tidak cocok, atau alamatnya belum dikonfirmasi lewat surat kami (minta lagi: resendVerification).",
                "The log-in name and the password do not belong together, or the address is not confirmed yet with the mail that we sent (ask again: resendVerification)."
            ),
        )
    };
    let right = login.filter(|login| verdict != Verdict::Wrong && is_confirmed(login));
    let Some(login) = right else { return Ok(Err(objection())) };
    let stronger = match verdict {
        Verdict::RightButWeak => Some(password::hash(settings, input.password).await?),
        _ => None,
    };
    let mut tx = call.begin().await?;
    // Closed while the password was looked at.
    if !tx.hold_account(login.user_id).await? {
        return Ok(Err(objection()));
    }
    // Another one was set while this one was looked at.
    let current = store::lock_login(&mut tx, login.user_id).await?;
    let hash_of = |login: &Login| login.password_hash.for_duty(Duty::Authenticate).clone();
    if current.as_ref().map(hash_of) != Some(hash_of(&login)) {
        return Ok(Err(objection()));
    }
    if let Some(hash) = stronger {
        store::strengthen(&mut tx, login.user_id, &login.password_hash, hash).await?;
    }
    let entered = session::enter(&mut tx, call, login.user_id, Presence::Here, input.device.as_deref()).await?;
    tx.commit().await?;
    guess.was_right(call).await;
    Ok(Ok(entered))
}
