//! Statements about courses, versions, runs and submissions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalEmptyChangesetExtension, OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{
    course_instructors, course_runs, course_submissions, course_versions, courses, teaching_assignments, users,
};

use super::model::{
    CourseId, CourseLevel, CourseRow, CourseStatus, NewAssignment, NewVersion, RunId, RunRow, SubmissionId,
    SubmissionRow, SubmissionStatus, VersionId, VersionRow,
};
use crate::platform::{
    db::page::Page,
    fault::Fault,
    graphql::{Batch, Call, grouped},
    privacy::{Teaching, UserId},
};

/// Adds a course with its first version, its instructor (if there is one yet) and the run that is always open.
///
/// # Errors
/// Those of the database.
pub(super) async fn insert(
    connection: &mut AsyncPgConnection,
    course: &CourseRow,
    version: &NewVersion,
    instructor: Option<&NewAssignment>,
    run: &RunRow,
) -> Result<(), Fault> {
    diesel::insert_into(courses::table).values(course).execute(connection).await?;
    diesel::insert_into(course_versions::table).values(version).execute(connection).await?;
    diesel::update(courses::table.filter(courses::id.eq(course.id)))
        .set(courses::latest_id.eq(version.id))
        .execute(connection)
        .await?;
    if let Some(instructor) = instructor {
        add_instructor(connection, instructor).await?;
    }
    diesel::insert_into(course_runs::table).values(run).execute(connection).await?;
    Ok(())
}

/// Adds an instructor, last in their order.
///
/// # Errors
/// Those of the database.
pub(super) async fn add_instructor(connection: &mut AsyncPgConnection, new: &NewAssignment) -> Result<(), Fault> {
    let last = course_instructors::table.filter(course_instructors::course_id.eq(new.course_id));
    let last: Option<i32> = last.select(diesel::dsl::max(course_instructors::position)).first(connection).await?;
    diesel::insert_into(course_instructors::table)
        .values((
            course_instructors::course_id.eq(new.course_id),
            course_instructors::user_id.eq(new.user_id),
            course_instructors::position.eq(last.unwrap_or(0) + 1),
        ))
        .execute(connection)
        .await?;
    diesel::insert_into(teaching_assignments::table).values(new).execute(connection).await?;
    Ok(())
}

/// Removes an instructor, and ends what lets them see the course's learners.
///
/// # Errors
/// Those of the database.
pub(super) async fn remove_instructor(
    connection: &mut AsyncPgConnection,
    course: CourseId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let row = course_instructors::table
        .filter(course_instructors::course_id.eq(course))
        .filter(course_instructors::user_id.eq(user));
    diesel::delete(row).execute(connection).await?;
    let current = teaching_assignments::table
        .filter(teaching_assignments::course_id.eq(course))
        .filter(teaching_assignments::user_id.eq(user))
        .filter(teaching_assignments::ends_at.is_null().or(teaching_assignments::ends_at.gt(now)));
    diesel::update(current).set(teaching_assignments::ends_at.eq(now)).execute(connection).await?;
    Ok(())
}

/// How many instructors a course has whose accounts live.
///
/// # Errors
/// Those of the database.
pub(super) async fn count_instructors(mut connection: &AsyncPgConnection, course: CourseId) -> Result<i64, Fault> {
    let living = users::table.filter(users::id.eq(course_instructors::user_id)).filter(users::closed_at.is_null());
    let all =
        course_instructors::table.filter(course_instructors::course_id.eq(course)).filter(diesel::dsl::exists(living));
    Ok(all.count().get_result(&mut connection).await?)
}

/// An assignment to teach that is in force.
#[derive(Clone, Debug)]
pub struct Assignment {
    course: CourseId,
    run: Option<RunId>,
    teaching: Teaching,
}

impl Assignment {
    /// Whether it is about the learners of a run.
    #[must_use]
    pub fn covers(&self, course: CourseId, run: RunId) -> bool {
        self.course == course && self.run.is_none_or(|only| only == run)
    }

    /// What it shares.
    #[must_use]
    pub fn teaching(&self) -> Teaching {
        self.teaching.clone()
    }
}

/// What a person teaches at this moment.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AssignmentsOf(pub UserId);

impl Batch for AssignmentsOf {
    type Value = Vec<Assignment>;

    async fn load(
        call: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<Assignment>>, Fault> {
        use teaching_assignments::{course_id, ends_at, run_id, shares, starts_at, user_id};
        let now = call.services.clock.now();
        type Row = (UserId, CourseId, Option<RunId>, Option<Vec<String>>);
        let rows: Vec<Row> = teaching_assignments::table
            .filter(user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(starts_at.le(now))
            .filter(ends_at.is_null().or(ends_at.gt(now)))
            .select((user_id, course_id, run_id, shares))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(user, course, run, words)| {
            (Self(user), Assignment { course, run, teaching: Teaching::sharing(words.as_deref()) })
        })))
    }
}

