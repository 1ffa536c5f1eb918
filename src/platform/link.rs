//! Addresses of files, which work for whoever was shown them.

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use super::{config::Settings, fault::Fault, graphql::scalars::Url};

/// Characters of a token at most: a name of 255 characters of four bytes each, sealed and in base64.
pub const LONGEST: usize = 3_000;

/// Until when an address works: addresses of an hour are alike, so that a client may keep what they lead to. For one hour at least, and two
/// at most.
#[must_use]
pub fn expiry(now: DateTime<Utc>) -> i64 {
    let hour = now.with_minute(0).and_then(|now| now.with_second(0)).unwrap_or(now);
    (hour + TimeDelta::hours(2)).timestamp()
}

/// The address of a token.
///
/// # Errors
/// Where the server does not know its own address.
pub fn url(settings: &Settings, token: &str) -> Result<Url, Fault> {
    let url = settings.base_url().and_then(|base| Ok(base.join(&format!("files/{token}"))?));
    Ok(Url(url?))
}
