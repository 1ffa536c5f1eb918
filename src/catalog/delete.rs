//! An instructor deletes sections and lessons of the draft: who learns by an earlier version keeps them.

use super::{
    content,
    course_files::{self, sweep},
    draft,
    model::{CourseRow, LessonId, SectionId, VersionId},
    write::Written,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{Call, user_error::Objection},
};

/// Deletes a section with its lessons.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn delete_section(call: &Call, id: SectionId) -> Result<Written<SectionId>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let (CourseRow { id: course, .. }, version) = or_object!(draft::of_section(call, &mut tx, id, "id").await?);
    let mut order = content::section_order(&tx, version.id).await?;
    if !order.contains(&id) {
        return Ok(Err(Objection::not_found("id")));
    }
    let lessons = content::lessons_of(&tx, version.id).await?;
    let own: Vec<LessonId> = lessons.iter().filter(|lesson| lesson.section_id == id).map(|lesson| lesson.id).collect();
    delete_lessons(call, &mut tx, version.id, &own).await?;
    content::delete_section(&mut tx, version.id, id).await?;
    order.retain(|other| *other != id);
    content::place_sections(&mut tx, version.id, &order).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// Deletes a lesson. Its quizzes go with it, unless another lesson has them.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn delete_lesson(call: &Call, id: LessonId) -> Result<Written<LessonId>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let (CourseRow { id: course, .. }, version) = or_object!(draft::of_lesson(call, &mut tx, id, None).await?);
    let lessons = content::lessons_of(&tx, version.id).await?;
    let Some(lesson) = lessons.iter().find(|lesson| lesson.id == id) else {
        return Ok(Err(Objection::not_found("id")));
    };
    let section = lesson.section_id;
    delete_lessons(call, &mut tx, version.id, &[id]).await?;
    let siblings = lessons.iter().filter(|lesson| lesson.section_id == section && lesson.id != id);
    let left: Vec<LessonId> = siblings.map(|lesson| lesson.id).collect();
    content::place_lessons(&mut tx, version.id, section, &left).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// Deletes lessons; their files go where no version has them any more.
async fn delete_lessons(call: &Call, tx: &mut Tx, version: VersionId, lessons: &[LessonId]) -> Result<(), Fault> {
    let files = course_files::store::of_lessons(tx, version, lessons).await?;
    content::delete_lessons(tx, version, lessons).await?;
    sweep::let_go(tx, &call.services, &files).await
}
