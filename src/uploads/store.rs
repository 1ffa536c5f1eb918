//! Statements about uploads.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::uploads;

use super::{
    model::{NewUpload, UploadId, UploadRow},
    privacy::{FileName, UploadToken},
};
use crate::platform::{
    fault::Fault,
    privacy::{Personal, UserId},
};

pub(super) async fn insert(connection: &mut AsyncPgConnection, row: &NewUpload) -> Result<(), Fault> {
    diesel::insert_into(uploads::table).values(row).execute(connection).await?;
    Ok(())
}

/// The upload of a token.
///
/// # Errors
/// Those of the database.
pub async fn by_token(mut connection: &AsyncPgConnection, digest: Vec<u8>) -> Result<Option<UploadRow>, Fault> {
    let digest: Personal<Vec<u8>, UploadToken> = Personal::new(digest);
    let row = uploads::table.filter(uploads::token_hash.eq(&digest)).select(UploadRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// An upload of a person.
///
/// # Errors
/// Those of the database.
pub async fn of(mut connection: &AsyncPgConnection, user: UserId, id: UploadId) -> Result<Option<UploadRow>, Fault> {
    let row = uploads::table.filter(uploads::id.eq(id)).filter(uploads::user_id.eq(user));
    Ok(row.select(UploadRow::as_select()).first(&mut connection).await.optional()?)
}

/// How many uploads of a person are not used yet.
///
/// # Errors
/// Those of the database.
pub async fn count_of(mut connection: &AsyncPgConnection, user: UserId) -> Result<i64, Fault> {
    Ok(uploads::table.filter(uploads::user_id.eq(user)).count().get_result(&mut connection).await?)
}

/// Uploads of a person, with the names that their files had where they came from.
///
/// # Errors
/// Those of the database.
pub async fn those(
    mut connection: &AsyncPgConnection,
    user: UserId,
    ids: &[UploadId],
) -> Result<Vec<(UploadRow, Personal<String, FileName>)>, Fault> {
    let rows = uploads::table.filter(uploads::id.eq_any(ids)).filter(uploads::user_id.eq(user));
    Ok(rows.select((UploadRow::as_select(), uploads::file_name)).load(&mut connection).await?)
}

/// Removes uploads that are used in this transaction; gives how many there still were.
///
/// # Errors
/// Those of the database.
pub async fn take(connection: &mut AsyncPgConnection, ids: &[UploadId]) -> Result<usize, Fault> {
    Ok(diesel::delete(uploads::table.filter(uploads::id.eq_any(ids))).execute(connection).await?)
}

/// An upload, locked: its bytes come once.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: UploadId) -> Result<Option<UploadRow>, Fault> {
    let row = uploads::table.filter(uploads::id.eq(id)).select(UploadRow::as_select()).for_update();
    Ok(row.first(connection).await.optional()?)
}

/// Keeps an upload until later, for the work that will use it.
///
/// # Errors
/// Those of the database.
pub async fn keep(connection: &mut AsyncPgConnection, id: UploadId, until: DateTime<Utc>) -> Result<(), Fault> {
    diesel::update(uploads::table.filter(uploads::id.eq(id)))
        .set(uploads::expires_at.eq(until))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that the bytes have come.
///
/// # Errors
/// Those of the database.
pub async fn stored(
    connection: &mut AsyncPgConnection,
    id: UploadId,
    at: DateTime<Utc>,
    digest: &[u8],
    media_type: &str,
) -> Result<(), Fault> {
    diesel::update(uploads::table.filter(uploads::id.eq(id)))
        .set((uploads::stored_at.eq(at), uploads::digest.eq(digest), uploads::media_type.eq(media_type)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes an upload that was used.
///
/// # Errors
/// Those of the database.
pub async fn delete(connection: &mut AsyncPgConnection, id: UploadId) -> Result<(), Fault> {
    diesel::delete(uploads::table.filter(uploads::id.eq(id))).execute(connection).await?;
    Ok(())
}
