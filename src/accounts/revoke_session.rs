//! A person ends sessions of theirs.

use super::store;
use crate::platform::{
    fault::Fault,
    graphql::{Call, user_error::Objection},
    privacy::SessionId,
};

/// Ends one.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn one(call: &Call, session: SessionId) -> Result<Result<(), Objection>, Fault> {
    let user = call.viewer().holder()?;
    let mut tx = call.begin().await?;
    if !store::delete_session(&mut tx, user, session).await? {
        return Ok(Err(Objection::not_found("id")));
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}

/// Ends all but the one that the request came in.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn others(call: &Call) -> Result<(), Fault> {
    let user = call.viewer().holder()?;
    let mut tx = call.begin().await?;
    store::end_sessions(&mut tx, user, call.viewer().session).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(())
}
