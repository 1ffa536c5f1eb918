//! A person sets their picture, from an upload of theirs, or removes it.

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;

use super::{AvatarId, model::AvatarPart, sign_up::not_collected, store};
use crate::{
    academies,
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::{Call, Services, user_error::Objection},
        jobs::{self, Job},
        picture::Shape,
        privacy::{Personal, UserId},
    },
    uploads::{self, UploadId, UploadPurpose},
};

/// A picture as it is kept.
const SQUARE: Shape = Shape { width: 512, height: 512 };
/// After which a picture that no row names goes.
const UNUSED: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// Where the file of a picture lies.
pub(super) fn file(id: AvatarId) -> String {
    format!("avatars/{}", id.uuid())
}

/// Sets the viewer's picture, or removes it where there is none.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database and the store.
pub async fn set_avatar(call: &Call, upload: Option<UploadId>) -> Result<Result<UserId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let new = match upload {
        Some(upload) => match made(call, user, upload).await? {
            Ok(id) => Some(id),
            Err(objection) => return Ok(Err(objection)),
        },
        None => None,
    };
    let mut tx = call.begin().await?;
    take_turn(&mut tx, user).await?;
    if let Some(old) = store::take_avatar(&mut tx, user).await? {
        jobs::enqueue(&mut tx, &call.services, &SweepAvatar { avatar: old.id }).await?;
    }
    if let Some(id) = new {
        let set_at = Personal::new(call.services.clock.now());
        store::put_avatar(&mut tx, user, &AvatarPart { id, set_at }).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(user))
}

/// The picture of an upload, made anew and stored; no row names it yet.
async fn made(call: &Call, user: UserId, upload: UploadId) -> Result<Result<AvatarId, Objection>, Fault> {
    if !academies::current(call).await?.policy().asks("avatar") {
        return Ok(Err(not_collected("upload")));
    }
    let wanted = (upload, UploadPurpose::Avatar, "upload");
    let pictures = match uploads::picture::made(call, user, wanted, &[SQUARE]).await? {
        Ok(pictures) => pictures,
        Err(objection) => return Ok(Err(objection)),
    };
    let picture = pictures.into_iter().next().unwrap_or_default();
    Ok(Ok(stored(call, &picture).await?))
}

/// Stores a picture that no row names yet: it goes by itself if none does.
async fn stored(call: &Call, picture: &[u8]) -> Result<AvatarId, Fault> {
    let id: AvatarId = call.services.random.id();
    let mut tx = call.begin().await?;
    let sweep = SweepAvatar { avatar: id };
    jobs::enqueue_at(&mut tx, &call.services, &sweep, call.services.clock.now() + UNUSED).await?;
    tx.commit().await?;
    let mut staged = call.services.storage.stage(call.academy, &file(id));
    staged.write_all(picture).await.map_err(anyhow::Error::from)?;
    staged.keep().await?;
    Ok(id)
}

/// A picture and its copy, which no row names yet.
pub(super) struct Copied {
    old: AvatarId,
    new: AvatarId,
}

/// A copy of a person's picture, where they have one.
///
/// # Errors
/// Those of the database and the store.
pub(super) async fn copied(call: &Call, user: UserId) -> Result<Option<Copied>, Fault> {
    let Some(old) = store::avatar_of(&*call.reader().await?, user).await? else { return Ok(None) };
    let Some(bytes) = call.services.storage.get(call.academy, &file(old)).await? else { return Ok(None) };
    Ok(Some(Copied { old, new: stored(call, &bytes).await? }))
}

/// Puts the copy in the picture's place: who was shown it can't fetch it any more by the address that they were given.
///
/// # Errors
/// Those of the database.
pub(super) async fn readdress(call: &Call, tx: &mut Tx, user: UserId, copy: Copied) -> Result<(), Fault> {
    take_turn(tx, user).await?;
    let Some(mut current) = store::take_avatar(tx, user).await? else { return Ok(()) };
    // One that was set since the copy was made keeps its address, which is as old as that.
    if current.id == copy.old {
        jobs::enqueue(tx, &call.services, &SweepAvatar { avatar: copy.old }).await?;
        current.id = copy.new;
    }
    store::put_avatar(tx, user, &current).await
}

/// One after the other: who sets two pictures at once has the one that came last.
async fn take_turn(tx: &mut Tx, user: UserId) -> Result<(), Fault> {
    tx.take_name(&format!("avatar {}", user.uuid())).await
}

/// Removes the file of a picture that no row names (any more).
#[derive(Serialize, Deserialize)]
pub struct SweepAvatar {
    avatar: AvatarId,
}

impl Job for SweepAvatar {
    const KIND: &'static str = "sweep_avatar";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let reader = services.db.reader(academy);
        if store::has_avatar(&*reader.connection().await?, self.avatar).await? {
            return Ok(());
        }
        reader.give_back().await;
        Ok(services.storage.delete(academy, &file(self.avatar)).await?)
    }
}
