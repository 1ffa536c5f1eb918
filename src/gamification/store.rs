//! Statements about points, days and badges.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, SelectableHelper,
    dsl::{count_star, sum},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{badge_awards, badges, learning_days, points_entries};

use super::{
    model::{AwardRow, BadgeId, BadgeRow, NewDay, NewEntry, PointsReason},
    policy::{Measured, longest_streak},
};
use crate::platform::{
    fault::Fault,
    graphql::{Batch, Call, grouped},
    privacy::UserId,
};

/// Adds entries to the ledger, each once, and the day to those on which their learner learnt. False where all of it was there before:
/// what is repeated makes no day.
///
/// # Errors
/// Those of the database.
pub(super) async fn add(
    connection: &mut AsyncPgConnection,
    learner: UserId,
    entries: &[NewEntry],
    day: NaiveDate,
) -> Result<bool, Fault> {
    let new = diesel::insert_into(points_entries::table).values(entries).on_conflict_do_nothing();
    if new.execute(connection).await? == 0 {
        return Ok(false);
    }
    let day = NewDay { user_id: learner, day };
    diesel::insert_into(learning_days::table).values(&day).on_conflict_do_nothing().execute(connection).await?;
    Ok(true)
}

/// What a learner has done so far.
///
/// # Errors
/// Those of the database.
pub(super) async fn measured(mut connection: &AsyncPgConnection, learner: UserId) -> Result<Measured, Fault> {
    let sums: Vec<(PointsReason, i64, Option<i64>)> = points_entries::table
        .filter(points_entries::user_id.eq(learner))
        .group_by(points_entries::reason)
        .select((points_entries::reason, count_star(), sum(points_entries::points)))
        .load(&mut connection)
        .await?;
    let days = learning_days::table.filter(learning_days::user_id.eq(learner)).order(learning_days::day);
    let days: Vec<NaiveDate> = days.select(learning_days::day).load(&mut connection).await?;
    let of = |reason: PointsReason| sums.iter().find(|(other, ..)| *other == reason).map_or(0, |(_, count, _)| *count);
    Ok(Measured {
        lessons: of(PointsReason::LessonCompleted),
        courses: of(PointsReason::CourseCompleted),
        streak: longest_streak(&days),
        points: sums.iter().filter_map(|(.., points)| *points).sum(),
    })
}

/// The badges that a learner does not hold.
///
/// # Errors
/// Those of the database.
pub(super) async fn badges_without(
    mut connection: &AsyncPgConnection,
    learner: UserId,
) -> Result<Vec<BadgeRow>, Fault> {
    let held = badge_awards::badge_id.eq(badges::id).and(badge_awards::user_id.eq(learner));
    let rows = badges::table
        .left_join(badge_awards::table.on(held))
        .filter(badge_awards::badge_id.nullable().is_null())
        .select(BadgeRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows)
}

/// Awards badges; one that is held already is held once.
///
/// # Errors
/// Those of the database.
pub(super) async fn award(
    connection: &mut AsyncPgConnection,
    learner: UserId,
    earned: &[BadgeRow],
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    if earned.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> =
        earned.iter().map(|badge| AwardRow { user_id: learner, badge_id: badge.id, awarded_at: at }).collect();
    diesel::insert_into(badge_awards::table).values(rows).on_conflict_do_nothing().execute(connection).await?;
    Ok(())
}

pub(super) async fn add_badges(connection: &mut AsyncPgConnection, rows: &[BadgeRow]) -> Result<(), Fault> {
    diesel::insert_into(badges::table).values(rows).execute(connection).await?;
    Ok(())
}

crate::batch!(
    /// A badge by its id.
    BadgeById(BadgeId) -> BadgeRow, badges::id
);

/// What a person's points come to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PointsOf(pub UserId);

impl Batch for PointsOf {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        let rows: Vec<(UserId, Option<i64>)> = points_entries::table
            .filter(points_entries::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .group_by(points_entries::user_id)
            .select((points_entries::user_id, sum(points_entries::points)))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(user, points)| (Self(user), points.unwrap_or(0))).collect())
    }
}

/// The days on which a person learnt, in their order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DaysOf(pub UserId);

impl Batch for DaysOf {
    type Value = Vec<NaiveDate>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<NaiveDate>>, Fault> {
        let rows: Vec<(UserId, NaiveDate)> = learning_days::table
            .filter(learning_days::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((learning_days::user_id, learning_days::day))
            .select((learning_days::user_id, learning_days::day))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(user, day)| (Self(user), day))))
    }
}

/// The badges of a person, in the order in which they were awarded.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AwardsOf(pub UserId);

impl Batch for AwardsOf {
    type Value = Vec<(AwardRow, BadgeRow)>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<(AwardRow, BadgeRow)> = badge_awards::table
            .inner_join(badges::table.on(badges::id.eq(badge_awards::badge_id)))
            .filter(badge_awards::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((badge_awards::awarded_at, badges::slug))
            .select((AwardRow::as_select(), BadgeRow::as_select()))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(award, badge)| (Self(award.user_id), (award, badge)))))
    }
}