/// Slugs of the academy that begin with this one.
///
/// # Errors
/// Those of the database.
pub async fn slugs_like(mut connection: &AsyncPgConnection, slug: &str) -> Result<Vec<String>, Fault> {
    use diesel::TextExpressionMethods;
    let pattern = format!("{slug}%");
    Ok(courses::table.filter(courses::slug.like(pattern)).select(courses::slug).load(&mut connection).await?)
}

/// The course with this slug.
///
/// # Errors
/// Those of the database.
pub async fn by_slug(mut connection: &AsyncPgConnection, slug: &str) -> Result<Option<CourseId>, Fault> {
    Ok(courses::table.filter(courses::slug.eq(slug)).select(courses::id).first(&mut connection).await.optional()?)
}

/// The name in addresses of a course.
///
/// # Errors
/// Those of the database.
pub async fn slug_of(mut connection: &AsyncPgConnection, id: CourseId) -> Result<String, Fault> {
    Ok(courses::table.filter(courses::id.eq(id)).select(courses::slug).first(&mut connection).await?)
}

/// A course, locked for a change. Who enrols meanwhile waits for nobody.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: CourseId) -> Result<Option<CourseRow>, Fault> {
    let found = courses::table
        .filter(courses::id.eq(id))
        .select(CourseRow::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()?;
    Ok(found)
}

/// Locks a run: its seats are taken by one at a time.
///
/// # Errors
/// Those of the database.
pub async fn lock_run(connection: &mut AsyncPgConnection, id: RunId) -> Result<(), Fault> {
    let run = course_runs::table.filter(course_runs::id.eq(id)).select(course_runs::id).for_no_key_update();
    run.execute(connection).await?;
    Ok(())
}

/// Whether a person teaches a course.
///
/// # Errors
/// Those of the database.
pub async fn teaches(mut connection: &AsyncPgConnection, user: UserId, course: CourseId) -> Result<bool, Fault> {
    let rows = course_instructors::table
        .filter(course_instructors::course_id.eq(course))
        .filter(course_instructors::user_id.eq(user));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(&mut connection).await?)
}

/// A version.
///
/// # Errors
/// Those of the database.
pub async fn version(mut connection: &AsyncPgConnection, id: VersionId) -> Result<VersionRow, Fault> {
    let row = course_versions::table.filter(course_versions::id.eq(id));
    Ok(row.select(VersionRow::as_select()).first(&mut connection).await?)
}

/// The description of a version.
///
/// # Errors
/// Those of the database.
pub async fn description(mut connection: &AsyncPgConnection, id: VersionId) -> Result<String, Fault> {
    let row = course_versions::table.filter(course_versions::id.eq(id));
    Ok(row.select(course_versions::description).first(&mut connection).await?)
}

/// Adds a version and makes it the newest.
///
/// # Errors
/// Those of the database.
pub async fn insert_version(connection: &mut AsyncPgConnection, version: &NewVersion) -> Result<(), Fault> {
    diesel::insert_into(course_versions::table).values(version).execute(connection).await?;
    diesel::update(courses::table.filter(courses::id.eq(version.course_id)))
        .set(courses::latest_id.eq(version.id))
        .execute(connection)
        .await?;
    Ok(())
}

/// What changes of a version.
#[derive(AsChangeset, Default, Debug)]
#[diesel(table_name = course_versions)]
pub struct CourseChange {
    /// Its title.
    pub title: Option<String>,
    /// What it is about, in a sentence or two.
    pub summary: Option<String>,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// For whom it is.
    pub level: Option<CourseLevel>,
    /// What to find it by.
    pub tags: Option<Vec<String>>,
    /// The share of lessons that must be completed.
    pub lessons_percent: Option<i32>,
    /// Whether every quiz must be passed.
    pub quizzes_passed: Option<bool>,
}

/// Changes what a version says of its course.
///
/// # Errors
/// Those of the database.
pub(super) async fn change_version(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    change: &CourseChange,
) -> Result<(), Fault> {
    let row = course_versions::table.filter(course_versions::id.eq(version));
    diesel::update(row).set(change).execute(connection).await.optional_empty_changeset()?;
    Ok(())
}

/// Sets the language of a course.
///
/// # Errors
/// Those of the database.
pub(super) async fn set_locale(
    connection: &mut AsyncPgConnection,
    course: CourseId,
    locale: &str,
) -> Result<(), Fault> {
    let row = courses::table.filter(courses::id.eq(course));
    diesel::update(row).set(courses::locale.eq(locale)).execute(connection).await?;
    Ok(())
}

