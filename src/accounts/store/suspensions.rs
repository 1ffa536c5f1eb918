//! Statements about suspensions.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{suspensions, users};

use crate::{
    accounts::{
        model::{NewSuspension, SuspensionRow},
        privacy::{SuspensionContest, SuspensionReason},
    },
    platform::{
        fault::Fault,
        privacy::{Personal, UserId},
    },
};

/// Begins a suspension; the person takes no part from now on. False where they are suspended already.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn suspend(
    connection: &mut AsyncPgConnection,
    new: &NewSuspension,
) -> Result<bool, Fault> {
    let own = users::table.filter(users::id.eq(new.user_id)).filter(users::suspended_at.is_null());
    if diesel::update(own).set(users::suspended_at.eq(new.suspended_at)).execute(connection).await? == 0 {
        return Ok(false);
    }
    diesel::insert_into(suspensions::table).values(new).execute(connection).await?;
    Ok(true)
}

/// Ends a suspension. False where there is none.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn lift(
    connection: &mut AsyncPgConnection,
    user: UserId,
    by: UserId,
    reason: String,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let reason: Personal<Option<String>, SuspensionReason> = Personal::new(Some(reason));
    let own = suspensions::table.filter(suspensions::user_id.eq(user)).filter(suspensions::lifted_at.is_null());
    let lifted = diesel::update(own)
        .set((suspensions::lift_reason.eq(&reason), suspensions::lifted_by.eq(by), suspensions::lifted_at.eq(now)))
        .execute(connection)
        .await?;
    diesel::update(users::table.filter(users::id.eq(user)))
        .set(users::suspended_at.eq(None::<DateTime<Utc>>))
        .execute(connection)
        .await?;
    Ok(lifted > 0)
}

/// Notes what a person says to their suspension. False where there is none, or they have said something already.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn contest(
    connection: &mut AsyncPgConnection,
    user: UserId,
    message: String,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let message: Personal<Option<String>, SuspensionContest> = Personal::new(Some(message));
    let own = suspensions::table
        .filter(suspensions::user_id.eq(user))
        .filter(suspensions::lifted_at.is_null())
        .filter(suspensions::contested_at.is_null());
    let noted = diesel::update(own)
        .set((suspensions::contest.eq(&message), suspensions::contested_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(noted > 0)
}

crate::batch!(
    /// The suspension of a person that lasts.
    SuspensionOf(UserId) -> SuspensionRow, suspensions::user_id, if suspensions::lifted_at.is_null()
);
