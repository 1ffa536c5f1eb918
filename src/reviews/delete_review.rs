//! A review goes: its author takes it back, or the academy takes it down, on record.

use serde_json::json;

use super::{
    model::ReviewId,
    privacy::Reviewed,
    store::{self, ReviewById},
};
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
    let Some(row) = call.load_in(&tx, ReviewById(id)).await? else { return not_found() };
    let is_own = row.user_id == user;
    // Who takes down reads: they say why before anything is written.
    let access = call.access_to(row.user_id, Ties::default(), Vec::new());
    let may = is_own || (viewer.roles.has(Role::Admin) && whole(access.open(&Reviewed::ENTRY))?);
    if !may {
        return not_found();
    }
    // Before the review, in the order in which an erasure takes them.
    if !tx.hold_account(row.user_id).await? || !store::delete(&mut tx, id).await? {
        return not_found();
    }
    if !is_own {
        let happened = audit::Happened {
            actor: Some(user),
            action: audit::Action::ReviewDeleted,
            subject: Some(row.user_id),
            reason: call.facts.access_reason.clone(),
            detail: json!({ "review": id.to_string(), "course": row.course_id.to_string() }),
        };
        audit::write(&mut tx, &call.services, vec![happened]).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}
