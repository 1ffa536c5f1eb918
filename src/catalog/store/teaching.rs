//! Statements about who teaches a course.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{course_instructors, teaching_assignments, users};

use crate::{
    catalog::model::{CourseId, NewAssignment, RunId},
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::{Teaching, UserId},
    },
};

/// Adds an instructor, last in their order.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn add_instructor(
    connection: &mut AsyncPgConnection,
    new: &NewAssignment,
) -> Result<(), Fault> {
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
pub(in crate::catalog) async fn remove_instructor(
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
pub(in crate::catalog) async fn count_instructors(
    mut connection: &AsyncPgConnection,
    course: CourseId,
) -> Result<i64, Fault> {
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

    /// Which run of a course it is about, where it is about that course: none is all of them.
    #[must_use]
    pub fn run_of(&self, course: CourseId) -> Option<Option<RunId>> {
        (self.course == course).then_some(self.run)
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
