//! Statements about enrolments.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryableByName, SelectableHelper, sql_query,
    sql_types::{Array, BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{enrolments, entitlements, lesson_bookmarks, lesson_completions, teaching_assignments};

use super::expire::Until;
use super::model::{EnrolmentId, EnrolmentRow, EnrolmentStatus, NewCompletion, NewEntitlement};
use crate::{
    catalog::model::{CourseId, LessonId, RunId, VersionId},
    platform::{
        db::page::{Page, Rows},
        fault::Fault,
        graphql::{Batch, Call, grouped, paged},
        privacy::{Teaching, UserId},
    },
};

const LIVE: [EnrolmentStatus; 4] =
    [EnrolmentStatus::PendingPayment, EnrolmentStatus::Waitlisted, EnrolmentStatus::Active, EnrolmentStatus::Completed];

/// Who takes up a seat.
const SEATED: [EnrolmentStatus; 3] =
    [EnrolmentStatus::PendingPayment, EnrolmentStatus::Active, EnrolmentStatus::Completed];

/// Adds an enrolment. False where the person has a live one of the course, or one of the run.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &mut AsyncPgConnection, row: &EnrolmentRow) -> Result<bool, Fault> {
    let added = diesel::insert_into(enrolments::table).values(row).on_conflict_do_nothing().execute(connection).await?;
    Ok(added > 0)
}

/// Entitles a person to learn.
///
/// # Errors
/// Those of the database.
pub(super) async fn entitle(connection: &mut AsyncPgConnection, entitlement: &NewEntitlement) -> Result<(), Fault> {
    diesel::insert_into(entitlements::table).values(entitlement).execute(connection).await?;
    Ok(())
}

/// Entitles a person no more from a moment on.
///
/// # Errors
/// Those of the database.
pub(super) async fn end_entitlements(
    connection: &mut AsyncPgConnection,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let open = entitlements::table
        .filter(entitlements::user_id.eq(user))
        .filter(entitlements::course_id.eq(course))
        .filter(entitlements::ends_at.is_null().or(entitlements::ends_at.gt(now)));
    diesel::update(open).set(entitlements::ends_at.eq(now)).execute(connection).await?;
    Ok(())
}

