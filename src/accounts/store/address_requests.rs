//! Statements about what is asked for an address.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::address_requests;

use crate::{
    accounts::privacy::AddressRequest,
    platform::{fault::Fault, privacy::Personal},
};

/// Writes down what is asked for an address.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn put_address_request(
    connection: &mut AsyncPgConnection,
    id: uuid::Uuid,
    sealed: Personal<Vec<u8>, AddressRequest>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let row = (address_requests::id.eq(id), address_requests::sealed.eq(sealed), address_requests::created_at.eq(now));
    diesel::insert_into(address_requests::table).values(row).execute(connection).await?;
    Ok(())
}

/// Takes what was asked for.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn take_address_request(
    connection: &mut AsyncPgConnection,
    id: uuid::Uuid,
) -> Result<Option<Personal<Vec<u8>, AddressRequest>>, Fault> {
    let row = diesel::delete(address_requests::table.filter(address_requests::id.eq(id)));
    Ok(row.returning(address_requests::sealed).get_result(connection).await.optional()?)
}

/// Removes what was asked for before a moment, and could not be answered.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn forget_address_requests(
    connection: &mut AsyncPgConnection,
    before: DateTime<Utc>,
) -> Result<(), Fault> {
    let old = address_requests::table.filter(address_requests::created_at.lt(before));
    diesel::delete(old).execute(connection).await?;
    Ok(())
}
