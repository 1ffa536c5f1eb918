//! Signs a person in with their password.

use super::{
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
    let Some(login) = login.filter(|_| right) else {
        return Ok(Err(Objection::new(
            UserErrorCode::Invalid,
            "",
            words!(
                "Nama masuk atau kata sandi tidak cocok.",
                "The log-in name and the password do not belong together."
            ),
        )));
    };
    if login.email.for_duty(Duty::Authenticate).is_some() && login.email_verified_at.is_none() {
        return Ok(Err(Objection::new(
            UserErrorCode::NotEligible,
            "login",
            words!(
                "Konfirmasi dulu alamat surel Anda lewat surat yang kami kirim (atau minta lagi: resendVerification).",
                "Confirm your address first with the mail that we sent (or ask again: resendVerification)."
            ),
        )));
    }
    let mut tx = call.begin().await?;
    let opened = session::open(&mut tx, &call.services, &call.facts, login.user_id, input.device.as_deref()).await?;
    tx.commit().await?;
    Ok(Ok(opened))
}
