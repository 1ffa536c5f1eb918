//! Sealing: AES-256-GCM under keys from the configuration, with key ids for rotation.
//!
//! For what must rest unreadable in the database (signing keys, mails that wait) and for what travels with a client but
//! is ours (cursors). Each use has a context that is authenticated with it, so that a sealed cursor can't pass for a key.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use anyhow::{Context, bail, ensure};
use ed25519_dalek::{SigningKey, VerifyingKey};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::{id::Random, text::hex};

/// Length of the sealing key, in bytes.
pub const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 12;
const KEY_ID_LENGTH: usize = 4;

/// What a sealed value is for. The name is authenticated with the value.
#[derive(Clone, Copy, Debug)]
pub enum Use {
    /// A private key that signs certificates.
    SigningKey,
    /// A mail that waits to be sent.
    Mail,
    /// Where a page of a list ended.
    Cursor,
    /// The signature under the head of the audit log.
    AuditHead,
    /// The address of a file, until it is over.
    FileLink,
    /// The address of a file of a course, until it is over.
    CourseFileLink,
    /// What is counted so that it is not tried often.
    Throttle,
    /// A device from which a person has signed in.
    Device,
    /// The secret of an authenticator app.
    SecondFactor,
    /// What proves to a log-in provider that we are those who set out.
    ProviderLogIn,
    /// What was asked for an address.
    AddressRequest,
    /// Whom a log-in provider has proved who is not here yet.
    Newcomer,
}

impl Use {
    const fn context(self) -> &'static [u8] {
        match self {
            Self::SigningKey => b"sanggar.signing-key.v1",
            Self::Mail => b"sanggar.mail.v1",
            Self::Cursor => b"sanggar.cursor.v1",
            Self::AuditHead => b"sanggar.audit-head.v1",
            Self::FileLink => b"sanggar.file-link.v1",
            Self::CourseFileLink => b"sanggar.course-file-link.v1",
            Self::Throttle => b"sanggar.throttle.v1",
            Self::Device => b"sanggar.device.v1",
            Self::SecondFactor => b"sanggar.second-factor.v1",
            Self::ProviderLogIn => b"sanggar.provider-log-in.v1",
            Self::AddressRequest => b"sanggar.address-request.v1",
            Self::Newcomer => b"sanggar.newcomer.v1",
        }
    }
}

/// Seals and opens. Prints nothing of its keys.
#[derive(Clone)]
pub struct Sealer {
    current: Key,
    older: Vec<Key>,
    random: Random,
}

#[derive(Clone)]
struct Key {
    id: [u8; KEY_ID_LENGTH],
    bytes: [u8; KEY_LENGTH],
}

impl Key {
    fn new(bytes: [u8; KEY_LENGTH]) -> Self {
        let digest = Sha256::digest([b"sanggar.key-id".as_slice(), &bytes].concat());
        let mut id = [0; KEY_ID_LENGTH];
        id.copy_from_slice(&digest[..KEY_ID_LENGTH]);
        Self { id, bytes }
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.bytes.into())
    }

    /// HMAC-SHA256 under this key.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self, usage: Use, plain: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.bytes).expect("any key length");
        mac.update(usage.context());
        mac.update(plain);
        mac.finalize().into_bytes().into()
    }

    fn signer(&self, usage: Use) -> SigningKey {
        SigningKey::from_bytes(&self.mac(usage, b"ed25519"))
    }

    fn name(&self) -> String {
        hex(&self.id)
    }
}

impl Sealer {
    /// Seals with `current`; opens what `current` or any of `older` sealed.
    #[must_use]
    pub fn new(current: [u8; KEY_LENGTH], older: &[[u8; KEY_LENGTH]], random: Random) -> Self {
        Self { current: Key::new(current), older: older.iter().copied().map(Key::new).collect(), random }
    }

    /// Seals `plain` for one use.
    ///
    /// # Errors
    /// Only where the cipher itself fails.
    pub fn seal(&self, usage: Use, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.seal_with(usage, plain, self.random.bytes())
    }

    /// Seals so that the same input gives the same output (the nonce is a keyed digest of it), which tells who sees two of
    /// them that they are equal, and nothing more. For cursors: the same question gets the same bytes.
    ///
    /// # Errors
    /// Only where the cipher itself fails.
    pub fn seal_alike(&self, usage: Use, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let digest = self.current.mac(usage, plain);
        let mut nonce = [0; NONCE_LENGTH];
        nonce.copy_from_slice(&digest[..NONCE_LENGTH]);
        self.seal_with(usage, plain, nonce)
    }

    fn seal_with(&self, usage: Use, plain: &[u8], nonce: [u8; NONCE_LENGTH]) -> anyhow::Result<Vec<u8>> {
        let sealed = self
            .current
            .cipher()
            .encrypt(&nonce.into(), Payload { msg: plain, aad: usage.context() })
            .map_err(|_| anyhow::anyhow!("sealing failed"))?;
        Ok([self.current.id.as_slice(), &nonce, &sealed].concat())
    }

    /// A digest that nobody makes without our key: another one when the key changes.
    #[must_use]
    pub fn digest(&self, usage: Use, plain: &[u8]) -> [u8; 32] {
        self.current.mac(usage, plain)
    }

    /// A key of the configuration to sign with, derived for one use, and its id.
    #[must_use]
    pub fn signer(&self, usage: Use) -> (String, SigningKey) {
        (self.current.name(), self.current.signer(usage))
    }

    /// With what to check a signature by the key of this id.
    #[must_use]
    pub fn verifier(&self, usage: Use, key_id: &str) -> Option<VerifyingKey> {
        let mut keys = std::iter::once(&self.current).chain(&self.older);
        keys.find(|key| key.name() == key_id).map(|key| key.signer(usage).verifying_key())
    }

    /// Opens what was sealed for the same use.
    ///
    /// # Errors
    /// Where it was sealed with a key that we don't have, for another use, or was changed since.
    pub fn open(&self, usage: Use, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        ensure!(sealed.len() > KEY_ID_LENGTH + NONCE_LENGTH, "too short to be sealed");
        let (id, rest) = sealed.split_at(KEY_ID_LENGTH);
        let (nonce, body) = rest.split_at(NONCE_LENGTH);
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().context("nonce")?;
        let Some(key) = std::iter::once(&self.current).chain(&self.older).find(|key| key.id == id) else {
            bail!("sealed with a key that is not in the configuration");
        };
        key.cipher()
            .decrypt(&nonce.into(), Payload { msg: body, aad: usage.context() })
            .map_err(|_| anyhow::anyhow!("not sealed for this use, or changed since"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(current: u8, older: &[u8]) -> Sealer {
        let older: Vec<_> = older.iter().map(|byte| [*byte; KEY_LENGTH]).collect();
        Sealer::new([current; KEY_LENGTH], &older, Random::system())
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let sealer = sealer(1, &[]);
        let sealed = sealer.seal(Use::Cursor, b"secret").expect("seals");
        assert_eq!(sealer.open(Use::Cursor, &sealed).expect("opens"), b"secret");
        assert!(sealer.open(Use::Mail, &sealed).is_err(), "another use");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(Use::Cursor, &changed).is_err(), "byte {at} changed");
        }
    }

    #[test]
    fn an_older_key_still_opens() {
        let sealed = sealer(1, &[]).seal(Use::SigningKey, b"k").expect("seals");
        assert_eq!(sealer(2, &[1]).open(Use::SigningKey, &sealed).expect("opens"), b"k");
        assert!(sealer(2, &[]).open(Use::SigningKey, &sealed).is_err());
    }
}
