//! Statements about runs, and about the codes that lead into them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    AsChangeset, ExpressionMethods, OptionalEmptyChangesetExtension, OptionalExtension, QueryDsl, Queryable,
    SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{course_runs, invitation_codes};
use uuid::Uuid;

use crate::{
    catalog::model::{CourseId, NewInvitationCode, RunId, RunRow},
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
    },
};

/// Locks a run: its seats are taken by one at a time.
///
/// # Errors
/// Those of the database.
pub async fn lock_run(connection: &mut AsyncPgConnection, id: RunId) -> Result<Option<RunRow>, Fault> {
    let run = course_runs::table.filter(course_runs::id.eq(id)).select(RunRow::as_select()).for_no_key_update();
    Ok(run.first(connection).await.optional()?)
}

/// A run.
///
/// # Errors
/// Those of the database.
pub async fn run(mut connection: &AsyncPgConnection, id: RunId) -> Result<Option<RunRow>, Fault> {
    let run = course_runs::table.filter(course_runs::id.eq(id)).select(RunRow::as_select());
    Ok(run.first(&mut connection).await.optional()?)
}

crate::batch!(
    /// A run by its id.
    RunById(RunId) -> RunRow, course_runs::id
);

/// The runs of a course, oldest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RunsOf(pub CourseId);

impl Batch for RunsOf {
    type Value = Vec<RunRow>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<RunRow>>, Fault> {
        let ids: Vec<CourseId> = keys.iter().map(|key| key.0).collect();
        let rows: Vec<RunRow> = course_runs::table
            .filter(course_runs::course_id.eq_any(ids))
            .order((course_runs::created_at, course_runs::id))
            .select(RunRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.course_id), row))))
    }
}

/// Adds a run.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn insert_run(connection: &mut AsyncPgConnection, row: &RunRow) -> Result<(), Fault> {
    diesel::insert_into(course_runs::table).values(row).execute(connection).await?;
    Ok(())
}

/// How many runs a course has.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn count_runs(mut connection: &AsyncPgConnection, course: CourseId) -> Result<i32, Fault> {
    let runs = course_runs::table.filter(course_runs::course_id.eq(course));
    let count: i64 = runs.count().get_result(&mut connection).await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// What changes of a run.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
#[derive(AsChangeset, Default, Debug)]
#[diesel(table_name = course_runs)]
pub(in crate::catalog) struct RunChange {
    pub name: Option<String>,
    pub opens_at: Option<Option<DateTime<Utc>>>,
    pub closes_at: Option<Option<DateTime<Utc>>>,
    pub seats: Option<Option<i32>>,
    pub invitation_only: Option<bool>,
}

/// Changes a run.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn change_run(
    connection: &mut AsyncPgConnection,
    id: RunId,
    change: &RunChange,
) -> Result<(), Fault> {
    let row = course_runs::table.filter(course_runs::id.eq(id));
    diesel::update(row).set(change).execute(connection).await.optional_empty_changeset()?;
    Ok(())
}

/// Adds an invitation code.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn insert_invitation_code(
    connection: &mut AsyncPgConnection,
    row: &NewInvitationCode,
) -> Result<(), Fault> {
    diesel::insert_into(invitation_codes::table).values(row).execute(connection).await?;
    Ok(())
}

/// An invitation code as far as it lets somebody in: until when, and how many more.
#[derive(Queryable, Debug)]
pub(in crate::catalog) struct InvitationCode {
    pub id: Uuid,
    pub uses: Option<i32>,
    pub used: i32,
    pub expires_at: Option<DateTime<Utc>>,
}

/// An invitation code of a run, locked: it is used by one at a time.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn lock_invitation_code(
    connection: &mut AsyncPgConnection,
    run: RunId,
    digest: &[u8],
) -> Result<Option<InvitationCode>, Fault> {
    use invitation_codes::{code_hash, expires_at, id, run_id, table, used, uses};
    let row = table.filter(run_id.eq(run)).filter(code_hash.eq(digest)).select((id, uses, used, expires_at));
    Ok(row.for_no_key_update().first(connection).await.optional()?)
}

/// Counts that somebody enrolled by an invitation code.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn count_invitation(connection: &mut AsyncPgConnection, id: Uuid) -> Result<(), Fault> {
    diesel::update(invitation_codes::table.filter(invitation_codes::id.eq(id)))
        .set(invitation_codes::used.eq(invitation_codes::used + 1))
        .execute(connection)
        .await?;
    Ok(())
}
