//! The picture of an upload, made anew.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{UploadId, UploadPurpose, not_sent, receive, store};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    picture::{SIDE_MOST, Shape, Unfit, remade},
    privacy::UserId,
};

/// Pictures that are decoded at once: each takes memory and a processor.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long a picture waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// The picture of an upload of a person's, in each of these shapes. The upload is gone then: it is looked at once, whatever comes of it.
///
/// # Errors
/// `OVERLOADED` where others' pictures are being looked at, and those of the database and the store.
pub async fn made(
    call: &Call,
    user: UserId,
    (upload, purpose, field): (UploadId, UploadPurpose, &str),
    shapes: &'static [Shape],
) -> Result<Result<Vec<Vec<u8>>, Objection>, Fault> {
    let found = store::of(&*call.reader().await?, user, upload).await?;
    if found.is_none_or(|found| found.purpose != purpose) {
        return Ok(Err(Objection::not_found(field)));
    }
    call.give_back_reader().await;
    // Before the bytes are read: who waits holds none. Who comes when others' pictures are being looked at comes again, rather than
    // to wait with a request in hand.
    let Ok(turn) = tokio::time::timeout(PATIENCE, AT_ONCE.acquire()).await else { return Err(Fault::overloaded()) };
    let turn = turn.map_err(anyhow::Error::from)?;
    let sent = match taken(call, upload, field).await? {
        Ok(sent) => sent,
        Err(objection) => return Ok(Err(objection)),
    };
    Ok(at_leisure(turn, sent, shapes).await?.map_err(|unfit| told(unfit, field)))
}

/// The picture of a file, in each of these shapes, when its turn comes: for work that nobody waits for.
///
/// # Errors
/// Only where the server is about to stop.
pub async fn of_file(
    bytes: impl AsRef<[u8]> + Send + 'static,
    shapes: &'static [Shape],
) -> Result<Result<Vec<Vec<u8>>, Unfit>, Fault> {
    let turn = AT_ONCE.acquire().await.map_err(anyhow::Error::from)?;
    at_leisure(turn, bytes, shapes).await
}

/// On a thread that answers nobody; the turn is over when the work is.
async fn at_leisure(
    turn: SemaphorePermit<'static>,
    bytes: impl AsRef<[u8]> + Send + 'static,
    shapes: &'static [Shape],
) -> Result<Result<Vec<Vec<u8>>, Unfit>, Fault> {
    let work = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        remade(bytes.as_ref(), shapes)
    });
    Ok(work.await.map_err(anyhow::Error::from)?)
}

/// The bytes of an upload, which is gone from now on.
async fn taken(
    call: &Call,
    upload: UploadId,
    field: &str,
) -> Result<Result<impl AsRef<[u8]> + Send + use<>, Objection>, Fault> {
    let name = receive::name(upload);
    let mut tx = call.begin().await?;
    let Some(found) = store::lock(&mut tx, upload).await? else {
        return Ok(Err(Objection::not_found(field)));
    };
    let sent = match found.stored_at {
        Some(_) => call.services.storage.get(call.academy, &name).await?,
        None => None,
    };
    let Some(sent) = sent else { return Ok(Err(not_sent(field))) };
    store::delete(&mut tx, upload).await?;
    tx.commit().await?;
    receive::used_up(&call.services, call.academy, upload).await;
    Ok(Ok(sent))
}

fn told(unfit: Unfit, field: &str) -> Objection {
    let words = match unfit {
        Unfit::Kind => words!("Gambar PNG atau JPEG.", "A picture as PNG or JPEG."),
        Unfit::TooLarge => words!(
            "Paling besar {SIDE_MOST} kali {SIDE_MOST} piksel; JPEG progresif dan warna 16 bit lebih kecil lagi.",
            "No more than {SIDE_MOST} by {SIDE_MOST} pixels; less of progressive JPEG and of 16 bits a colour."
        ),
        Unfit::Broken => {
            words!("Gambar ini tidak dapat dibaca; kirim lagi.", "This picture can't be read; send it again.")
        }
    };
    Objection::new(UserErrorCode::Invalid, field, words)
}
