//! Takes the bytes of an upload: once, exactly as many as were announced.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    media_type,
    model::{UploadId, UploadRow},
    store,
};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services, storage::Staged};

/// The upload of a token, where its bytes may still come.
///
/// # Errors
/// Those of the database.
pub async fn expected(services: &Services, token: &str) -> Result<Option<(AcademyId, UploadRow)>, Fault> {
    let Some(academy) = token.split_once('.').and_then(|(academy, _)| URL_SAFE_NO_PAD.decode(academy).ok()) else {
        return Ok(None);
    };
    let Ok(academy) = uuid::Uuid::from_slice(&academy) else { return Ok(None) };
    let academy = AcademyId::from_uuid(academy);
    let reader = services.db.reader(academy);
    let digest = Sha256::digest(token.as_bytes()).to_vec();
    let found = store::by_token(&*reader.connection().await?, digest).await?;
    let now = services.clock.now();
    Ok(found.filter(|row| row.stored_at.is_none() && row.expires_at > now).map(|row| (academy, row)))
}

/// Where the bytes of an upload go while they come.
#[must_use]
pub fn stage(services: &Services, academy: AcademyId, upload: &UploadRow) -> Staged {
    services.storage.stage(academy, &name(upload.id))
}

/// Keeps the bytes of an upload, once: who comes second changes nothing. False where others came first, or the time is over.
///
/// # Errors
/// Where the store or the database refuses.
pub async fn keep(services: &Services, academy: AcademyId, upload: &UploadRow, bytes: Staged) -> Result<bool, Fault> {
    let mut tx = services.db.begin(academy).await?;
    let now = services.clock.now();
    let waiting = store::lock(&mut tx, upload.id).await?;
    if !waiting.is_some_and(|row| row.stored_at.is_none() && row.expires_at > now) {
        bytes.discard().await;
        return Ok(false);
    }
    // While the row is locked, so that the bytes that are noted are the bytes that lie there.
    let written = bytes.keep().await?;
    store::stored(&mut tx, upload.id, now, &written.digest, media_type::of(&written.head)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Removes the bytes of an upload that is used up. Where that fails, what was planned when it was made does it.
pub async fn used_up(services: &Services, academy: AcademyId, id: UploadId) {
    if let Err(error) = services.storage.delete(academy, &name(id)).await {
        tracing::warn!(%error, "the bytes of an upload could not be removed yet");
    }
}

/// Where the bytes of an upload lie.
#[must_use]
pub fn name(id: UploadId) -> String {
    format!("uploads/{}", id.uuid())
}
