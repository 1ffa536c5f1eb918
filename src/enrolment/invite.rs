//! Makes an account for somebody else, with a place in a run.

use super::enrol::{self, By};
use crate::{
    accounts::invite::Invitation,
    catalog::model::RunId,
    platform::{
        fault::Fault,
        graphql::{Call, user_error::Objection},
        privacy::UserId,
    },
    profiles,
};

/// Invites somebody: all of it, or nothing. Gives the person, and a code to hand over where there is no address to mail.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `REAUTHENTICATION_REQUIRED`, and those of the database.
pub async fn invite(
    call: &Call,
    new: &Invitation,
    run: Option<RunId>,
) -> Result<Result<(UserId, Option<String>), Vec<Objection>>, Fault> {
    let (mut tx, user, code) = match profiles::invite::invite(call, new).await? {
        Ok(made) => made,
        Err(objections) => return Ok(Err(objections)),
    };
    if let Some(run) = run
        && let Err(objection) = enrol::place(call, &mut tx, user, run, By::Academy).await?
    {
        return Ok(Err(vec![objection]));
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok((user, code)))
}
