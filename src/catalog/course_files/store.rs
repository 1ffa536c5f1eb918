//! Statements about files of courses.

use std::collections::{HashMap, HashSet};

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, SelectableHelper,
    dsl::{exists, not},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{course_files, course_versions, lesson_files, question_files};

use super::{AttachmentId, CourseFileId, FileKind, FileRow, LessonFileRow};
use crate::{
    catalog::model::{LessonId, QuestionId, VersionId},
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
    },
};

/// The files of these bytes, as far as they are there.
///
/// # Errors
/// Those of the database.
pub async fn by_digests(
    mut connection: &AsyncPgConnection,
    kind: FileKind,
    digests: &[Vec<u8>],
) -> Result<HashMap<Vec<u8>, CourseFileId>, Fault> {
    let rows: Vec<(Vec<u8>, CourseFileId)> = course_files::table
        .filter(course_files::kind.eq(kind))
        .filter(course_files::digest.eq_any(digests))
        .select((course_files::digest, course_files::id))
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Notes files, of different bytes each; where there is one of the same bytes, that one stays. Gives which one it is, for each: none of them
/// goes before this transaction ends.
///
/// # Errors
/// `OVERLOADED` where others come and go all the time; those of the database.
pub async fn keep(
    connection: &mut AsyncPgConnection,
    kind: FileKind,
    rows: &[FileRow],
) -> Result<HashMap<Vec<u8>, CourseFileId>, Fault> {
    let digests: Vec<&[u8]> = rows.iter().map(|row| row.digest.as_slice()).collect();
    // One that is on its way out stands in the way of the first insert, and is gone when it is looked for.
    for _ in 0..3 {
        insert(connection, rows).await?;
        let held = hold(connection, kind, &digests).await?;
        if held.len() == rows.len() {
            return Ok(held);
        }
    }
    Err(Fault::overloaded())
}

/// Postgres takes 65,535 values a statement.
const ROWS: usize = 5_000;

/// Notes files; where there is one of the same bytes, that one stays.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &mut AsyncPgConnection, rows: &[FileRow]) -> Result<(), Fault> {
    // Two who note the same ones wait for each other in one order.
    let mut rows: Vec<&FileRow> = rows.iter().collect();
    rows.sort_unstable_by(|one, other| one.digest.cmp(&other.digest));
    for rows in rows.chunks(ROWS) {
        let rows = rows.to_vec();
        diesel::insert_into(course_files::table).values(rows).on_conflict_do_nothing().execute(connection).await?;
    }
    Ok(())
}

/// The files of these bytes, as far as they are there: none of them goes before this transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn hold(
    connection: &mut AsyncPgConnection,
    kind: FileKind,
    digests: &[&[u8]],
) -> Result<HashMap<Vec<u8>, CourseFileId>, Fault> {
    let held: Vec<(Vec<u8>, CourseFileId)> = course_files::table
        .filter(course_files::kind.eq(kind))
        .filter(course_files::digest.eq_any(digests))
        .select((course_files::digest, course_files::id))
        .for_key_share()
        .load(connection)
        .await?;
    Ok(held.into_iter().collect())
}

/// The files of a lesson in a version, in their order.
///
/// # Errors
/// Those of the database.
pub async fn of_lesson(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    lesson: LessonId,
) -> Result<Vec<LessonFileRow>, Fault> {
    let rows = lesson_files::table
        .filter(lesson_files::version_id.eq(version))
        .filter(lesson_files::lesson_id.eq(lesson))
        .order(lesson_files::position);
    Ok(rows.select(LessonFileRow::as_select()).load(&mut connection).await?)
}

/// The files of lessons of a version.
///
/// # Errors
/// Those of the database.
pub async fn of_lessons(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    lessons: &[LessonId],
) -> Result<Vec<CourseFileId>, Fault> {
    let rows = lesson_files::table
        .filter(lesson_files::version_id.eq(version))
        .filter(lesson_files::lesson_id.eq_any(lessons))
        .select(lesson_files::file_id);
    Ok(rows.distinct().load(&mut connection).await?)
}

/// The files of questions of a version.
///
/// # Errors
/// Those of the database.
pub async fn of_questions(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    questions: &[QuestionId],
) -> Result<Vec<CourseFileId>, Fault> {
    let rows = question_files::table
        .filter(question_files::version_id.eq(version))
        .filter(question_files::question_id.eq_any(questions))
        .select(question_files::file_id);
    Ok(rows.distinct().load(&mut connection).await?)
}

/// Puts files in the place of those that a lesson of a version has.
///
/// # Errors
/// Those of the database.
pub async fn put(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    lesson: LessonId,
    rows: &[LessonFileRow],
) -> Result<(), Fault> {
    let old =
        lesson_files::table.filter(lesson_files::version_id.eq(version)).filter(lesson_files::lesson_id.eq(lesson));
    diesel::delete(old).execute(connection).await?;
    diesel::insert_into(lesson_files::table).values(rows).execute(connection).await?;
    Ok(())
}

/// Takes out those of these files that no version names; nobody begins to meanwhile. Gives those that are still there.
///
/// # Errors
/// Those of the database.
pub async fn take_unused(
    connection: &mut AsyncPgConnection,
    ids: &[CourseFileId],
) -> Result<HashSet<CourseFileId>, Fault> {
    let rows = course_files::table.filter(course_files::id.eq_any(ids)).order(course_files::digest);
    // In a statement of its own: what was written by who held one before is seen by the next one.
    let mut left: HashSet<CourseFileId> =
        rows.select(course_files::id).for_update().load(connection).await?.into_iter().collect();
    let in_lessons = lesson_files::table.filter(lesson_files::file_id.eq(course_files::id));
    let in_questions = question_files::table.filter(question_files::file_id.eq(course_files::id));
    let as_cover = course_versions::table.filter(course_versions::cover_id.eq(course_files::id.nullable()));
    let unused = course_files::table
        .filter(course_files::id.eq_any(ids))
        .filter(not(exists(in_lessons)))
        .filter(not(exists(in_questions)))
        .filter(not(exists(as_cover)));
    let gone: Vec<CourseFileId> = diesel::delete(unused).returning(course_files::id).get_results(connection).await?;
    for id in gone {
        left.remove(&id);
    }
    Ok(left)
}

/// A file of a lesson, with what is known of it.
#[derive(Clone, Debug)]
pub struct LessonFile {
    /// [`super::MEDIA`], or the place among what is attached.
    pub position: i32,
    /// Its name.
    pub name: String,
    /// The attachment itself.
    pub id: AttachmentId,
    /// The file.
    pub file: CourseFileId,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: i32,
}

/// The files of a lesson in a version, in their order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FilesOf(pub VersionId, pub LessonId);

impl Batch for FilesOf {
    type Value = Vec<LessonFile>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<(LessonFileRow, String, i32)> = lesson_files::table
            .inner_join(course_files::table.on(course_files::id.eq(lesson_files::file_id)))
            .filter(lesson_files::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(lesson_files::lesson_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .order(lesson_files::position)
            .select((LessonFileRow::as_select(), course_files::media_type, course_files::size))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(row, media_type, size)| {
            let LessonFileRow { version_id, lesson_id, position, id, file_id, name } = row;
            (Self(version_id, lesson_id), LessonFile { position, name, id, file: file_id, media_type, size })
        })))
    }
}
