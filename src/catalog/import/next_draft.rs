//! A course that is imported again is its next draft: what is the same thing in its source keeps its id. The draft that was there, and
//! every version before, stay as they are.

use super::{Read, enclosed::Kept, outline::Known};
use crate::{
    catalog::{
        content::{self, Watch},
        create_course,
        model::{CourseId, CourseStatus, NewVersion},
        store,
    },
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Services, UserErrorCode, user_error::Objection},
    },
};

/// Writes it. What the source does not say (price, what is asked before, when the course is completed) goes on as it was.
///
/// # Errors
/// Those of the database.
pub(super) async fn write(
    tx: &mut Tx,
    services: &Services,
    id: CourseId,
    read: &Read,
    kept: &Kept,
    watch: Watch<'_>,
) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let object = |objection| Ok(Err(vec![objection]));
    let Some(course) = store::lock(tx, id).await? else { return object(Objection::not_found("into")) };
    if store::pending_submission(tx, id).await? {
        let words = words!(
            "Kursus ini sedang ditinjau; tunggu keputusannya, atau tarik pengajuannya (withdrawCourseSubmission).",
            "This course is being reviewed; wait for the decision, or take the submission back (withdrawCourseSubmission)."
        );
        return object(Objection::new(UserErrorCode::Conflict, "into", words));
    }
    let new = &read.course;
    let (title, summary) = match create_course::checked(new) {
        Ok(checked) => checked,
        Err(objections) => return Ok(Err(objections)),
    };
    let latest = course.latest_id.ok_or_else(|| anyhow::anyhow!("a course without a version"))?;
    let mut known = Known::default();
    for version in std::iter::once(latest).chain(course.published_id.filter(|id| *id != latest)) {
        known.add(&content::whole(tx, version).await?);
    }
    let before = store::version(tx, latest).await?;
    let version_id = services.random.ordered_id(&services.clock);
    let content = read.outline.content(services, version_id, known, kept);
    let next = NewVersion {
        id: version_id,
        course_id: id,
        number: before.number + 1,
        edits: before.edits + 1,
        title,
        summary,
        description: new.description.clone(),
        level: before.level,
        tags: before.tags,
        lessons_percent: before.lessons_percent,
        quizzes_passed: before.quizzes_passed,
        minimum_score: before.minimum_score,
        price: before.price,
        lesson_count: content.lessons_shown(),
        cover_id: kept.cover.or(before.cover_id),
    };
    store::insert_version(tx, &next).await?;
    store::copy_prerequisites(tx, latest, version_id).await?;
    if let Some(source) = &new.source {
        store::set_source(tx, id, source).await?;
    }
    if course.status == CourseStatus::Draft && course.locale != new.locale {
        store::set_locale(tx, id, &new.locale).await?;
    }
    content::insert(tx, &content, watch).await?;
    Ok(Ok(id))
}
