//! A learner takes back that they have completed a lesson. What it was worth stays: it is counted once, however often it is completed.

use super::{complete, model::EnrolmentId, store};
use crate::{
    catalog::{
        self, content,
        model::{LessonId, LessonKind},
    },
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        idempotency::{self, Claimed},
    },
};

/// Opens a lesson of the viewer's own enrolment again. A course that is completed stays so.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn reopen_lesson(call: &Call, lesson: LessonId) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let claim = match idempotency::claim(call, &mut tx, "reopenLesson", &lesson).await? {
        Claimed::Before(made) => return Ok(Ok(made)),
        Claimed::Now(claim) => claim,
    };
    let not_found = || Ok(Err(Objection::not_found("id")));
    let Some(version) = call.load_in(&tx, content::VersionOfLesson(lesson)).await? else { return not_found() };
    let course = catalog::store::version(&tx, version).await?.course_id;
    let now = call.services.clock.now();
    let Some(enrolment) = complete::active(&mut tx, user, course, now).await? else { return not_found() };
    let lessons = content::lessons_of(&tx, enrolment.version_id).await?;
    let Some(row) = lessons.iter().find(|row| row.id == lesson && !row.hidden) else { return not_found() };
    let not_eligible = |words| Ok(Err(Objection::new(UserErrorCode::NotEligible, "id", words)));
    if row.kind == LessonKind::Quiz {
        return not_eligible(words!(
            "Pelajaran ini selesai dengan kuisnya, dan itu tetap.",
            "This lesson is completed by its quiz, and stays so."
        ));
    }
    if !store::reopen(&mut tx, enrolment.id, lesson).await? {
        return not_eligible(words!("Pelajaran ini belum selesai.", "This lesson is not completed."));
    }
    store::touch(&mut tx, enrolment.id, now).await?;
    claim.made(&mut tx, enrolment.id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(enrolment.id))
}
