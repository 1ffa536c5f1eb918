//! Password hashes: Argon2id, with OWASP's parameters or stronger ones, off the async threads and few at a time, so that a storm of
//! log-ins is neither a flood of memory nor the end of everybody else's queries.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, bail, ensure};
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt},
};
use tokio::sync::Semaphore;

use crate::platform::config::Settings;

/// Hashes at the same time: each takes the memory that the settings say.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// What they work in, as many as there are at a time, kept for the next ones: what each of many threads takes and gives back for itself, the
/// allocator keeps, and two hundred log-ins at once would cost ten times as much.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// What a password turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Not the one of the hash, or there is no hash.
    Wrong,
    /// The one of the hash.
    Right,
    /// The one of the hash, which is weaker than what the settings ask for by now.
    RightButWeak,
}

/// How strong a hash is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Strength {
    memory_kib: u32,
    passes: u32,
}

impl Strength {
    const fn of(settings: &Settings) -> Self {
        Self { memory_kib: settings.password_memory_kib, passes: settings.password_passes }
    }
}

fn hashed(password: &[u8], strength: Strength) -> anyhow::Result<String> {
    let params =
        Params::new(strength.memory_kib, strength.passes, 1, None).map_err(|error| anyhow::anyhow!("{error}"))?;
    let salt = Salt::generate();
    let text = ParamsString::try_from(&params).map_err(|error| anyhow::anyhow!("{error}"))?;
    let hash = computed(password, &salt, params, Params::DEFAULT_OUTPUT_LEN)?;
    let version = Some(Version::V0x13.into());
    Ok(Phc { algorithm: ARGON2ID_IDENT, version, params: text, salt: Some(salt), hash: Some(hash) }.to_string())
}

/// Argon2id, in memory that is kept.
fn computed(password: &[u8], salt: &[u8], params: Params, length: usize) -> anyhow::Result<Output> {
    let blocks = params.block_count();
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut output = [0; Output::MAX_LENGTH];
    let output = output.get_mut(..length).context("a hash of such a length")?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = argon2.hash_password_into_with_memory(password, salt, output, &mut memory[..]);
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    done.map_err(|error| anyhow::anyhow!("{error}"))?;
    Output::new(output).map_err(|error| anyhow::anyhow!("{error}"))
}

/// A hash of no password at all, to spend the same time on who is not there.
fn nobody(strength: Strength) -> anyhow::Result<String> {
    static NOBODY: Mutex<Option<HashMap<Strength, String>>> = Mutex::new(None);
    let mut known = NOBODY.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(hash) = known.get(&strength) {
        return Ok(hash.clone());
    }
    let hash = hashed(b"nobody has this password", strength)?;
    known.insert(strength, hash.clone());
    Ok(hash)
}

/// Hashes a password.
///
/// # Errors
/// Where the machine has no randomness or no thread for it.
pub async fn hash(settings: &Settings, password: String) -> anyhow::Result<String> {
    let strength = Strength::of(settings);
    blocking(move || hashed(password.as_bytes(), strength)).await
}

/// Whether the password is the one of the hash. Takes the same time where there is no hash.
///
/// # Errors
/// Where the machine has no thread for it.
pub async fn matches(settings: &Settings, password: String, hash: Option<String>) -> anyhow::Result<Verdict> {
    let strength = Strength::of(settings);
    blocking(move || {
        let known = hash.is_some();
        let text = match hash {
            Some(hash) => hash,
            None => nobody(strength)?,
        };
        let phc = Phc::new(&text).map_err(|error| anyhow::anyhow!("a stored hash: {error}"))?;
        let had = Params::try_from(&phc).map_err(|error| anyhow::anyhow!("a stored hash: {error}"))?;
        let (Some(salt), Some(hash)) = (&phc.salt, &phc.hash) else { bail!("a stored hash: there is none") };
        ensure!(phc.algorithm == ARGON2ID_IDENT, "a stored hash: not of Argon2id");
        // In constant time.
        let is_right = computed(password.as_bytes(), salt, had.clone(), hash.len())? == *hash;
        if !is_right || !known {
            return Ok(Verdict::Wrong);
        }
        let is_weak = had.m_cost() < strength.memory_kib || had.t_cost() < strength.passes;
        Ok(if is_weak { Verdict::RightButWeak } else { Verdict::Right })
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    let permit = AT_ONCE.acquire().await.context("hashing")?;
    let hashing = tokio::task::spawn_blocking(move || {
        // Until it has ended, whoever waited for it.
        let _permit = permit;
        work()
    });
    hashing.await.context("hashing")?
}
