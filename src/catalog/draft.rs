//! The version that an edit goes into: the newest, or a copy of it where it is frozen.

use super::{
    content,
    model::{CourseRow, NewVersion, VersionRow},
    store,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{Services, UserErrorCode, user_error::Objection},
};

/// The draft of a course that the caller has locked. An edit while a submission waits is refused: its reviewer reads what
/// was submitted, and its instructors should not think otherwise.
///
/// # Errors
/// Those of the database.
pub async fn of(tx: &mut Tx, services: &Services, course: &CourseRow) -> Result<Result<VersionRow, Objection>, Fault> {
    let latest = course.latest_id.ok_or_else(|| anyhow::anyhow!("a course without a version"))?;
    let latest = store::version(tx, latest).await?;
    if latest.frozen_at.is_none() {
        return Ok(Ok(latest));
    }
    if store::pending_submission(tx, course.id).await? {
        return Ok(Err(Objection::new(
            UserErrorCode::Conflict,
            "",
            words!(
                "Kursus ini sedang ditinjau; tunggu keputusannya.",
                "This course is being reviewed; wait for the decision."
            ),
        )));
    }
    let description = store::description(tx, latest.id).await?;
    let next = NewVersion {
        id: services.random.ordered_id(&services.clock),
        course_id: course.id,
        number: latest.number + 1,
        title: latest.title,
        summary: latest.summary,
        description,
        level: latest.level,
        tags: latest.tags,
        lessons_percent: latest.lessons_percent,
        quizzes_passed: latest.quizzes_passed,
        lesson_count: latest.lesson_count,
    };
    store::insert_version(tx, &next).await?;
    content::copy(tx, latest.id, next.id).await?;
    Ok(Ok(store::version(tx, next.id).await?))
}
