//! Statements about second factors and recovery codes.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{recovery_codes, second_factors};

use crate::{
    accounts::{model::SecondFactor, privacy::RecoveryCode},
    platform::{
        fault::Fault,
        privacy::{Personal, UserId},
    },
};

/// Whether a person has a second factor.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn has_second_factor(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<bool, Fault> {
    let own = second_factors::table
        .filter(second_factors::user_id.eq(user))
        .filter(second_factors::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(&mut connection).await?)
}

/// The authenticator app of a person, confirmed or not.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn second_factor(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<Option<SecondFactor>, Fault> {
    let own = second_factors::table.filter(second_factors::user_id.eq(user)).select(SecondFactor::as_select());
    Ok(own.first(&mut connection).await.optional()?)
}

/// Begins to set up an authenticator app: one that was begun before is replaced.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn begin_second_factor(
    connection: &mut AsyncPgConnection,
    new: &SecondFactor,
) -> Result<(), Fault> {
    let begun = second_factors::table
        .filter(second_factors::user_id.eq(new.user_id))
        .filter(second_factors::confirmed_at.is_null());
    diesel::delete(begun).execute(connection).await?;
    diesel::insert_into(second_factors::table).values(new).execute(connection).await?;
    Ok(())
}

/// Takes the code of a step, and of none before it. False where that one, or a later one, was taken already.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn take_step(
    connection: &mut AsyncPgConnection,
    user: UserId,
    step: i64,
) -> Result<bool, Fault> {
    let own = second_factors::table.filter(second_factors::user_id.eq(user)).filter(second_factors::last_step.lt(step));
    let taken = diesel::update(own).set(second_factors::last_step.eq(step)).execute(connection).await?;
    Ok(taken > 0)
}

/// From now on the second factor is asked for.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn confirm_second_factor(
    connection: &mut AsyncPgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(second_factors::table.filter(second_factors::user_id.eq(user)))
        .set(second_factors::confirmed_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes the second factor of a person, and their recovery codes. False where there was none.
///
/// # Errors
/// Those of the database.
pub async fn remove_second_factor(connection: &mut AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(connection).await?;
    let gone =
        diesel::delete(second_factors::table.filter(second_factors::user_id.eq(user))).execute(connection).await?;
    Ok(gone > 0)
}

/// Replaces the recovery codes of a person.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn set_recovery_codes(
    connection: &mut AsyncPgConnection,
    user: UserId,
    digests: Vec<Vec<u8>>,
) -> Result<(), Fault> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(connection).await?;
    let rows: Vec<_> = digests
        .into_iter()
        .map(|digest| {
            let hash: Personal<Vec<u8>, RecoveryCode> = Personal::new(digest);
            (recovery_codes::user_id.eq(user), recovery_codes::code_hash.eq(hash))
        })
        .collect();
    diesel::insert_into(recovery_codes::table).values(&rows).execute(connection).await?;
    Ok(())
}

/// Uses up a recovery code. False where it is none of the person's, or was used before.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn use_recovery_code(
    connection: &mut AsyncPgConnection,
    user: UserId,
    digest: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let digest: Personal<Vec<u8>, RecoveryCode> = Personal::new(digest);
    let own = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::code_hash.eq(&digest))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(own).set(recovery_codes::used_at.eq(now)).execute(connection).await? > 0)
}

/// How many recovery codes a person has left.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn recovery_codes_left(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<i64, Fault> {
    let left = recovery_codes::table.filter(recovery_codes::user_id.eq(user)).filter(recovery_codes::used_at.is_null());
    Ok(left.count().get_result(&mut connection).await?)
}
