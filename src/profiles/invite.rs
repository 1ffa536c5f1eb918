//! Makes an account and a profile for somebody else.

use super::{model::NewProfile, store};
use crate::{
    academies,
    accounts::invite::{self, Invitation},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, user_error::Objection},
        privacy::{Personal, UserId},
    },
};

/// Invites somebody, leaving the transaction open: what they learn belongs into it, and that is a room above this one. Gives the person, and a
/// code to hand over where there is no address to mail.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `REAUTHENTICATION_REQUIRED`, and those of the database.
pub async fn invite(
    call: &Call,
    new: &Invitation,
) -> Result<Result<(Tx, UserId, Option<String>), Vec<Objection>>, Fault> {
    let academy = academies::current(call).await?;
    let checked = match invite::check(call, &academy, new)? {
        Ok(checked) => checked,
        Err(objections) => return Ok(Err(objections)),
    };
    let mut tx = call.begin().await?;
    let (user, code) = match invite::invite(&mut tx, call, &academy, &checked).await? {
        Ok(made) => made,
        Err(objection) => return Ok(Err(vec![objection])),
    };
    let profile = NewProfile {
        user_id: user,
        full_name: Personal::new(checked.full_name),
        locale: Personal::new(Some(academy.language().tag().to_owned())),
    };
    store::insert(&mut tx, &profile).await?;
    Ok(Ok((tx, user, code)))
}
