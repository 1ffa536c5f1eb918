//! What the audit log knows of people: who looked, at whom, and why.

use crate::platform::privacy::{Audience, Erasure, LegalBasis, PersonalDataClass, RetentionStart, Table};

crate::datum!(
    /// An entry, with the reason that was given: read whole, by whom it is about and by who answers for the academy's data.
    AccessReason {
        subject: "AuditEntry",
        field: "reason",
        columns: &["audit_entries.reason"],
        class: PersonalDataClass::Log,
        audience: &[Audience::Self_, Audience::PrivacyOfficer, Audience::Admin],
        purposes: &["fraud_security", "legal_obligation"],
        basis: LegalBasis::LegalObligation,
        erasure: Erasure::Keep("who read personal data must be provable (Law 27/2022, articles 31 and 36)"),
        starts: RetentionStart::Collected,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person(
        "audit_entries",
        "subject_id",
        &["academy_id", "id", "at", "actor_id", "action", "subject_id", "detail", "hash"],
    )
    .staying("who read personal data must be provable (Law 27/2022, articles 31 and 36)"),
    Table::of_nobody("audit_links", &["academy_id", "number", "linked_at", "entry_id", "hash"]),
    Table::of_nobody("audit_heads", &["academy_id", "number", "at", "key_id", "signature"]),
];
