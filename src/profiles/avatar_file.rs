//! The address of a picture: it says itself until when it works, to whoever was shown it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;

use super::{AvatarId, set_avatar, store};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services, link, seal::Use};

/// The token of a picture's address.
///
/// # Errors
/// Only where it can't be sealed.
pub fn token(services: &Services, academy: AcademyId, id: AvatarId) -> Result<String, Fault> {
    let plain = serde_json::to_vec(&(academy, id, link::expiry(services.clock.now()))).map_err(anyhow::Error::from)?;
    Ok(URL_SAFE_NO_PAD.encode(services.sealer.seal_alike(Use::FileLink, &plain)?))
}

/// The picture of a token and for how many seconds it may be kept, where its time is not over and the picture is still the person's.
///
/// # Errors
/// Those of the database and the store.
pub async fn found(services: &Services, token: &str) -> Result<Option<(Bytes, i64)>, Fault> {
    let opened = (token.len() <= link::LONGEST).then(|| {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let plain = services.sealer.open(Use::FileLink, &sealed).ok()?;
        serde_json::from_slice::<(AcademyId, AvatarId, i64)>(&plain).ok()
    });
    let Some((academy, id, until)) = opened.flatten() else { return Ok(None) };
    let left = until - services.clock.now().timestamp();
    if left <= 0 {
        return Ok(None);
    }
    let reader = services.db.reader(academy);
    if !store::has_avatar(&*reader.connection().await?, id).await? {
        return Ok(None);
    }
    reader.give_back().await;
    Ok(services.storage.get(academy, &set_avatar::file(id)).await?.map(|bytes| (bytes, left)))
}
