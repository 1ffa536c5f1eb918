//! Statements about submissions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::course_submissions;

use super::Newest;
use crate::{
    catalog::model::{CourseId, SubmissionId, SubmissionRow, SubmissionStatus, VersionId},
    platform::{
        db::page::Page,
        fault::Fault,
        graphql::{Batch, Call},
        privacy::UserId,
    },
};

/// Adds a submission.
///
/// # Errors
/// Those of the database.
pub async fn insert_submission(connection: &mut AsyncPgConnection, row: &SubmissionRow) -> Result<(), Fault> {
    diesel::insert_into(course_submissions::table).values(row).execute(connection).await?;
    Ok(())
}

/// A submission, locked for a decision.
///
/// # Errors
/// Those of the database.
pub async fn lock_submission(
    connection: &mut AsyncPgConnection,
    id: SubmissionId,
) -> Result<Option<SubmissionRow>, Fault> {
    let found = course_submissions::table
        .filter(course_submissions::id.eq(id))
        .select(SubmissionRow::as_select())
        .for_update()
        .first(connection)
        .await
        .optional()?;
    Ok(found)
}

/// Writes a decision.
///
/// # Errors
/// Those of the database.
pub async fn decide_submission(
    connection: &mut AsyncPgConnection,
    id: SubmissionId,
    status: SubmissionStatus,
    reason: Option<&str>,
    by: UserId,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(course_submissions::table.filter(course_submissions::id.eq(id)))
        .set((
            course_submissions::status.eq(status),
            course_submissions::reason.eq(reason),
            course_submissions::decided_by.eq(by),
            course_submissions::decided_at.eq(at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// A course's submission that waits, locked for a change.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn lock_pending(
    connection: &mut AsyncPgConnection,
    course: CourseId,
) -> Result<Option<SubmissionRow>, Fault> {
    let pending = course_submissions::table
        .filter(course_submissions::course_id.eq(course))
        .filter(course_submissions::status.eq(SubmissionStatus::Pending));
    Ok(pending.select(SubmissionRow::as_select()).for_update().first(connection).await.optional()?)
}

/// How the last submission of a version went.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn last_status(
    mut connection: &AsyncPgConnection,
    version: VersionId,
) -> Result<Option<SubmissionStatus>, Fault> {
    let of = course_submissions::table
        .filter(course_submissions::version_id.eq(version))
        .order((course_submissions::submitted_at.desc(), course_submissions::id.desc()));
    Ok(of.select(course_submissions::status).first(&mut connection).await.optional()?)
}

/// Takes a submission back.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn withdraw_submission(
    connection: &mut AsyncPgConnection,
    id: SubmissionId,
) -> Result<(), Fault> {
    diesel::update(course_submissions::table.filter(course_submissions::id.eq(id)))
        .set(course_submissions::status.eq(SubmissionStatus::Withdrawn))
        .execute(connection)
        .await?;
    Ok(())
}

/// The newest submission of a version.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SubmissionOf(pub VersionId);

impl Batch for SubmissionOf {
    type Value = SubmissionRow;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, SubmissionRow>, Fault> {
        let rows: Vec<SubmissionRow> = course_submissions::table
            .filter(course_submissions::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .distinct_on(course_submissions::version_id)
            .order((
                course_submissions::version_id,
                course_submissions::submitted_at.desc(),
                course_submissions::id.desc(),
            ))
            .select(SubmissionRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|row| (Self(row.version_id), row)).collect())
    }
}

/// Whether a submission of a course waits.
///
/// # Errors
/// Those of the database.
pub async fn pending_submission(mut connection: &AsyncPgConnection, course: CourseId) -> Result<bool, Fault> {
    let rows = course_submissions::table
        .filter(course_submissions::course_id.eq(course))
        .filter(course_submissions::status.eq(SubmissionStatus::Pending));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(&mut connection).await?)
}

/// Submissions, newest first.
///
/// # Errors
/// Those of the database.
pub async fn newest_submissions(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest<SubmissionId>>,
    status: Option<SubmissionStatus>,
) -> Result<Vec<SubmissionRow>, Fault> {
    use course_submissions::{id, submitted_at};
    let mut query = course_submissions::table.select(SubmissionRow::as_select()).into_boxed();
    if let Some(status) = status {
        query = query.filter(course_submissions::status.eq(status));
    }
    let (after, before) = page.bounds();
    if let Some((at, last)) = after {
        query = query.filter(submitted_at.lt(*at).or(submitted_at.eq(*at).and(id.lt(*last))));
    }
    if let Some((at, first)) = before {
        query = query.filter(submitted_at.gt(*at).or(submitted_at.eq(*at).and(id.gt(*first))));
    }
    query = if page.backwards() {
        query.order((submitted_at.asc(), id.asc()))
    } else {
        query.order((submitted_at.desc(), id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many submissions there are.
///
/// # Errors
/// Those of the database.
pub async fn count_submissions(
    mut connection: &AsyncPgConnection,
    status: Option<SubmissionStatus>,
) -> Result<i64, Fault> {
    let mut query = course_submissions::table.count().into_boxed();
    if let Some(status) = status {
        query = query.filter(course_submissions::status.eq(status));
    }
    Ok(query.get_result(&mut connection).await?)
}

crate::batch!(
    /// A submission by its id.
    SubmissionById(SubmissionId) -> SubmissionRow, course_submissions::id
);
