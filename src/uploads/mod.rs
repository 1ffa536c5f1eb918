//! Uploads: bytes never travel through GraphQL. A client asks for an upload, PUTs the bytes to its address, then names its id.
//!
//! Owns `uploads`. Personal data: who sends what, under which name; it goes when the upload is used or its time is over. Calls nobody.

pub mod create_upload;
pub mod forget;
pub mod graphql;
pub mod media_type;
mod model;
pub mod picture;
pub mod privacy;
pub mod receive;
pub mod store;

use crate::platform::graphql::{UserErrorCode, user_error::Objection};

pub use model::{UploadId, UploadKind, UploadPurpose, UploadRow};

/// Nothing has come to the upload's address.
#[must_use]
pub fn not_sent(field: &str) -> Objection {
    let words = words!(
        "Isi berkas belum dikirim ke alamatnya (PUT).",
        "The bytes have not been PUT to the upload's address yet."
    );
    Objection::new(UserErrorCode::NotEligible, field, words)
}
