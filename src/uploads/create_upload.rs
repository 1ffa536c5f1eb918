//! A person says what they will send, and gets an address to send it to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::{
    forget::ForgetUpload,
    model::{NewUpload, UploadId, UploadPurpose},
    store,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    privacy::{Personal, Role},
};

/// Uploads of one person that wait to be used, at most: they take room.
const MOST_WAITING: i64 = 10;

/// Bytes of a picture that is sent.
pub const PICTURE_BYTES: usize = 10 << 20;
/// Bytes of a list of people.
const LIST_BYTES: usize = 1 << 20;

/// What somebody will send.
pub struct Announced {
    /// What it is for.
    pub purpose: UploadPurpose,
    /// The file's name.
    pub file_name: String,
    /// Its media type.
    pub content_type: String,
    /// Its bytes: exactly so many will be taken.
    pub size: i32,
}

/// An address to send it to, for an hour.
pub struct Address {
    /// The upload.
    pub id: UploadId,
    /// The token at the end of the address.
    pub token: String,
    /// Until when.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// Makes room for an upload.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN` where the purpose is for others, and those of the database.
pub async fn create_upload(call: &Call, announced: Announced) -> Result<Result<Address, Objection>, Fault> {
    let user = match announced.purpose {
        UploadPurpose::Avatar => call.viewer().signed_in()?,
        UploadPurpose::CourseImport
        | UploadPurpose::QuestionImport
        | UploadPurpose::CourseCover
        | UploadPurpose::LessonMedia
        | UploadPurpose::Attachment
        | UploadPurpose::Enrolment => call.viewer().with_role(&[Role::Instructor, Role::Admin])?,
    };
    let limits = &call.services.settings.limits;
    let most = match announced.purpose {
        UploadPurpose::Avatar | UploadPurpose::CourseCover => limits.upload_bytes.min(PICTURE_BYTES),
        UploadPurpose::Enrolment => limits.upload_bytes.min(LIST_BYTES),
        UploadPurpose::CourseImport
        | UploadPurpose::QuestionImport
        | UploadPurpose::LessonMedia
        | UploadPurpose::Attachment => limits.upload_bytes,
    };
    if announced.size < 1 || usize::try_from(announced.size).is_ok_and(|size| size > most) {
        let words = words!("Dari 1 sampai {most} bita.", "From 1 to {most} bytes.");
        return Ok(Err(Objection::new(UserErrorCode::Invalid, "size", words)));
    }
    let file_name = announced.file_name.trim();
    if !(1..=255).contains(&file_name.chars().count()) {
        let words = words!("Nama berkas 1 sampai 255 karakter.", "A file's name has 1 to 255 characters.");
        return Ok(Err(Objection::new(UserErrorCode::Invalid, "fileName", words)));
    }
    // It is given back as a header to send.
    let content_type = announced.content_type.trim();
    if !(1..=100).contains(&content_type.len()) || !content_type.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let words = words!("Bukan jenis media, misalnya application/zip.", "No media type, such as application/zip.");
        return Ok(Err(Objection::new(UserErrorCode::Invalid, "contentType", words)));
    }
    let secret = URL_SAFE_NO_PAD.encode(call.services.random.bytes::<32>());
    // The academy stands in front: a PUT names it by nothing else.
    let token = format!("{}.{secret}", URL_SAFE_NO_PAD.encode(call.academy.uuid().as_bytes()));
    let expires_at = call.services.clock.now() + TimeDelta::hours(1);
    let row = NewUpload {
        id: call.services.random.ordered_id(&call.services.clock),
        user_id: user,
        purpose: announced.purpose,
        file_name: Personal::new(file_name.to_owned()),
        content_type: content_type.to_owned(),
        size: announced.size,
        token_hash: Personal::new(Sha256::digest(token.as_bytes()).to_vec()),
        expires_at,
    };
    let mut tx = call.begin().await?;
    tx.take_name(&format!("uploads {}", user.uuid())).await?;
    if store::count_of(&tx, user).await? >= MOST_WAITING {
        let words = words!(
            "Ada {MOST_WAITING} unggahan yang belum dipakai; pakai dulu, atau tunggu sampai waktunya habis.",
            "There are {MOST_WAITING} uploads that were not used yet; use them first, or wait until their time is over."
        );
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, "", words)));
    }
    store::insert(&mut tx, &row).await?;
    ForgetUpload::plan(&mut tx, &call.services, row.id, expires_at).await?;
    tx.commit().await?;
    Ok(Ok(Address { id: row.id, token, expires_at }))
}
