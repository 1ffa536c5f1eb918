//! The picture of a course, in fitting sizes.

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::{COVER_TYPE, COVERS, FileKind, FileRow, cover_of, sweep};
use crate::{
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::{Call, Services, user_error::Objection},
        privacy::UserId,
    },
    uploads::{self, UploadId, UploadPurpose},
};

/// A cover of an upload, which is used up whatever comes of it. It is stored, and goes if no version comes to name it.
///
/// # Errors
/// `OVERLOADED` where other pictures are being looked at, and those of the database and the store.
pub(in crate::catalog) async fn of_upload(
    call: &Call,
    user: UserId,
    upload: UploadId,
) -> Result<Result<FileRow, Objection>, Fault> {
    let wanted = (upload, UploadPurpose::CourseCover, "coverUpload");
    let pictures = or_object!(uploads::picture::made(call, user, wanted, &COVERS).await?);
    Ok(Ok(stored(&call.services, call.academy, &pictures).await?))
}

/// Stores a cover in all its widths.
///
/// # Errors
/// Those of the database and the store.
pub(in crate::catalog) async fn stored(
    services: &Services,
    academy: AcademyId,
    pictures: &[Vec<u8>],
) -> Result<FileRow, Fault> {
    let largest = pictures.first().map(Vec::as_slice).unwrap_or_default();
    let row = FileRow {
        id: services.random.ordered_id(&services.clock),
        kind: FileKind::Cover,
        digest: Sha256::digest(largest).to_vec(),
        media_type: COVER_TYPE.to_owned(),
        size: i32::try_from(largest.len()).unwrap_or(i32::MAX),
        created_at: services.clock.now(),
    };
    sweep::plan(services, academy, &[row.id]).await?;
    for (picture, shape) in pictures.iter().zip(COVERS) {
        let mut staged = services.storage.stage(academy, &cover_of(row.id, shape.width));
        staged.write_all(picture).await.map_err(anyhow::Error::from)?;
        staged.keep().await?;
    }
    Ok(row)
}
