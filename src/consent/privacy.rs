//! What people agreed to, as the classification knows it.

use crate::platform::privacy::{Audience, Erasure, LegalBasis, PersonalDataClass, RetentionStart, Table};

crate::datum!(
    /// Whether a person agreed to a purpose or a document.
    ConsentGiven {
        field: "consents",
        columns: &["consents.given"],
        class: PersonalDataClass::Account,
        audience: &[Audience::Self_, Audience::PrivacyOfficer],
        purposes: &["legal_obligation"],
        basis: LegalBasis::LegalObligation,
        erasure: Erasure::Keep("that consent was given must be provable (Law 27/2022, article 24)"),
        starts: RetentionStart::AccountClosed,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_nobody(
        "policy_documents",
        &["academy_id", "id", "kind", "version", "locale", "body", "required", "effective_at"],
    ),
    Table::of_person(
        "consents",
        "user_id",
        &["academy_id", "id", "user_id", "purpose", "document_id", "text_hash", "channel", "at"],
    )
    .staying("that consent was given must be provable (Law 27/2022, article 24)"),
];
