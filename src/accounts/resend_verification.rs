//! Mails the proof of an address once more. The answer is the same for any address.

use super::{policy, register, store};
use crate::{
    academies::AcademyRow,
    platform::{fault::Fault, graphql::Call, privacy::Duty},
};

/// Mails a new link where an account waits for it; does nothing otherwise.
///
/// # Errors
/// Those of the database.
pub async fn resend_verification(call: &Call, academy: &AcademyRow, email: &str) -> Result<(), Fault> {
    let mut tx = call.begin().await?;
    let Some(login) = store::login_by_email(&tx, &policy::key(email)).await? else { return Ok(()) };
    if login.email_verified_at.is_some() {
        return Ok(());
    }
    let Some(address) = login.email.for_duty(Duty::Mail) else { return Ok(()) };
    register::send_verification(&mut tx, &call.services, academy, login.user_id, address, call.language).await?;
    tx.commit().await
}
