//! Signs a person in with their password.

use super::{
    model::Login,
    password,
    session::{self, Opened},
    store,
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
/// Those of the database.
pub async fn log_in(call: &Call, input: LogIn) -> Result<Result<Opened, Objection>, Fault> {
    let login = store::by_login(&*call.reader().await?, &input.login).await?;
    // The hashing takes its time, and its turn.
    call.give_back_reader().await;
    let hash = login.as_ref().and_then(|login| login.password_hash.for_duty(Duty::Authenticate).clone());
    let right = password::matches(input.password, hash).await?;
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
    let Some(login) = login.filter(|login| right && is_confirmed(login)) else { return Ok(Err(objection())) };
    let mut tx = call.begin().await?;
    // Closed while the password was looked at.
    if !tx.hold_account(login.user_id).await? {
        return Ok(Err(objection()));
    }
    let opened = session::open(&mut tx, &call.services, &call.facts, login.user_id, input.device.as_deref()).await?;
    tx.commit().await?;
    Ok(Ok(opened))
}
