//! Ends the session that the request came in.

use super::store;
use crate::platform::{fault::Fault, graphql::Call};

/// Ends it. Who is not signed in is signed out already.
///
/// # Errors
/// Those of the database.
pub async fn log_out(call: &Call) -> Result<(), Fault> {
    let (Some(user), Some(session)) = (call.viewer().user, call.viewer().session) else { return Ok(()) };
    let mut tx = call.begin().await?;
    store::delete_session(&mut tx, user, session).await?;
    tx.commit().await
}
