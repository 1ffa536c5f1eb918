//! Statements about enrolments.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{enrolments, entitlements, lesson_completions, teaching_assignments};

use super::model::{EnrolmentId, EnrolmentRow, EnrolmentStatus, NewCompletion, NewEntitlement};
use crate::{
    catalog::model::{CourseId, LessonId},
    platform::{
        db::page::Page,
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::{Teaching, UserId},
    },
};

const LIVE: [EnrolmentStatus; 4] =
    [EnrolmentStatus::PendingPayment, EnrolmentStatus::Waitlisted, EnrolmentStatus::Active, EnrolmentStatus::Completed];

/// Adds an enrolment with what entitles to it. False where the person has a live one of the course.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    row: &EnrolmentRow,
    entitlement: &NewEntitlement,
) -> Result<bool, Fault> {
    let added = diesel::insert_into(enrolments::table).values(row).on_conflict_do_nothing().execute(connection).await?;
    if added == 0 {
        return Ok(false);
    }
    diesel::insert_into(entitlements::table).values(entitlement).execute(connection).await?;
    Ok(true)
}

/// How many live enrolments a run has.
///
/// # Errors
/// Those of the database.
pub async fn taken_seats(mut connection: &AsyncPgConnection, run: crate::catalog::model::RunId) -> Result<i64, Fault> {
    let live = enrolments::table.filter(enrolments::run_id.eq(run)).filter(enrolments::status.eq_any(LIVE));
    Ok(live.count().get_result(&mut connection).await?)
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
