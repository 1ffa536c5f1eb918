//! What a certificate says of its holder: what the paper shows, to whoever has its code.

use crate::platform::privacy::{Audience, Erasure, PersonalDataClass, RetentionStart, Table};

crate::datum!(
    /// The name of the holder, as it was when the certificate was issued, and the signed document that has it.
    HolderName {
        subject: "CertificateVerification",
        field: "holderName",
        columns: &["certificates.holder_name", "certificates.jwt"],
        class: PersonalDataClass::Certificate,
        audience: &[Audience::Public],
        purposes: &["certificates"],
        erasure: Erasure::Anonymise("null"),
        starts: RetentionStart::Issued,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_nobody(
        "signing_keys",
        &["academy_id", "id", "public_key", "sealed", "issuer", "created_at", "retired_at"],
    ),
    Table::of_person(
        "certificates",
        "user_id",
        &[
            "academy_id",
            "id",
            "enrolment_id",
            "user_id",
            "course_id",
            "code",
            "course_title",
            "issuer_name",
            "status",
            "issued_at",
            "expires_at",
        ],
    )
    .staying("the holder keeps the document, and whoever is shown it can go on checking it"),
    Table::of_nobody("certificate_codes", &["code", "academy_id"]),
];