/// Until when a person is entitled to learn from a course, as things stand.
///
/// # Errors
/// Those of the database.
pub(super) async fn entitled_until(
    mut connection: &AsyncPgConnection,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> Result<Until, Fault> {
    let ends: Vec<Option<DateTime<Utc>>> = entitlements::table
        .filter(entitlements::user_id.eq(user))
        .filter(entitlements::course_id.eq(course))
        .filter(entitlements::starts_at.le(now))
        .filter(entitlements::ends_at.is_null().or(entitlements::ends_at.gt(now)))
        .select(entitlements::ends_at)
        .load(&mut connection)
        .await?;
    if ends.iter().any(Option::is_none) {
        return Ok(Until::Always);
    }
    Ok(ends.into_iter().flatten().max().map_or(Until::Over, Until::At))
}

/// What a person left of a run, locked.
///
/// # Errors
/// Those of the database.
pub(super) async fn withdrawn(
    connection: &mut AsyncPgConnection,
    user: UserId,
    run: RunId,
) -> Result<Option<EnrolmentRow>, Fault> {
    let row = enrolments::table
        .filter(enrolments::user_id.eq(user))
        .filter(enrolments::run_id.eq(run))
        .filter(enrolments::status.eq(EnrolmentStatus::Withdrawn))
        .select(EnrolmentRow::as_select())
        .for_update();
    Ok(row.first(connection).await.optional()?)
}

/// Goes on with what somebody left: they have no other live enrolment of the course.
///
/// # Errors
/// Those of the database.
pub(super) async fn resume(
    connection: &mut AsyncPgConnection,
    id: EnrolmentId,
    status: EnrolmentStatus,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(enrolments::table.filter(enrolments::id.eq(id)))
        .set((enrolments::status.eq(status), enrolments::enrolled_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Says that a learner left.
///
/// # Errors
/// Those of the database.
pub(super) async fn withdraw(connection: &mut AsyncPgConnection, id: EnrolmentId) -> Result<(), Fault> {
    diesel::update(enrolments::table.filter(enrolments::id.eq(id)))
        .set(enrolments::status.eq(EnrolmentStatus::Withdrawn))
        .execute(connection)
        .await?;
    Ok(())
}

/// An enrolment, locked, where it is there.
///
/// # Errors
/// Those of the database.
pub(super) async fn lock_if_there(
    connection: &mut AsyncPgConnection,
    id: EnrolmentId,
) -> Result<Option<EnrolmentRow>, Fault> {
    let row = enrolments::table.filter(enrolments::id.eq(id)).select(EnrolmentRow::as_select()).for_update();
    Ok(row.first(connection).await.optional()?)
}

/// How many wait for a seat of a run.
///
/// # Errors
/// Those of the database.
pub(super) async fn waiting_for(mut connection: &AsyncPgConnection, run: RunId) -> Result<i64, Fault> {
    let waiting =
        enrolments::table.filter(enrolments::run_id.eq(run)).filter(enrolments::status.eq(EnrolmentStatus::Waitlisted));
    Ok(waiting.count().get_result(&mut connection).await?)
}

/// Who has waited for a seat of a run the longest.
///
/// # Errors
/// Those of the database.
pub(super) async fn first_in_queue(
    mut connection: &AsyncPgConnection,
    run: RunId,
    most: i64,
) -> Result<Vec<EnrolmentRow>, Fault> {
    let rows = enrolments::table
        .filter(enrolments::run_id.eq(run))
        .filter(enrolments::status.eq(EnrolmentStatus::Waitlisted))
        .order((enrolments::enrolled_at, enrolments::id))
        .limit(most);
    Ok(rows.select(EnrolmentRow::as_select()).load(&mut connection).await?)
}

/// Who waited begins to learn by a version. False where they wait no more.
///
/// # Errors
/// Those of the database.
pub(super) async fn begin(
    connection: &mut AsyncPgConnection,
    id: EnrolmentId,
    version: VersionId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let waiting =
        enrolments::table.filter(enrolments::id.eq(id)).filter(enrolments::status.eq(EnrolmentStatus::Waitlisted));
    let begun = diesel::update(waiting).set((
        enrolments::status.eq(EnrolmentStatus::Active),
        enrolments::version_id.eq(version),
        enrolments::enrolled_at.eq(now),
    ));
    Ok(begun.execute(connection).await? > 0)
}

/// Takes back that a lesson is completed. False where it was not.
///
/// # Errors
/// Those of the database.
pub(super) async fn reopen(
    connection: &mut AsyncPgConnection,
    enrolment: EnrolmentId,
    lesson: LessonId,
) -> Result<bool, Fault> {
    let row = lesson_completions::table
        .filter(lesson_completions::enrolment_id.eq(enrolment))
        .filter(lesson_completions::lesson_id.eq(lesson));
    Ok(diesel::delete(row).execute(connection).await? > 0)
}

/// The courses that a person has completed.
///
/// # Errors
/// Those of the database.
pub(super) async fn completed_courses(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<HashSet<CourseId>, Fault> {
    let rows: Vec<CourseId> = enrolments::table
        .filter(enrolments::user_id.eq(user))
        .filter(enrolments::completed_at.is_not_null())
        .select(enrolments::course_id)
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The course that a person's own enrolment is in.
///
/// # Errors
/// Those of the database.
pub(super) async fn course_of(
    mut connection: &AsyncPgConnection,
    id: EnrolmentId,
    user: UserId,
) -> Result<Option<CourseId>, Fault> {
    let own = enrolments::table.filter(enrolments::id.eq(id)).filter(enrolments::user_id.eq(user));
    Ok(own.select(enrolments::course_id).first(&mut connection).await.optional()?)
}

/// Says that the time of an enrolment is over.
///
/// # Errors
/// Those of the database.
pub(super) async fn expire(connection: &mut AsyncPgConnection, id: EnrolmentId) -> Result<(), Fault> {
    diesel::update(enrolments::table.filter(enrolments::id.eq(id)))
        .set(enrolments::status.eq(EnrolmentStatus::Expired))
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts an enrolment onto another version.
///
/// # Errors
/// Those of the database.
pub(super) async fn move_to(
    connection: &mut AsyncPgConnection,
    id: EnrolmentId,
    version: VersionId,
) -> Result<(), Fault> {
    diesel::update(enrolments::table.filter(enrolments::id.eq(id)))
        .set(enrolments::version_id.eq(version))
        .execute(connection)
        .await?;
    Ok(())
}

/// How many have a seat in a run.
///
/// # Errors
/// Those of the database.
pub async fn taken_seats(mut connection: &AsyncPgConnection, run: RunId) -> Result<i64, Fault> {
    let seated = enrolments::table.filter(enrolments::run_id.eq(run)).filter(enrolments::status.eq_any(SEATED));
    Ok(seated.count().get_result(&mut connection).await?)
}

/// The live enrolment of a person in a course.
///
/// # Errors
/// Those of the database.
pub async fn live(
    mut connection: &AsyncPgConnection,
    user: UserId,
    course: CourseId,
) -> Result<Option<EnrolmentRow>, Fault> {
    let found = enrolments::table
        .filter(enrolments::user_id.eq(user))
        .filter(enrolments::course_id.eq(course))
        .filter(enrolments::status.eq_any(LIVE))
        .select(EnrolmentRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    Ok(found)
}

/// An enrolment, locked: its completions and its end are written one after the other.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: EnrolmentId) -> Result<EnrolmentRow, Fault> {
    let row = enrolments::table.filter(enrolments::id.eq(id)).select(EnrolmentRow::as_select()).for_update();
    Ok(row.first(connection).await?)
}

/// Adds that lessons are completed, and gives back which were not before.
///
/// # Errors
/// Those of the database.
pub async fn complete_lessons(
    connection: &mut AsyncPgConnection,
    enrolment: EnrolmentId,
    lessons: &[LessonId],
    now: DateTime<Utc>,
) -> Result<Vec<LessonId>, Fault> {
    let new: Vec<_> = lessons
        .iter()
        .map(|lesson| NewCompletion { enrolment_id: enrolment, lesson_id: *lesson, completed_at: now })
        .collect();
    let new = diesel::insert_into(lesson_completions::table).values(new).on_conflict_do_nothing();
    Ok(new.returning(lesson_completions::lesson_id).get_results(connection).await?)
}

/// Says that the learner did something in the course.
///
/// # Errors
/// Those of the database.
pub async fn touch(
    connection: &mut AsyncPgConnection,
    enrolment: EnrolmentId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(enrolments::table.filter(enrolments::id.eq(enrolment)))
        .set(enrolments::last_activity_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// The lessons that an enrolment has completed.
///
/// # Errors
/// Those of the database.
pub async fn completed_lessons(
    mut connection: &AsyncPgConnection,
    enrolment: EnrolmentId,
) -> Result<HashSet<LessonId>, Fault> {
    let rows: Vec<LessonId> = lesson_completions::table
        .filter(lesson_completions::enrolment_id.eq(enrolment))
        .select(lesson_completions::lesson_id)
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Says that a learner has completed the course.
///
/// # Errors
/// Those of the database.
pub async fn finish(connection: &mut AsyncPgConnection, id: EnrolmentId, now: DateTime<Utc>) -> Result<(), Fault> {
    diesel::update(enrolments::table.filter(enrolments::id.eq(id)))
        .set((enrolments::status.eq(EnrolmentStatus::Completed), enrolments::completed_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Where an enrolment stands among the newest.
pub type Newest = (DateTime<Utc>, EnrolmentId);

/// The enrolments of a person, newest first.
///
/// # Errors
/// Those of the database.
pub async fn newest(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest>,
    user: UserId,
    statuses: Option<&[EnrolmentStatus]>,
) -> Result<Vec<EnrolmentRow>, Fault> {
    use enrolments::{enrolled_at, id};
    let mut query =
        enrolments::table.filter(enrolments::user_id.eq(user)).select(EnrolmentRow::as_select()).into_boxed();
    if let Some(statuses) = statuses {
        query = query.filter(enrolments::status.eq_any(statuses.to_vec()));
    }
    let (after, before) = page.bounds();
    if let Some((at, last)) = after {
        query = query.filter(enrolled_at.lt(*at).or(enrolled_at.eq(*at).and(id.lt(*last))));
    }
    if let Some((at, first)) = before {
        query = query.filter(enrolled_at.gt(*at).or(enrolled_at.eq(*at).and(id.gt(*first))));
    }
    query = if page.backwards() {
        query.order((enrolled_at.asc(), id.asc()))
    } else {
        query.order((enrolled_at.desc(), id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many enrolments a person has.
///
/// # Errors
/// Those of the database.
pub async fn count(
    mut connection: &AsyncPgConnection,
    user: UserId,
    statuses: Option<&[EnrolmentStatus]>,
) -> Result<i64, Fault> {
    let mut query = enrolments::table.filter(enrolments::user_id.eq(user)).count().into_boxed();
    if let Some(statuses) = statuses {
        query = query.filter(enrolments::status.eq_any(statuses.to_vec()));
    }
    Ok(query.get_result(&mut connection).await?)
}

/// In which assignments `instructor` teaches those of `subjects` who are enrolled there, at this moment.
///
/// # Errors
/// Those of the database.
pub async fn taught(
    mut connection: &AsyncPgConnection,
    instructor: UserId,
    subjects: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<(UserId, Teaching)>, Fault> {
    use teaching_assignments::{course_id, ends_at, run_id, shares, starts_at, user_id};
    let in_its_scope =
        course_id.eq(enrolments::course_id).and(run_id.is_null().or(run_id.assume_not_null().eq(enrolments::run_id)));
    let rows: Vec<(UserId, Option<Vec<String>>)> = enrolments::table
        .inner_join(teaching_assignments::table.on(in_its_scope))
        .filter(user_id.eq(instructor))
        .filter(starts_at.le(now))
        .filter(ends_at.is_null().or(ends_at.gt(now)))
        .filter(enrolments::user_id.eq_any(subjects.to_vec()))
        .filter(enrolments::status.eq_any(LIVE))
        .select((enrolments::user_id, shares))
        .distinct()
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(|(subject, words)| (subject, Teaching::sharing(words.as_deref()))).collect())
}

/// Whether a person is entitled to learn from a course at this moment.
///
/// # Errors
/// Those of the database.
pub async fn entitled(
    mut connection: &AsyncPgConnection,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let rows = entitlements::table
        .filter(entitlements::user_id.eq(user))
        .filter(entitlements::course_id.eq(course))
        .filter(entitlements::starts_at.le(now))
        .filter(entitlements::ends_at.is_null().or(entitlements::ends_at.gt(now)));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(&mut connection).await?)
}

/// Whether a person is entitled to learn from a course now.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entitled(pub UserId, pub CourseId);

impl Batch for Entitled {
    type Value = ();

    async fn load(call: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, ()>, Fault> {
        let now = call.services.clock.now();
        let rows: Vec<(UserId, CourseId)> = entitlements::table
            .filter(entitlements::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(entitlements::course_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .filter(entitlements::starts_at.le(now))
            .filter(entitlements::ends_at.is_null().or(entitlements::ends_at.gt(now)))
            .select((entitlements::user_id, entitlements::course_id))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(user, course)| (Self(user, course), ())).collect())
    }
}

crate::batch!(
    /// An enrolment by its id.
    EnrolmentById(EnrolmentId) -> EnrolmentRow, enrolments::id, of user_id
);

/// The enrolments of a person, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EnrolmentsOf(pub UserId);

impl Batch for EnrolmentsOf {
    type Value = Vec<EnrolmentRow>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<EnrolmentRow>>, Fault> {
        let rows: Vec<EnrolmentRow> = enrolments::table
            .filter(enrolments::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((enrolments::enrolled_at.desc(), enrolments::id.asc()))
            .select(EnrolmentRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.user_id), row))))
    }
}

/// The live enrolment of a person in a course.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LiveEnrolment(pub UserId, pub CourseId);

impl Batch for LiveEnrolment {
    type Value = EnrolmentRow;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, EnrolmentRow>, Fault> {
        let rows: Vec<EnrolmentRow> = enrolments::table
            .filter(enrolments::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(enrolments::course_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .filter(enrolments::status.eq_any(LIVE))
            .select(EnrolmentRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|row| (Self(row.user_id, row.course_id), row)).collect())
    }
}

/// The lessons that an enrolment has completed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CompletedIn(pub EnrolmentId);

impl Batch for CompletedIn {
    type Value = HashSet<LessonId>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, HashSet<LessonId>>, Fault> {
        let rows: Vec<(EnrolmentId, LessonId)> = lesson_completions::table
            .filter(lesson_completions::enrolment_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .select((lesson_completions::enrolment_id, lesson_completions::lesson_id))
            .load(&mut connection)
            .await?;
        let mut found: HashMap<Self, HashSet<LessonId>> = HashMap::new();
        for (enrolment, lesson) in rows {
            found.entry(Self(enrolment)).or_default().insert(lesson);
        }
        Ok(found)
    }
}

/// How many have a seat in a run.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SeatedIn(pub RunId);

impl Batch for SeatedIn {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        let rows: Vec<(RunId, i64)> = enrolments::table
            .filter(enrolments::run_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(enrolments::status.eq_any(SEATED))
            .group_by(enrolments::run_id)
            .select((enrolments::run_id, diesel::dsl::count_star()))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(run, seated)| (Self(run), seated)).collect())
    }
}

/// Runs of a course: all of them, or these.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Runs {
    all: bool,
    these: Vec<RunId>,
}

impl FromIterator<Option<RunId>> for Runs {
    fn from_iter<I: IntoIterator<Item = Option<RunId>>>(runs: I) -> Self {
        let mut found = Self::default();
        for run in runs {
            match run {
                Some(run) => found.these.push(run),
                None => found.all = true,
            }
        }
        found
    }
}

/// A page of who has a place in runs of a course, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RosterOf {
    /// The course.
    pub course: CourseId,
    /// Which page.
    pub page: Page<Newest>,
    /// In which runs.
    pub runs: Runs,
}

/// The statuses of a roster, and its runs in `$1` and `$2`.
const ON_ROSTER: &str = "e.status <> 'WITHDRAWN' and ($1 or e.run_id = any($2))";

#[derive(QueryableByName)]
struct OnRoster {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = SqlUuid)]
    enrolment_id: EnrolmentId,
}

impl Batch for RosterOf {
    type Value = Rows<EnrolmentRow>;

    // A page of each of many is a lateral join, which Diesel does not say: it finds the ids, and the rows are read typed.
    async fn load(
        call: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Rows<EnrolmentRow>>, Fault> {
        let mut pages: HashMap<(&Page<Newest>, &Runs), Vec<&Self>> = HashMap::new();
        for key in keys {
            pages.entry((&key.page, &key.runs)).or_default().push(key);
        }
        let mut found = Vec::new();
        for ((page, runs), keys) in pages {
            let order = if page.backwards() { "asc" } else { "desc" };
            let (after, before) = page.bounds();
            let statement = format!(
                "select o.id as course_id, n.id as enrolment_id
                 from unnest($3) as o (id) cross join lateral (
                     select e.id, e.enrolled_at from enrolments e
                     where e.course_id = o.id and {ON_ROSTER}
                         and ($4 is null or (e.enrolled_at, e.id) < ($4, $5)) and ($6 is null or (e.enrolled_at, e.id) > ($6, $7))
                     order by e.enrolled_at {order}, e.id {order} limit $8) n
                 order by o.id, n.enrolled_at {order}, n.id {order}"
            );
            let rows: Vec<OnRoster> = sql_query(statement)
                .bind::<Bool, _>(runs.all)
                .bind::<Array<SqlUuid>, _>(&runs.these)
                .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.course).collect::<Vec<_>>())
                .bind::<Nullable<Timestamptz>, _>(after.map(|(at, _)| *at))
                .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| *id))
                .bind::<Nullable<Timestamptz>, _>(before.map(|(at, _)| *at))
                .bind::<Nullable<SqlUuid>, _>(before.map(|(_, id)| *id))
                .bind::<BigInt, _>(page.one_more())
                .load(&mut connection)
                .await?;
            let key_of = |id: CourseId| keys.iter().find(|key| key.course == id).map(|key| (*key).clone());
            found.extend(rows.into_iter().filter_map(|row| Some((key_of(row.course_id)?, row.enrolment_id))));
        }
        let ids: Vec<_> = found.iter().map(|(_, id)| EnrolmentById(*id)).collect();
        let rows = <EnrolmentById as Batch>::load(call, connection, &ids).await?;
        let found = found.into_iter().filter_map(|(key, id)| Some((key, rows.get(&EnrolmentById(id))?.clone())));
        Ok(paged(found, |key: &Self| &key.page))
    }
}

/// How many have a place in runs of a course.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RosterSize {
    /// The course.
    pub course: CourseId,
    /// In which runs.
    pub runs: Runs,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Batch for RosterSize {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        let mut scopes: HashMap<&Runs, Vec<&Self>> = HashMap::new();
        for key in keys {
            scopes.entry(&key.runs).or_default().push(key);
        }
        let mut counts = HashMap::new();
        for (runs, keys) in scopes {
            let statement = format!(
                "select e.course_id, count(*) as count from enrolments e where e.course_id = any($3) and {ON_ROSTER} group by 1"
            );
            let rows: Vec<Counted> = sql_query(statement)
                .bind::<Bool, _>(runs.all)
                .bind::<Array<SqlUuid>, _>(&runs.these)
                .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.course).collect::<Vec<_>>())
                .load(&mut connection)
                .await?;
            counts.extend(rows.into_iter().map(|row| (Self { course: row.course_id, runs: runs.clone() }, row.count)));
        }
        Ok(counts)
    }
}

/// Who learns: they go on, or have come to the end.
const LEARNING: [EnrolmentStatus; 2] = [EnrolmentStatus::Active, EnrolmentStatus::Completed];

/// How many learn by a course or have, and how many of them have completed it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StandingOf(pub CourseId);

impl Batch for StandingOf {
    type Value = (i64, i64);

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, (i64, i64)>, Fault> {
        let rows: Vec<(CourseId, EnrolmentStatus, i64)> = enrolments::table
            .filter(enrolments::course_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(enrolments::status.eq_any(LEARNING))
            .group_by((enrolments::course_id, enrolments::status))
            .select((enrolments::course_id, enrolments::status, diesel::dsl::count_star()))
            .load(&mut connection)
            .await?;
        let mut found: HashMap<Self, (i64, i64)> = HashMap::new();
        for (course, status, count) in rows {
            let (all, completed) = found.entry(Self(course)).or_default();
            *all += count;
            *completed += if status == EnrolmentStatus::Completed { count } else { 0 };
        }
        Ok(found)
    }
}

/// How many who learn by a course or have, have completed each of its lessons.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CompletionsIn(pub CourseId);

impl Batch for CompletionsIn {
    type Value = HashMap<LessonId, i64>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<(CourseId, LessonId, i64)> = lesson_completions::table
            .inner_join(enrolments::table.on(enrolments::id.eq(lesson_completions::enrolment_id)))
            .filter(enrolments::course_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(enrolments::status.eq_any(LEARNING))
            .group_by((enrolments::course_id, lesson_completions::lesson_id))
            .select((enrolments::course_id, lesson_completions::lesson_id, diesel::dsl::count_star()))
            .load(&mut connection)
            .await?;
        let mut found: HashMap<Self, Self::Value> = HashMap::new();
        for (course, lesson, count) in rows {
            found.entry(Self(course)).or_default().insert(lesson, count);
        }
        Ok(found)
    }
}

/// Where somebody who waits for a seat stands in the queue, from one on.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PlaceInQueue(pub EnrolmentId);

#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = SqlUuid)]
    id: EnrolmentId,
    #[diesel(sql_type = BigInt)]
    place: i64,
}

impl Batch for PlaceInQueue {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        let rows: Vec<Placed> = sql_query(
            "select w.id, count(*) as place
             from enrolments w join enrolments o on o.run_id = w.run_id and o.status = 'WAITLISTED'
                 and (o.enrolled_at, o.id) <= (w.enrolled_at, w.id)
             where w.id = any($1) and w.status = 'WAITLISTED' group by w.id",
        )
        .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.0).collect::<Vec<_>>())
        .load(&mut connection)
        .await?;
        Ok(rows.into_iter().map(|row| (Self(row.id), row.place)).collect())
    }
}

/// Where a bookmark stands among a person's: newest first.
pub type Marked = (DateTime<Utc>, LessonId);

/// Marks a lesson, where it is not yet.
///
/// # Errors
/// Those of the database.
pub(super) async fn add_bookmark(
    connection: &mut AsyncPgConnection,
    user: UserId,
    lesson: LessonId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    use lesson_bookmarks::{created_at, lesson_id, table, user_id};
    let row = (user_id.eq(user), lesson_id.eq(lesson), created_at.eq(now));
    diesel::insert_into(table).values(row).on_conflict_do_nothing().execute(connection).await?;
    Ok(())
}

/// Takes a mark off a lesson.
///
/// # Errors
/// Those of the database.
pub(super) async fn remove_bookmark(
    connection: &mut AsyncPgConnection,
    user: UserId,
    lesson: LessonId,
) -> Result<(), Fault> {
    let row = lesson_bookmarks::table
        .filter(lesson_bookmarks::user_id.eq(user))
        .filter(lesson_bookmarks::lesson_id.eq(lesson));
    diesel::delete(row).execute(connection).await?;
    Ok(())
}

/// How many lessons a person has marked.
///
/// # Errors
/// Those of the database.
pub(super) async fn count_bookmarks(mut connection: &AsyncPgConnection, user: UserId) -> Result<i64, Fault> {
    let rows = lesson_bookmarks::table.filter(lesson_bookmarks::user_id.eq(user));
    Ok(rows.count().get_result(&mut connection).await?)
}

/// A page of the lessons that a person has marked, newest first.
///
/// # Errors
/// Those of the database.
pub(super) async fn bookmarks(
    mut connection: &AsyncPgConnection,
    page: &Page<Marked>,
    user: UserId,
) -> Result<Vec<Marked>, Fault> {
    use lesson_bookmarks::{created_at, lesson_id};
    let mut query =
        lesson_bookmarks::table.filter(lesson_bookmarks::user_id.eq(user)).select((created_at, lesson_id)).into_boxed();
    let (after, before) = page.bounds();
    if let Some((at, last)) = after {
        query = query.filter(created_at.lt(*at).or(created_at.eq(*at).and(lesson_id.lt(*last))));
    }
    if let Some((at, first)) = before {
        query = query.filter(created_at.gt(*at).or(created_at.eq(*at).and(lesson_id.gt(*first))));
    }
    query = if page.backwards() {
        query.order((created_at.asc(), lesson_id.asc()))
    } else {
        query.order((created_at.desc(), lesson_id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// That a person has marked a lesson.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Bookmarked(pub UserId, pub LessonId);

impl Batch for Bookmarked {
    type Value = ();

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, ()>, Fault> {
        use lesson_bookmarks::{lesson_id, table, user_id};
        let rows: Vec<(UserId, LessonId)> = table
            .filter(user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(lesson_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .select((user_id, lesson_id))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(user, lesson)| (Self(user, lesson), ())).collect())
    }
}
