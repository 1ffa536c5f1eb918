//! Statements about imports.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::imports;

use super::model::{ImportId, ImportRow, ImportStatus};
use crate::{
    platform::{fault::Fault, privacy::UserId},
    uploads::UploadId,
};

/// Adds an import.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &mut AsyncPgConnection, row: &ImportRow) -> Result<(), Fault> {
    diesel::insert_into(imports::table).values(row).execute(connection).await?;
    Ok(())
}

/// An import, locked, where it has not ended.
///
/// # Errors
/// Those of the database.
pub async fn lock_open(connection: &mut AsyncPgConnection, id: ImportId) -> Result<Option<ImportRow>, Fault> {
    let row = imports::table
        .filter(imports::id.eq(id))
        .filter(imports::status.eq_any([ImportStatus::Queued, ImportStatus::Running]))
        .select(ImportRow::as_select())
        .for_update();
    Ok(row.first(connection).await.optional()?)
}

crate::batch!(
    /// An import by its id.
    ImportById(ImportId) -> ImportRow, imports::id
);

/// Whether an upload is being imported, or was.
///
/// # Errors
/// Those of the database.
pub async fn of_upload(mut connection: &AsyncPgConnection, upload: UploadId) -> Result<bool, Fault> {
    let rows = imports::table.filter(imports::upload_id.eq(upload));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(&mut connection).await?)
}

/// Writes how far an import is, or how it ended.
///
/// # Errors
/// Those of the database.
pub async fn write(connection: &mut AsyncPgConnection, row: &ImportRow) -> Result<(), Fault> {
    diesel::update(imports::table.filter(imports::id.eq(row.id)))
        .set((
            imports::status.eq(row.status),
            imports::done.eq(row.done),
            imports::total.eq(row.total),
            imports::course_id.eq(row.course_id),
            imports::problems.eq(&row.problems),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes how much of an import is written, while it runs.
///
/// # Errors
/// Those of the database.
pub(super) async fn progress(connection: &mut AsyncPgConnection, id: ImportId, done: i32) -> Result<(), Fault> {
    let running = imports::table.filter(imports::id.eq(id)).filter(imports::status.eq(ImportStatus::Running));
    diesel::update(running).set(imports::done.eq(done)).execute(connection).await?;
    Ok(())
}

/// A person's own import as it is now.
///
/// # Errors
/// Those of the database.
pub(super) async fn own(
    mut connection: &AsyncPgConnection,
    user: UserId,
    id: ImportId,
) -> Result<Option<ImportRow>, Fault> {
    let row = imports::table.filter(imports::id.eq(id)).filter(imports::user_id.eq(user));
    Ok(row.select(ImportRow::as_select()).first(&mut connection).await.optional()?)
}
