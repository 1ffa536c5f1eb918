//! Mails the proof of an address once more. The answer is the same for any address, and takes as long.

use super::{policy, register, store};
use crate::{
    academies::AcademyRow,
    platform::{fault::Fault, graphql::Call, privacy::Duty},
};

/// Mails a new link where an account waits for it. Where none does, the same is done for somebody else, and taken back.
///
/// # Errors
/// Those of the database.
pub async fn resend_verification(call: &Call, academy: &AcademyRow, email: &str) -> Result<(), Fault> {
    let mut tx = call.begin().await?;
    let login = store::login_by_email(&tx, &policy::key(email)).await?;
    let waiting = login.filter(|login| login.email_verified_at.is_none());
    let address = waiting.as_ref().and_then(|login| login.email.for_duty(Duty::Mail).clone());
    let other = store::anybody(&tx).await?;
    let Some(user) = waiting.map(|login| login.user_id).or(other) else { return Ok(()) };
    tx.save_point().await?;
    let to = address.as_deref().unwrap_or("nobody@localhost");
    register::send_verification(&mut tx, &call.services, academy, user, to, call.language).await?;
    if address.is_some() {
        tx.release().await?;
    } else {
        tx.roll_back_to_save_point().await?;
    }
    tx.commit().await
}
