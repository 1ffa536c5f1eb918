//! A learner moves to the newest version of their course. What they have completed stays completed: a lesson or a quiz is the same one
//! through all versions that it is in, and what the new version has no more is kept as well.

use super::{complete, model::EnrolmentId, store};
use crate::{
    catalog::store::CourseById,
    gamification::award::award,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        idempotency::{self, Claimed},
    },
};

/// Moves an enrolment of the viewer's own.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn move_to_latest(call: &Call, id: EnrolmentId) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let claim = match idempotency::claim(call, &mut tx, "moveToLatestVersion", &id).await? {
        Claimed::Before(made) => return Ok(Ok(made)),
        Claimed::Now(claim) => claim,
    };
    let now = call.services.clock.now();
    let not_found = || Ok(Err(Objection::not_found("enrolment")));
    let Some(course) = store::course_of(&tx, id, user).await? else { return not_found() };
    let Some(mut enrolment) = complete::active(&mut tx, user, course, now).await?.filter(|row| row.id == id) else {
        return not_found();
    };
    let latest = call.load_in(&tx, CourseById(course)).await?.and_then(|course| course.published_id);
    let Some(latest) = latest.filter(|latest| *latest != enrolment.version_id) else {
        let words = words!("Ini sudah versi yang terbaru.", "This is the newest version already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "enrolment", words)));
    };
    store::move_to(&mut tx, id, latest).await?;
    enrolment.version_id = latest;
    // It may ask for less than the version before.
    let completed = complete::judge(&call.services, &mut tx, &enrolment).await?;
    award(&mut tx, &call.services, user, course, completed.as_slice(), now).await?;
    claim.made(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}
