//! The version that an edit goes into: the newest, or a copy of it where it is frozen.

use super::{
    authority, content,
    model::{CourseId, CourseRow, LessonId, NewVersion, SectionId, VersionId, VersionRow},
    store,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{Call, Services, UserErrorCode, user_error::Objection},
};

/// The draft of a course that the viewer may edit, with the course locked; `seen` is the count of edits that the client has seen, if it says
/// so. To be ended with [`close`].
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn open(
    call: &Call,
    tx: &mut Tx,
    course: CourseId,
    field: &str,
    seen: Option<i32>,
) -> Result<Result<(CourseRow, VersionRow), Objection>, Fault> {
    let row = match authority::lock_to_edit(call, tx, course, field).await? {
        Ok(row) => row,
        Err(objection) => return Ok(Err(objection)),
    };
    Ok(match of(tx, &call.services, &row).await? {
        Ok(version) => unchanged(version.edits, seen).map(|()| (row, version)),
        Err(objection) => Err(objection),
    })
}

/// Whether the viewer may edit a course at the count of edits that they have seen: for who stores something before they [`open`] it, which
/// looks again.
///
/// # Errors
/// Those of the database.
pub async fn look(
    call: &Call,
    course: CourseId,
    field: &str,
    seen: Option<i32>,
) -> Result<Result<(), Objection>, Fault> {
    if !authority::may_edit(call, course).await? {
        return Ok(Err(Objection::not_found(field)));
    }
    let latest = call.load(store::CourseById(course)).await?.and_then(|course| course.latest_id);
    let Some(latest) = latest else { return Ok(Err(Objection::not_found(field))) };
    let edits = call.load(store::VersionById(latest)).await?.map(|version| version.edits);
    Ok(edits.map_or(Ok(()), |edits| unchanged(edits, seen)))
}

/// As [`look`], at the course of a version.
///
/// # Errors
/// Those of the database.
pub async fn look_at(
    call: &Call,
    version: Option<VersionId>,
    field: &str,
    seen: Option<i32>,
) -> Result<Result<(), Objection>, Fault> {
    let version = match version {
        Some(version) => call.load(store::VersionById(version)).await?,
        None => None,
    };
    match version {
        Some(version) => look(call, version.course_id, field, seen).await,
        None => Ok(Err(Objection::not_found(field))),
    }
}

fn unchanged(current: i32, seen: Option<i32>) -> Result<(), Objection> {
    if seen.is_none_or(|seen| seen == current) {
        return Ok(());
    }
    let words = words!(
        "Draf ini sudah diubah; yang sekarang adalah versi {current}. Bacalah lagi, lalu ulangi.",
        "The draft was changed since; it is at version {current} now. Read it again, then try again."
    );
    Err(Objection::new(UserErrorCode::Conflict, "version", words))
}

/// The draft of the course that a section is of, as [`open`] gives it; that the draft has no such section any more is for the caller to see.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn of_section(
    call: &Call,
    tx: &mut Tx,
    section: SectionId,
    field: &str,
) -> Result<Result<(CourseRow, VersionRow), Objection>, Fault> {
    match call.load_in(tx, content::VersionOfSection(section)).await? {
        Some(known) => of_version(call, tx, known, field, None).await,
        None => Ok(Err(Objection::not_found(field))),
    }
}

/// The draft of the course that a lesson is of, as [`open`] gives it; that the draft has no such lesson any more is for the caller to see.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn of_lesson(
    call: &Call,
    tx: &mut Tx,
    lesson: LessonId,
    seen: Option<i32>,
) -> Result<Result<(CourseRow, VersionRow), Objection>, Fault> {
    match call.load_in(tx, content::VersionOfLesson(lesson)).await? {
        Some(known) => of_version(call, tx, known, "id", seen).await,
        None => Ok(Err(Objection::not_found("id"))),
    }
}

async fn of_version(
    call: &Call,
    tx: &mut Tx,
    known: VersionId,
    field: &str,
    seen: Option<i32>,
) -> Result<Result<(CourseRow, VersionRow), Objection>, Fault> {
    let course = store::version(tx, known).await?.course_id;
    open(call, tx, course, field, seen).await
}

/// Counts the edit and the lessons, and writes it.
///
/// # Errors
/// Those of the database.
pub async fn close(mut tx: Tx, call: &Call, version: &VersionRow) -> Result<(), Fault> {
    store::count_edit(&mut tx, version.id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(())
}

/// The draft of a course that the caller has locked. An edit while a submission waits is refused: its reviewer reads what
/// was submitted, and its instructors should not think otherwise.
///
/// # Errors
/// Those of the database.
pub(super) async fn of(
    tx: &mut Tx,
    services: &Services,
    course: &CourseRow,
) -> Result<Result<VersionRow, Objection>, Fault> {
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
        // It goes on counting: what was seen of one version is never the count of another.
        edits: latest.edits,
        title: latest.title,
        summary: latest.summary,
        description,
        level: latest.level,
        tags: latest.tags,
        lessons_percent: latest.lessons_percent,
        quizzes_passed: latest.quizzes_passed,
        minimum_score: latest.minimum_score,
        price: latest.price,
        lesson_count: latest.lesson_count,
        cover_id: latest.cover_id,
    };
    store::insert_version(tx, &next).await?;
    content::copy(tx, latest.id, next.id).await?;
    Ok(Ok(store::version(tx, next.id).await?))
}
