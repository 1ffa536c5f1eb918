//! Its instructors take a course out of the catalogue: who is enrolled keeps it. A submission that is approved brings it back.

use super::{
    authority,
    model::{CourseId, CourseStatus},
    store,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
};

/// Archives the course; a submission that waits is taken back with it.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn archive(call: &Call, id: CourseId) -> Result<Result<CourseId, Objection>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let course = or_object!(authority::lock_to_edit(call, &mut tx, id, "id").await?);
    if course.status == CourseStatus::Archived {
        let words = words!("Kursus ini sudah diarsipkan.", "This course is archived already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    if let Some(submission) = store::lock_pending(&mut tx, id).await? {
        store::withdraw_submission(&mut tx, submission.id).await?;
    }
    store::archive(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}
