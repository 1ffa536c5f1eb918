//! Links that are mailed: what they prove is kept as a digest, for a while, and used once.

use chrono::TimeDelta;

use super::{
    forget_unfinished::{FINISHING, ForgetUnfinished, UNFINISHED},
    mail,
    model::{NewAccountToken, TokenPurpose},
    store, token,
};
use crate::{
    academies::AcademyRow,
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        jobs,
        mail::post,
        privacy::{Personal, UserId},
        text::Language,
    },
};

/// For so long a link is good.
fn good_for(purpose: TokenPurpose) -> TimeDelta {
    match purpose {
        TokenPurpose::VerifyEmail | TokenPurpose::ChangeEmail => TimeDelta::hours(mail::VERIFY_HOURS),
        TokenPurpose::Invitation | TokenPurpose::ConfirmGuardianship => TimeDelta::days(mail::INVITATION_DAYS),
        TokenPurpose::ResetPassword
        | TokenPurpose::CompleteMfa
        | TokenPurpose::CompleteRegistration
        | TokenPurpose::Reauthenticate => TimeDelta::minutes(mail::RESET_MINUTES),
    }
}

/// Makes what a mail to a person will hold.
///
/// # Errors
/// Those of the database.
pub(super) async fn new_token(
    tx: &mut Tx,
    services: &Services,
    user: UserId,
    purpose: TokenPurpose,
) -> Result<String, Fault> {
    let (token, digest) = token::new(&services.random, token::Kind::Mailed);
    keep(tx, services, user, purpose, digest).await?;
    Ok(token)
}

/// Makes a code to type in its place, for who has no address.
///
/// # Errors
/// Those of the database.
pub(super) async fn new_code(
    tx: &mut Tx,
    services: &Services,
    user: UserId,
    purpose: TokenPurpose,
) -> Result<String, Fault> {
    let (code, digest) = token::typed(&services.random);
    keep(tx, services, user, purpose, digest).await?;
    Ok(code)
}

async fn keep(
    tx: &mut Tx,
    services: &Services,
    user: UserId,
    purpose: TokenPurpose,
    digest: Vec<u8>,
) -> Result<(), Fault> {
    let new = NewAccountToken {
        id: services.random.ordered_id::<()>(&services.clock).uuid(),
        user_id: user,
        purpose,
        token_hash: Personal::new(digest),
        expires_at: services.clock.now() + good_for(purpose),
    };
    store::insert_token(tx, &new).await?;
    if FINISHING.contains(&purpose) {
        let planned = ForgetUnfinished { token: new.id };
        jobs::enqueue_at(tx, services, &planned, services.clock.now() + UNFINISHED).await?;
    }
    Ok(())
}

/// Mails what proves something.
///
/// # Errors
/// Those of the database.
pub(super) async fn post_token(
    tx: &mut Tx,
    services: &Services,
    academy: &AcademyRow,
    (user, email): (UserId, &str),
    (purpose, token): (TokenPurpose, &str),
    language: Language,
) -> Result<(), Fault> {
    let letter = mail::proving(&academy.name, purpose, services.settings.public_url.as_ref(), token);
    post(tx, services, &academy.name, (Some(user), email), language, &letter).await
}

/// Mails a person what proves something. Where there is nobody to mail, the same is done for somebody else, and taken back.
///
/// # Errors
/// Those of the database.
pub(super) async fn post_or_seem_to(
    tx: &mut Tx,
    call: &Call,
    academy: &AcademyRow,
    to: Option<(UserId, String)>,
    purpose: TokenPurpose,
) -> Result<(), Fault> {
    let other = store::anybody(tx).await?;
    let seems = to.is_none();
    let nobody = "nobody@localhost".to_owned();
    let Some((user, email)) = to.or_else(|| Some((other?, nobody))) else { return Ok(()) };
    tx.save_point().await?;
    let services = &call.services;
    let token = new_token(tx, services, user, purpose).await?;
    post_token(tx, services, academy, (user, &email), (purpose, &token), call.language).await?;
    if seems { tx.roll_back_to_save_point().await } else { tx.release().await }
}

/// A link that is not good (any more); `again` is the mutation that mails another. Unknown, used and over are told alike.
pub(super) fn over(again: &str) -> Objection {
    let words = words!(
        "Tautan ini tidak berlaku lagi; minta yang baru ({again}).",
        "This link is not valid any more; ask for a new one ({again})."
    );
    Objection::new(UserErrorCode::Expired, "token", words)
}
