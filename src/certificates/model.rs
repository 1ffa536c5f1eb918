//! Rows of certificates and keys.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{certificates, signing_keys};

use super::privacy::HolderName;
use crate::{
    catalog::model::CourseId,
    enrolment::model::EnrolmentId,
    platform::privacy::{Personal, UserId},
};

crate::id_kind!(CertificateId, CertificateKind, "Certificate", 19);

crate::text_enum!(
    /// Whether a certificate holds.
    CertificateStatus {
        /// It holds.
        Valid = "VALID",
        /// Its time is over.
        Expired = "EXPIRED",
        /// The academy took it back.
        Revoked = "REVOKED",
        /// A corrected one took its place.
        Replaced = "REPLACED",
    }
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = certificates, check_for_backend(diesel::pg::Pg))]
pub struct CertificateRow {
    pub id: CertificateId,
    pub enrolment_id: Option<EnrolmentId>,
    pub user_id: Option<UserId>,
    pub course_id: CourseId,
    pub code: String,
    pub holder_name: Personal<Option<String>, HolderName>,
    pub course_title: String,
    pub issuer_name: String,
    pub jwt: Personal<Option<String>, HolderName>,
    pub status: CertificateStatus,
    pub issued_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = signing_keys, check_for_backend(diesel::pg::Pg))]
pub struct KeyRow {
    pub id: String,
    pub public_key: Vec<u8>,
    pub sealed: Vec<u8>,
    pub issuer: String,
    pub created_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}
