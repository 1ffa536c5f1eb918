//! Tokens that clients and mails carry: a prefix that names the kind, 256 random bits, and a check so that a token that was
//! cut or mistyped costs no look-up. The database has only their digest.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::platform::{code, id::Random};

/// What a token is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A session.
    Session,
    /// A mailed link.
    Mailed,
    /// The middle of signing in: the password was right, the second factor is still asked for.
    Challenge,
    /// What a log-in provider hands back unread.
    ProviderState,
    /// What a client is given who comes back from one.
    ProviderCode,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "sgs_",
            Self::Mailed => "sgm_",
            Self::Challenge => "sgc_",
            Self::ProviderState => "sgo_",
            Self::ProviderCode => "sgp_",
        }
    }
}

const CHECK: usize = 6;

/// A new token: what the client gets, and what the database keeps.
pub(super) fn new(random: &Random, kind: Kind) -> (String, Vec<u8>) {
    let secret = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
    let token = format!("{}{secret}{}", kind.prefix(), check(kind, &secret));
    let digest = digest(&token);
    (token, digest)
}

/// The digest of a token that could be ours; nothing where it can't.
pub(super) fn read(token: &str, kind: Kind) -> Option<Vec<u8>> {
    let body = token.strip_prefix(kind.prefix())?;
    let (secret, given) = body.split_at_checked(body.len().checked_sub(CHECK)?)?;
    (secret.len() == 43 && given == check(kind, secret)).then(|| digest(token))
}

/// A code to type in place of a mailed token, for who has no address: what they get, and what the database keeps.
pub(super) fn typed(random: &Random) -> (String, Vec<u8>) {
    let code = code::new::<{ code::SECRET }>(random);
    (code::grouped(&code), digest(&code))
}

/// The digest of a mailed token, or of a code that stands in for one.
pub(super) fn read_mailed_or_typed(token: &str) -> Option<Vec<u8>> {
    read(token, Kind::Mailed).or_else(|| code::meant::<{ code::SECRET }>(token).map(|meant| digest(&meant)))
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn check(kind: Kind, secret: &str) -> String {
    let digest = Sha256::digest([kind.prefix().as_bytes(), secret.as_bytes()].concat());
    URL_SAFE_NO_PAD.encode(digest)[..CHECK].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_its_own_kind_only() {
        let (token, digest) = new(&Random::system(), Kind::Session);
        assert_eq!(read(&token, Kind::Session), Some(digest));
        assert_eq!(read(&token, Kind::Mailed), None);
        assert_eq!(read(&token[..token.len() - 1], Kind::Session), None);
        assert_eq!(read("", Kind::Session), None);
        assert_eq!(read("sgs_é", Kind::Session), None);
    }
}