/// Counts an edit of a draft.
///
/// # Errors
/// Those of the database.
pub async fn count_edit(connection: &mut AsyncPgConnection, version: VersionId, lessons: i32) -> Result<(), Fault> {
    diesel::update(course_versions::table.filter(course_versions::id.eq(version)))
        .set((
            course_versions::edits.eq(course_versions::edits + 1),
            course_versions::lesson_count.eq(course_versions::lesson_count + lessons),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Freezes a version: nothing of it changes from now on.
///
/// # Errors
/// Those of the database.
pub async fn freeze(connection: &mut AsyncPgConnection, version: VersionId, at: DateTime<Utc>) -> Result<(), Fault> {
    diesel::update(course_versions::table.filter(course_versions::id.eq(version)))
        .set(course_versions::frozen_at.eq(at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Shows a version in the catalogue.
///
/// # Errors
/// Those of the database.
pub async fn publish(
    connection: &mut AsyncPgConnection,
    course: CourseId,
    version: VersionId,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(courses::table.filter(courses::id.eq(course)))
        .set((
            courses::status.eq(CourseStatus::Published),
            courses::published_id.eq(version),
            courses::published_at.eq(at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

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

/// Where a course stands among the newest.
pub type Newest<I> = (DateTime<Utc>, I);

/// Which courses a list holds.
#[derive(Clone, Debug, Default)]
pub struct CourseFilter {
    /// Only those of this level.
    pub level: Option<super::model::CourseLevel>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those in this language.
    pub locale: Option<String>,
    /// Only those that this person teaches, published or not.
    pub taught_by: Option<UserId>,
}

macro_rules! filtered {
    ($query:expr, $filter:expr) => {{
        use diesel::PgArrayExpressionMethods;
        let mut query = $query.into_boxed();
        if let Some(user) = $filter.taught_by {
            let taught = course_instructors::table
                .filter(course_instructors::user_id.eq(user))
                .select(course_instructors::course_id);
            query = query.filter(courses::id.eq_any(taught));
        } else {
            query = query.filter(courses::status.eq(CourseStatus::Published));
        }
        if let Some(level) = $filter.level {
            query = query.filter(course_versions::level.eq(level));
        }
        if let Some(tag) = &$filter.tag {
            query = query.filter(course_versions::tags.contains(vec![tag.clone()]));
        }
        if let Some(locale) = &$filter.locale {
            query = query.filter(courses::locale.eq(locale.clone()));
        }
        query
    }};
}

/// Courses, newest first, with the version that is shown.
///
/// # Errors
/// Those of the database.
pub async fn newest(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest<CourseId>>,
    filter: &CourseFilter,
) -> Result<Vec<(CourseRow, VersionRow)>, Fault> {
    let shown = course_versions::id.eq(diesel::dsl::case_when(
        courses::published_id.is_not_null(),
        courses::published_id.assume_not_null(),
    )
    .otherwise(courses::latest_id.assume_not_null()));
    let mut query = filtered!(courses::table.inner_join(course_versions::table.on(shown)), filter)
        .select((CourseRow::as_select(), VersionRow::as_select()));
    let (after, before) = page.bounds();
    if let Some((at, id)) = after {
        query = query.filter(courses::created_at.lt(*at).or(courses::created_at.eq(*at).and(courses::id.lt(*id))));
    }
    if let Some((at, id)) = before {
        query = query.filter(courses::created_at.gt(*at).or(courses::created_at.eq(*at).and(courses::id.gt(*id))));
    }
    query = if page.backwards() {
        query.order((courses::created_at.asc(), courses::id.asc()))
    } else {
        query.order((courses::created_at.desc(), courses::id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many courses the list holds.
///
/// # Errors
/// Those of the database.
pub async fn count(mut connection: &AsyncPgConnection, filter: &CourseFilter) -> Result<i64, Fault> {
    let shown = course_versions::id.eq(diesel::dsl::case_when(
        courses::published_id.is_not_null(),
        courses::published_id.assume_not_null(),
    )
    .otherwise(courses::latest_id.assume_not_null()));
    let query = filtered!(
        courses::table.inner_join(course_versions::table.on(shown)).select(diesel::dsl::count_star()),
        filter
    );
    Ok(query.get_result(&mut connection).await?)
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
    /// A course by its id.
    CourseById(CourseId) -> CourseRow, courses::id
);
crate::batch!(
    /// A version by its id.
    VersionById(VersionId) -> VersionRow, course_versions::id
);
crate::batch!(
    /// A run by its id.
    RunById(RunId) -> RunRow, course_runs::id
);
crate::batch!(
    /// A submission by its id.
    SubmissionById(SubmissionId) -> SubmissionRow, course_submissions::id
);

/// The description of a version.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DescriptionOf(pub VersionId);

impl Batch for DescriptionOf {
    type Value = String;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, String>, Fault> {
        let ids: Vec<VersionId> = keys.iter().map(|key| key.0).collect();
        let rows: Vec<(VersionId, String)> = course_versions::table
            .filter(course_versions::id.eq_any(ids))
            .select((course_versions::id, course_versions::description))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(id, text)| (Self(id), text)).collect())
    }
}

/// Who teaches a course, in their order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InstructorsOf(pub CourseId);

impl Batch for InstructorsOf {
    type Value = Vec<UserId>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<UserId>>, Fault> {
        let ids: Vec<CourseId> = keys.iter().map(|key| key.0).collect();
        let rows: Vec<(CourseId, UserId)> = course_instructors::table
            .filter(course_instructors::course_id.eq_any(ids))
            .order(course_instructors::position)
            .select((course_instructors::course_id, course_instructors::user_id))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(course, user)| (Self(course), user))))
    }
}

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
