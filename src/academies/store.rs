//! Statements about academies.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::academies;

use super::model::AcademyRow;
use crate::platform::{db::AcademyId, fault::Fault};

/// Every academy, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn all(mut connection: &AsyncPgConnection) -> Result<Vec<AcademyRow>, Fault> {
    let rows = academies::table
        .order((academies::created_at, academies::id))
        .select(AcademyRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows)
}

/// The academy of this name in addresses.
///
/// # Errors
/// Those of the database.
pub async fn by_slug(mut connection: &AsyncPgConnection, slug: &str) -> Result<Option<AcademyRow>, Fault> {
    let row = academies::table.filter(academies::slug.eq(slug)).select(AcademyRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// An academy.
///
/// # Errors
/// Those of the database.
pub async fn by_id(mut connection: &AsyncPgConnection, id: AcademyId) -> Result<AcademyRow, Fault> {
    let row = academies::table.filter(academies::id.eq(id)).select(AcademyRow::as_select());
    Ok(row.first(&mut connection).await?)
}

/// Adds an academy.
///
/// # Errors
/// Those of the database: a slug that is taken among them.
pub async fn insert(connection: &mut AsyncPgConnection, academy: &AcademyRow) -> Result<(), Fault> {
    diesel::insert_into(academies::table).values(academy).execute(connection).await?;
    Ok(())
}

/// An academy, locked: what is made once for each (a signing key) is made by one at a time.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: AcademyId) -> Result<AcademyRow, Fault> {
    let row = academies::table.filter(academies::id.eq(id)).select(AcademyRow::as_select()).for_no_key_update();
    Ok(row.first(connection).await?)
}

/// Writes what an academy says of itself, and its policy.
///
/// # Errors
/// Those of the database.
pub(super) async fn update(connection: &mut AsyncPgConnection, academy: &AcademyRow) -> Result<(), Fault> {
    diesel::update(academies::table.filter(academies::id.eq(academy.id)))
        .set((
            academies::name.eq(&academy.name),
            academies::locale.eq(&academy.locale),
            academies::time_zone.eq(&academy.time_zone),
            academies::policy_profile.eq(&academy.policy_profile),
            academies::policy.eq(&academy.policy),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

crate::batch!(
    /// An academy by its id.
    AcademyById(AcademyId) -> AcademyRow, academies::id
);
