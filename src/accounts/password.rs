//! Password hashes: Argon2id with OWASP's parameters, off the async threads and few at a time, so that a storm of log-ins
//! is neither a flood of memory nor the end of everybody else's queries.

use std::sync::OnceLock;

use anyhow::Context;
use argon2::{
    Argon2, PasswordVerifier,
    password_hash::{PasswordHasher, phc::PasswordHash as Phc},
};
use tokio::sync::Semaphore;

/// Hashes at the same time: 19 MiB each.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// A hash of no password at all, to spend the same time on who is not there.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| {
        Argon2::default().hash_password(b"nobody has this password").map(|hash| hash.to_string()).unwrap_or_default()
    })
}

/// Hashes a password.
///
/// # Errors
/// Where the machine has no randomness or no thread for it.
pub async fn hash(password: String) -> anyhow::Result<String> {
    blocking(move || {
        let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one of the hash. Takes the same time where there is no hash.
///
/// # Errors
/// Where the machine has no thread for it.
pub async fn matches(password: String, hash: Option<String>) -> anyhow::Result<bool> {
    blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| nobody().to_owned());
        let phc = Phc::new(&text).map_err(|error| anyhow::anyhow!("a stored hash: {error}"))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &phc).is_ok() && known)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    let _permit = AT_ONCE.acquire().await.context("hashing")?;
    tokio::task::spawn_blocking(work).await.context("hashing")?
}
