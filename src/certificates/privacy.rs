//! What a certificate says of its holder: what the paper shows, to whoever has its code.

use crate::platform::privacy::{Audience, Erasure, PersonalDataClass, ProfileField, RetentionStart, Table};

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

crate::datum!(
    /// That a person holds a certificate, and which: read whole, through `Certificate`. What its paper says is `HolderName`'s.
    HeldCertificate {
        field: "certificates",
        columns: &["certificates.issued_at", "certificates.expires_at", "certificates.status"],
        class: PersonalDataClass::Certificate,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Certificates),
        purposes: &["certificates"],
        guarded_whole: true,
        erasure: Erasure::Keep("a certificate can be checked for as long as it is held"),
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
        &["academy_id", "id", "enrolment_id", "user_id", "course_id", "code", "course_title", "issuer_name"],
    )
    .staying("the holder keeps the document, and whoever is shown it can go on checking it"),
    Table::of_nobody("certificate_codes", &["code", "academy_id"]),
];
