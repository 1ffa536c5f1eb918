//! Bodies of requests, within their limits.

use std::time::Duration;

use poem::Body;
use tokio::io::AsyncReadExt;

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
const THROWN_AWAY: u64 = 8 << 20;

/// A body of at most `most` bytes that arrives within `patience`.
///
/// # Errors
/// Where it does not.
pub async fn read(body: Body, most: usize, patience: Duration) -> Result<Vec<u8>, Unread> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    let reading = async {
        let mut reader = body.into_async_read();
        let mut bytes = Vec::new();
        (&mut reader).take(limit.saturating_add(1)).read_to_end(&mut bytes).await.map_err(|_| Unread::BrokeOff)?;
        if bytes.len() <= most {
            return Ok(bytes);
        }
        drop(bytes);
        tokio::io::copy(&mut reader.take(THROWN_AWAY), &mut tokio::io::sink()).await.map_err(|_| Unread::BrokeOff)?;
        Err(Unread::TooLarge)
    };
    tokio::time::timeout(patience, reading).await.unwrap_or(Err(Unread::TooSlow))
}
