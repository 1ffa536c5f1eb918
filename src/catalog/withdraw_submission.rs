//! Its instructors take a submission back: no reviewer decides on it any more. The version that was submitted stays what it is.

use super::{
    authority,
    model::{SubmissionId, SubmissionStatus},
    store::{self, SubmissionById},
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
};

/// Takes it back.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn withdraw(call: &Call, id: SubmissionId) -> Result<Result<SubmissionId, Objection>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let Some(found) = call.load_in(&tx, SubmissionById(id)).await? else {
        return Ok(Err(Objection::not_found("id")));
    };
    or_object!(authority::lock_to_edit(call, &mut tx, found.course_id, "id").await?);
    let submission = store::lock_submission(&mut tx, id).await?;
    if submission.is_none_or(|row| row.status != SubmissionStatus::Pending) {
        let words = words!("Pengajuan ini tidak menunggu lagi.", "This submission does not wait any more.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    store::withdraw_submission(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}
