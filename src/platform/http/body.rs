//! Bodies of requests, within their limits.

use std::time::Duration;

use futures_util::StreamExt;
use poem::Body;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Why a body was not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unread {
    /// It has more bytes than it may have.
    TooLarge,
    /// It broke off.
    BrokeOff,
    /// It came too slowly.
    TooSlow,
}

/// A client that is still sending when the connection closes sees a broken pipe instead of the refusal: so many bytes beyond the
/// limit are read and thrown away first.
const THROWN_AWAY: usize = 8 << 20;

/// A body of at most `most` bytes that arrives within `patience`.
///
/// # Errors
/// Where it does not.
pub async fn read(body: Body, most: usize, patience: Duration) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    // Memory is always written.
    copy(body, most, patience, &mut bytes).await.unwrap_or(Err(Unread::BrokeOff))?;
    Ok(bytes)
}

/// Writes a body of at most `most` bytes that arrives within `patience` as it comes, and tells how many bytes it had; where it
/// does not, why.
///
/// # Errors
/// Where it can't be written. Some of it may be written then, and where the body did not arrive.
pub async fn copy(
    body: Body,
    most: usize,
    patience: Duration,
    to: &mut (impl AsyncWrite + Unpin),
) -> std::io::Result<Result<usize, Unread>> {
    let copying = async {
        let mut chunks = body.into_bytes_stream();
        let mut length: usize = 0;
        while let Some(chunk) = chunks.next().await {
            let Ok(chunk) = chunk else { return Ok(Err(Unread::BrokeOff)) };
            length += chunk.len();
            if length <= most {
                to.write_all(&chunk).await?;
            } else if length - most > THROWN_AWAY {
                break;
            }
        }
        Ok(if length <= most { Ok(length) } else { Err(Unread::TooLarge) })
    };
    tokio::time::timeout(patience, copying).await.unwrap_or(Ok(Err(Unread::TooSlow)))
}

/// Lets a body that nobody wants arrive, within bounds, so that its sender gets to see the answer.
pub async fn throw_away(body: Body, patience: Duration) {
    // Whatever becomes of it.
    let _ = copy(body, 0, patience, &mut tokio::io::sink()).await;
}
