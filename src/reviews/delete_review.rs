//! A review goes: its author takes it back, or the academy takes it down, on record.

use serde_json::json;

use super::{model::ReviewId, privacy::Reviewed, store};
use crate::{
    audit,
    platform::{
        fault::Fault,
        graphql::{Call, shown::whole, user_error::Objection},
        privacy::{Datum, Role, Ties},
    },
};

/// Deletes a review of the viewer's own, or as an admin somebody's.
///
/// # Errors
/// `UNAUTHENTICATED`, `BAD_USER_INPUT` to an admin who does not say why, and those of the database.
pub async fn delete_review(call: &Call, id: ReviewId) -> Result<Result<(), Objection>, Fault> {
    let viewer = call.viewer();
    let user = viewer.signed_in()?;
    let not_found = || Ok(Err(Objection::not_found("id")));
    let mut tx = call.begin().await?;
    let Some(row) = store::lock(&mut tx, id).await? else { return not_found() };
    if row.user_id != user {
        // Who takes down reads: they say why before anything is written.
        if !viewer.roles.has(Role::Admin)
            || !whole(call.access_to(row.user_id, Ties::default(), Vec::new()).open(&Reviewed::ENTRY))?
        {
            return not_found();
        }
        let happened = audit::Happened {
            actor: Some(user),
            action: audit::Action::ReviewDeleted,
            subject: Some(row.user_id),
            reason: call.facts.access_reason.clone(),
            detail: json!({ "review": id.to_string(), "course": row.course_id.to_string() }),
        };
        audit::write(&mut tx, &call.services, vec![happened]).await?;
    }
    store::delete(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}
