//! What an upload knows of who sends it.

use crate::platform::privacy::{Audience, PersonalDataClass, RetentionStart, Table};

crate::datum!(
    /// The name that the file had where it came from.
    FileName {
        subject: "PendingUpload",
        field: "fileName",
        columns: &["uploads.file_name"],
        class: PersonalDataClass::Usage,
        audience: &[Audience::Self_],
        purposes: &["course_delivery"],
        starts: RetentionStart::Collected,
    }
);

crate::datum!(
    /// The digest of the token in an upload's address.
    UploadToken {
        subject: "PendingUpload",
        field: "token",
        columns: &["uploads.token_hash"],
        class: PersonalDataClass::Credential,
        audience: &[] as &[Audience],
        withheld: Some("the digest of a secret: of use to nobody but a thief"),
        starts: RetentionStart::Collected,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[Table::of_person(
    "uploads",
    "user_id",
    &[
        "academy_id",
        "id",
        "user_id",
        "purpose",
        "content_type",
        "size",
        "stored_at",
        "expires_at",
        "digest",
        "media_type",
    ],
)
.with_files("uploads")];
