//! Proves an address with the token of a mail, gives its owner the user name that they wished for, and signs them in.

use super::{
    guardian, mailed,
    model::TokenPurpose,
    session::{self, Entered, Presence},
    store, token,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, user_error::Objection},
};

/// Uses up the token. An objection where it is unknown, used or over: the three are told alike.
///
/// # Errors
/// Those of the database.
pub async fn verify_email(call: &Call, token: &str) -> Result<Result<Entered, Objection>, Fault> {
    let objection = || mailed::over("resendVerification");
    let Some(digest) = token::read(token.trim(), token::Kind::Mailed) else { return Ok(Err(objection())) };
    let now = call.services.clock.now();
    let mut tx = call.begin().await?;
    let owner = store::token_owner(&tx, &digest).await?;
    // Before the token, in the order in which an erasure takes them.
    if let Some(owner) = owner {
        if !tx.hold_account(owner).await? {
            return Ok(Err(objection()));
        }
        store::lock_login(&mut tx, owner).await?;
    }
    let Some(user) = store::use_token(&mut tx, digest, &[TokenPurpose::VerifyEmail], now).await? else {
        return Ok(Err(objection()));
    };
    store::use_up_tokens(&mut tx, user, TokenPurpose::VerifyEmail, now).await?;
    if store::mark_verified(&mut tx, user, now).await? {
        store::settle_username(&mut tx, user, call.services.clock.now()).await?;
        guardian::post(&mut tx, call, user).await?;
        call.services.people.proved(&mut tx, &call.services, user, true).await?;
    }
    let entered = session::enter(&mut tx, call, user, Presence::Here, None).await?;
    tx.commit().await?;
    Ok(Ok(entered))
}
