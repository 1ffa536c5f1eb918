//! The second factor: codes of an authenticator app (TOTP, RFC 6238), each taken once, and recovery codes for who has lost it.

use chrono::{DateTime, Utc};
use qrcode::{EcLevel, QrCode, render::svg};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};

use super::{model::SecondFactor, store};
use crate::platform::{
    code,
    db::Tx,
    fault::Fault,
    graphql::{Services, UserErrorCode, user_error::Objection},
    id::Random,
    privacy::{Duty, UserId},
    seal::{Sealer, Use},
};

/// Bytes of a secret (RFC 4226, 4: 160 bits).
const SECRET: usize = 20;
/// Recovery codes of a person.
const CODES: usize = 10;
/// What an app needs to be set up.
pub struct Setup {
    /// The secret in base 32, for who types it.
    pub secret: String,
    /// The same as an address that apps understand.
    pub otpauth_url: String,
    /// That address as a picture to point a phone at.
    pub qr_svg: String,
}

/// A new secret, sealed, and what to show of it.
pub(super) fn new_secret(services: &Services, academy: &str, account: &str) -> Result<(Vec<u8>, Setup), Fault> {
    let secret: [u8; SECRET] = services.random.bytes();
    // A colon parts the issuer from the account in the address.
    let plain = |text: &str| text.replace(':', " ");
    let totp = builder(&secret).with_issuer(Some(plain(academy))).with_account_name(plain(account));
    let totp = totp.build().map_err(anyhow::Error::from)?;
    let otpauth_url = totp.to_url().map_err(anyhow::Error::from)?;
    let code = QrCode::with_error_correction_level(&otpauth_url, EcLevel::M).map_err(anyhow::Error::from)?;
    let qr_svg = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    let sealed = services.sealer.seal(Use::SecondFactor, &secret)?;
    Ok((sealed, Setup { secret: totp.secret().to_base32(), otpauth_url, qr_svg }))
}

fn builder(secret: &[u8]) -> Builder {
    Builder::new().with_secret(secret.to_vec()).with_skew(1)
}

/// Which step a code is of, where it is one of now: of the 30 seconds that run, of those before or of those after.
fn step_of(sealer: &Sealer, factor: &SecondFactor, code: &str, now: DateTime<Utc>) -> Result<Option<i64>, Fault> {
    let secret = sealer.open(Use::SecondFactor, factor.sealed.for_duty(Duty::Authenticate))?;
    let totp: Totp = builder(&secret).build().map_err(anyhow::Error::from)?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).take(20).collect();
    let step = totp.check(&digits, u64::try_from(now.timestamp()).unwrap_or_default());
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// Takes a code of an app, which is not taken again. False where it is wrong, or was taken before.
pub(super) async fn take_code(
    tx: &mut Tx,
    services: &Services,
    factor: &SecondFactor,
    code: &str,
) -> Result<bool, Fault> {
    match step_of(&services.sealer, factor, code, services.clock.now())? {
        Some(step) => store::take_step(tx, factor.user_id, step).await,
        None => Ok(false),
    }
}

/// Takes a recovery code, which is not taken again. False where it is wrong, or was taken before.
pub(super) async fn take_recovery_code(
    tx: &mut Tx,
    services: &Services,
    user: UserId,
    code: &str,
) -> Result<bool, Fault> {
    store::use_recovery_code(tx, user, digest(user, code), services.clock.now()).await
}

/// New recovery codes: to be shown once, and their digests.
pub(super) fn new_recovery_codes(random: &Random, user: UserId) -> (Vec<String>, Vec<Vec<u8>>) {
    let codes: Vec<String> = (0..CODES).map(|_| code::grouped(&code::new::<{ code::SECRET }>(random))).collect();
    let digests = codes.iter().map(|code| digest(user, code)).collect();
    (codes, digests)
}

fn digest(user: UserId, typed: &str) -> Vec<u8> {
    let meant = code::meant::<{ code::SECRET }>(typed).unwrap_or_default();
    Sha256::digest([user.uuid().as_bytes().as_slice(), meant.as_bytes()].concat()).to_vec()
}

/// What a wrong code is told.
pub(super) fn wrong(field: &str) -> Objection {
    Objection::new(
        UserErrorCode::Invalid,
        field,
        words!(
            "Kode ini tidak cocok atau sudah dipakai; tunggu kode berikutnya, dan periksa jam ponsel Anda.",
            "This code is wrong or was used already; wait for the next one, and look at your phone's clock."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::privacy::Personal;

    /// RFC 6238, appendix B, for SHA-1, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let sealer = Sealer::new([7; 32], &[], Random::system());
        let factor = SecondFactor {
            user_id: Random::system().id(),
            sealed: Personal::new(sealer.seal(Use::SecondFactor, b"12345678901234567890").expect("sealed")),
            confirmed_at: None,
            last_step: 0,
            created_at: DateTime::UNIX_EPOCH,
        };
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).expect("a moment");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = |skew: i64| step_of(&sealer, &factor, code, at(seconds + skew)).expect("opened");
            assert_eq!(step(0), Some(seconds / 30), "{code}");
            assert_eq!((step(30), step(-30)), (Some(seconds / 30), Some(seconds / 30)), "one step of skew");
            assert_eq!((step(90), step(-90.max(-seconds))), (None, if seconds < 90 { step(-seconds) } else { None }));
        }
        assert_eq!(step_of(&sealer, &factor, "287 082", at(59)).expect("opened"), Some(1), "as apps show it");
        for none in ["", "28708", "2870822", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(&sealer, &factor, none, at(59)).expect("opened"), None, "{none}");
        }
    }

    #[test]
    fn recovery_codes_are_read_as_they_are_typed() {
        let user = Random::system().id();
        let (codes, digests) = new_recovery_codes(&Random::system(), user);
        assert_eq!((codes.len(), digests.iter().collect::<std::collections::BTreeSet<_>>().len()), (10, 10));
        for (code, known) in codes.iter().zip(&digests) {
            assert_eq!(code.len(), 19);
            let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            assert_eq!(digest(user, &typed), *known);
            assert_ne!(digest(Random::system().id(), code), *known, "another's");
        }
    }

    #[test]
    fn a_setup_can_be_pointed_at() {
        let random = Random::system();
        let secret: [u8; SECRET] = random.bytes();
        let totp = builder(&secret).with_issuer(Some("Akademi Nusa")).with_account_name("ani@example.org");
        let url = totp.build().expect("a setup").to_url().expect("an address");
        assert!(url.starts_with("otpauth://totp/Akademi%20Nusa:ani%40example.org?secret="), "{url}");
    }
}
