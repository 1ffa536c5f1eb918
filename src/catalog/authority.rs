//! Who may see and change a course before it is published.

use super::{
    model::{CourseId, CourseRow, CourseStatus},
    store::{self, InstructorsOf},
};
use crate::{
    enrolment,
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, user_error::Objection},
        privacy::Role,
    },
};

/// Whether the viewer teaches the course or runs the academy.
///
/// # Errors
/// Those of the database.
pub async fn may_edit(call: &Call, course: CourseId) -> Result<bool, Fault> {
    let viewer = call.viewer();
    let Ok(user) = viewer.teacher() else { return Ok(false) };
    if viewer.roles.has(Role::Admin) {
        return Ok(true);
    }
    let instructors = call.load(InstructorsOf(course)).await?.unwrap_or_default();
    Ok(instructors.contains(&user))
}

/// Whether the viewer sees what is not published of the course: who may edit it, and reviewers.
///
/// # Errors
/// Those of the database.
pub async fn sees_drafts(call: &Call, course: CourseId) -> Result<bool, Fault> {
    Ok(call.viewer().roles.has(Role::Reviewer) || may_edit(call, course).await?)
}

/// Whether the viewer may see the course: published, anybody; archived, who is enrolled in it; else who sees its drafts.
///
/// # Errors
/// Those of the database.
pub async fn may_see(call: &Call, course: &CourseRow) -> Result<bool, Fault> {
    Ok(course.status == CourseStatus::Published
        || sees_drafts(call, course.id).await?
        || course.status == CourseStatus::Archived && enrolment::is_enrolled(call, course.id).await?)
}

/// The course, locked, for who may edit it; to everybody else it is not there.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn lock_to_edit(
    call: &Call,
    tx: &mut Tx,
    course: CourseId,
    field: &str,
) -> Result<Result<CourseRow, Objection>, Fault> {
    let viewer = call.viewer();
    let user = viewer.teacher()?;
    let Some(row) = store::lock(tx, course).await? else { return Ok(Err(Objection::not_found(field))) };
    if viewer.roles.has(Role::Admin) || store::teaches(tx, user, course).await? {
        return Ok(Ok(row));
    }
    Ok(Err(Objection::not_found(field)))
}
