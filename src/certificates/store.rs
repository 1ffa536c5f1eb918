//! Statements about certificates and keys.

use std::collections::HashMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{certificate_codes, certificates, signing_keys};

use super::model::{CertificateId, CertificateRow, KeyRow};
use crate::{
    enrolment::model::EnrolmentId,
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::UserId,
    },
};

/// Adds a certificate, and its code to the directory of codes.
///
/// # Errors
/// Those of the database: an enrolment that has a certificate among them.
pub async fn insert(connection: &mut AsyncPgConnection, academy: AcademyId, row: &CertificateRow) -> Result<(), Fault> {
    diesel::insert_into(certificates::table).values(row).execute(connection).await?;
    diesel::insert_into(certificate_codes::table)
        .values((certificate_codes::code.eq(&row.code), certificate_codes::academy_id.eq(academy)))
        .execute(connection)
        .await?;
    Ok(())
}

/// The academy of a code.
///
/// # Errors
/// Those of the database.
pub async fn academy_of(mut connection: &AsyncPgConnection, code: &str) -> Result<Option<AcademyId>, Fault> {
    let row = certificate_codes::table.filter(certificate_codes::code.eq(code));
    Ok(row.select(certificate_codes::academy_id).first(&mut connection).await.optional()?)
}

/// The certificate of a code, in the academy of the connection.
///
/// # Errors
/// Those of the database.
pub async fn by_code(mut connection: &AsyncPgConnection, code: &str) -> Result<Option<CertificateRow>, Fault> {
    let row = certificates::table.filter(certificates::code.eq(code)).select(CertificateRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// The key that signs.
///
/// # Errors
/// Those of the database.
pub async fn current_key(mut connection: &AsyncPgConnection) -> Result<Option<KeyRow>, Fault> {
    let row = signing_keys::table
        .filter(signing_keys::retired_at.is_null())
        .order(signing_keys::created_at.desc())
        .select(KeyRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// Adds a key.
///
/// # Errors
/// Those of the database.
pub async fn insert_key(connection: &mut AsyncPgConnection, row: &KeyRow) -> Result<(), Fault> {
    diesel::insert_into(signing_keys::table).values(row).execute(connection).await?;
    Ok(())
}

/// Every key that ever signed, oldest first: none is ever unpublished.
///
/// # Errors
/// Those of the database.
pub async fn keys(mut connection: &AsyncPgConnection) -> Result<Vec<KeyRow>, Fault> {
    Ok(signing_keys::table.order(signing_keys::created_at).select(KeyRow::as_select()).load(&mut connection).await?)
}

crate::batch!(
    /// A certificate by its id.
    CertificateById(CertificateId) -> CertificateRow, certificates::id, of user_id
);

/// The certificate of an enrolment.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CertificateOf(pub EnrolmentId);

impl Batch for CertificateOf {
    type Value = CertificateRow;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, CertificateRow>, Fault> {
        let rows: Vec<CertificateRow> = certificates::table
            .filter(certificates::enrolment_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order(certificates::issued_at)
            .select(CertificateRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().filter_map(|row| Some((Self(row.enrolment_id?), row))).collect())
    }
}

/// The certificates of a person, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CertificatesOf(pub UserId);

impl Batch for CertificatesOf {
    type Value = Vec<CertificateRow>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<CertificateRow>>, Fault> {
        let rows: Vec<CertificateRow> = certificates::table
            .filter(certificates::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((certificates::issued_at.desc(), certificates::id.asc()))
            .select(CertificateRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().filter_map(|row| Some((Self(row.user_id?), row)))))
    }
}
