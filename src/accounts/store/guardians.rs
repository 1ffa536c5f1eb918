//! Statements about minors who wait for a guardian.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::guardian_requests;

use crate::{
    accounts::privacy::GuardianEmail,
    platform::{
        fault::Fault,
        privacy::{Personal, UserId},
    },
};

/// The guardian's address that a waiting minor gave.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn guardian_email(
    mut connection: &AsyncPgConnection,
    ward: UserId,
) -> Result<Option<Personal<String, GuardianEmail>>, Fault> {
    let own = guardian_requests::table.filter(guardian_requests::ward_id.eq(ward)).select(guardian_requests::email);
    Ok(own.first(&mut connection).await.optional()?)
}

/// Notes that a minor waits for a guardian.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn ask_guardian(
    connection: &mut AsyncPgConnection,
    ward: UserId,
    email: String,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let email: Personal<String, GuardianEmail> = Personal::new(email);
    diesel::insert_into(guardian_requests::table)
        .values((
            guardian_requests::ward_id.eq(ward),
            guardian_requests::email.eq(email),
            guardian_requests::asked_at.eq(now),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// A guardian has answered.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn forget_guardian_request(
    connection: &mut AsyncPgConnection,
    ward: UserId,
) -> Result<(), Fault> {
    let own = guardian_requests::table.filter(guardian_requests::ward_id.eq(ward));
    diesel::delete(own).execute(connection).await?;
    Ok(())
}

/// Whether a minor waits for a guardian.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn waits_for_guardian(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<bool, Fault> {
    let own = guardian_requests::table.filter(guardian_requests::ward_id.eq(user));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(&mut connection).await?)
}
