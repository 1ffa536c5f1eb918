//! A person says what they have read.

use super::{model::NotificationId, store};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
};

/// At once, as many as a page holds.
const MOST: usize = 100;

/// Marks what the viewer was told as read: all of these, or none.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn mark_read(call: &Call, ids: &[NotificationId]) -> Result<Result<(), Objection>, Fault> {
    let user = call.viewer().holder()?;
    if ids.len() > MOST {
        let words = words!("Paling banyak {MOST} sekaligus.", "No more than {MOST} at a time.");
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, "ids", words)));
    }
    let mut tx = call.begin().await?;
    let own = store::own(&tx, user, ids).await?;
    if let Some(at) = ids.iter().position(|id| !own.contains(id)) {
        return Ok(Err(Objection::not_found(&format!("ids.{at}"))));
    }
    store::mark_read(&mut tx, user, ids, call.services.clock.now()).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}
