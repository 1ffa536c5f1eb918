//! Rows of documents and consents.

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{consents, policy_documents};

use super::privacy::ConsentGiven;
use crate::platform::privacy::{Personal, UserId};

crate::id_kind!(
    /// The id of a policy document in one language.
    DocumentId, DocumentKind, "PolicyDocument", 4
);
crate::id_kind!(
    /// The id of one entry of what a person agreed to.
    ConsentId, ConsentKind, "Consent", 5
);

crate::text_enum!(
    /// What kind of document it is.
    PolicyKind {
        /// What data is kept, why and for how long.
        PrivacyPolicy = "PRIVACY_POLICY",
        /// The terms of use.
        TermsOfService = "TERMS_OF_SERVICE",
        /// What instructors agree to.
        InstructorAgreement = "INSTRUCTOR_AGREEMENT",
    }
);

/// A document in one language.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = policy_documents, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct PolicyDocumentRow {
    pub id: DocumentId,
    pub kind: PolicyKind,
    pub version: String,
    pub locale: String,
    pub body: String,
    pub required: bool,
    pub effective_at: DateTime<Utc>,
}

/// A document to be added.
#[derive(Insertable, Debug)]
#[diesel(table_name = policy_documents)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct NewDocument<'a> {
    pub id: DocumentId,
    pub kind: PolicyKind,
    pub version: &'a str,
    pub locale: &'a str,
    pub body: &'a str,
    pub required: bool,
    pub effective_at: DateTime<Utc>,
}

/// An entry to be added.
#[derive(Insertable)]
#[diesel(table_name = consents)]
pub(super) struct NewConsent<'a> {
    pub id: ConsentId,
    pub user_id: UserId,
    pub purpose: &'a str,
    pub document_id: Option<DocumentId>,
    pub given: Personal<bool, ConsentGiven>,
    pub text_hash: Option<Vec<u8>>,
    pub channel: &'a str,
    pub at: DateTime<Utc>,
}
