//! The code that a person refers others with: made when they first ask for it.

use super::{privacy::ReferralCode, store};
use crate::{
    accounts::register,
    platform::{
        code,
        fault::Fault,
        graphql::{Call, user_error::Objection},
        privacy::{Datum, UserId},
    },
};

/// Letters of a code: it is said aloud, and it opens nothing.
const LETTERS: usize = 8;

/// The code of the viewer; nothing where the academy's policy does not list referrals.
///
/// # Errors
/// Those of the database.
pub async fn own_code(call: &Call, user: UserId) -> Result<Option<String>, Fault> {
    if !call.sharing().holds(&ReferralCode::ENTRY) {
        return Ok(None);
    }
    if let Some(code) = store::code_of(&*call.reader().await?, user).await? {
        return Ok(Some(code));
    }
    let services = &call.services;
    let mut tx = call.begin().await?;
    store::put_code(&mut tx, user, code::new::<LETTERS>(&services.random), services.clock.now()).await?;
    let code = store::code_of(&tx, user).await?;
    tx.commit().await?;
    // One of 2^40 may be somebody's already: it is asked for again.
    Ok(Some(code.ok_or_else(Fault::overloaded)?))
}

/// Whose a code is that somebody registers with, however it was typed.
///
/// # Errors
/// `RATE_LIMITED` where one address looks up too many, and those of the database.
pub async fn referrer(call: &Call, typed: &str) -> Result<Result<UserId, Objection>, Fault> {
    register::count_code(call).await?;
    let found = match code::meant::<LETTERS>(typed) {
        Some(code) => store::by_code(&*call.reader().await?, &code).await?,
        None => None,
    };
    Ok(found.ok_or_else(|| Objection::not_found("referralCode")))
}
