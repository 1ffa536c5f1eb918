//! Mails the proof of an address once more. The answer is the same for any address, and takes as long.

use super::{mailed, model::TokenPurpose, policy, store, tries};
use crate::{
    academies,
    platform::{fault::Fault, graphql::Call, privacy::Duty},
};

/// Mails a new link where an account waits for it.
///
/// # Errors
/// `RATE_LIMITED` where one address asks too often, and those of the database.
pub async fn resend_verification(call: &Call, email: &str) -> Result<(), Fault> {
    let key = policy::key(email);
    let may_mail = tries::mail_to(call, TokenPurpose::VerifyEmail, &key).await?;
    let academy = academies::current(call).await?;
    let mut tx = call.begin().await?;
    let login = store::login_by_email(&tx, &key).await?;
    let waiting = login.filter(|login| may_mail && login.email_verified_at.is_none());
    let to = waiting.and_then(|login| Some((login.user_id, login.email.for_duty(Duty::Mail).clone()?)));
    mailed::post_or_seem_to(&mut tx, call, &academy, to, TokenPurpose::VerifyEmail).await?;
    tx.commit().await
}
