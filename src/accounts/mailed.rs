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
        graphql::{Services, UserErrorCode, user_error::Objection},
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

/// A link that is not good (any more); `again` is the mutation that mails another. Unknown, used and over are told alike.
pub(super) fn over(again: &str) -> Objection {
    let words = words!(
        "Tautan ini tidak berlaku lagi; minta yang baru ({again}).",
        "This link is not valid any more; ask for a new one ({again})."
    );
    Objection::new(UserErrorCode::Expired, "token", words)
}
