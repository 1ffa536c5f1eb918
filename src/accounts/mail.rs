//! The mails of this room.

use super::store;
use crate::{
    academies::AcademyRow,
    platform::{
        db::Tx,
        fault::Fault,
        graphql::Services,
        mail::{self, Letter},
        privacy::{Duty, UserId},
    },
};

/// How long the link of [`verify_address`] works, in hours.
pub const VERIFY_HOURS: i64 = 24;

/// Proves that an address is the person's: a link where the server knows its own address, a code to type else.
#[must_use]
pub fn verify_address(academy: &str, target: String) -> Letter {
    Letter {
        subject: words!("Konfirmasi alamat surel Anda di {academy}", "Confirm your mail address at {academy}"),
        paragraphs: vec![
            words!(
                "Seseorang mendaftar di {academy} dengan alamat ini.",
                "Somebody registered at {academy} with this address."
            ),
            words!(
                "Jika itu Anda, konfirmasikan dalam {VERIFY_HOURS} jam. Jika bukan, abaikan surat ini: tanpa konfirmasi, tidak terjadi apa-apa.",
                "If that was you, confirm it within {VERIFY_HOURS} hours. If not, ignore this mail: nothing happens without it."
            ),
        ],
        action: Some((words!("Konfirmasi", "Confirm"), target)),
    }
}

/// Tells the owner of an address that somebody tried to register with it.
#[must_use]
pub fn address_in_use(academy: &str) -> Letter {
    Letter {
        subject: words!("Anda sudah punya akun di {academy}", "You have an account at {academy} already"),
        paragraphs: vec![
            words!(
                "Seseorang mencoba mendaftar di {academy} dengan alamat ini.",
                "Somebody tried to register at {academy} with this address."
            ),
            words!(
                "Jika itu Anda, masuklah dengan akun yang sudah ada. Jika bukan, tidak perlu berbuat apa-apa.",
                "If that was you, sign in with the account that you have. If not, there is nothing to do."
            ),
        ],
        action: None,
    }
}

/// Where the link of a mail leads, or the bare token where the server has no public address.
#[must_use]
pub fn target(public_url: Option<&url::Url>, token: &str) -> String {
    public_url.map_or_else(
        || token.to_owned(),
        |base| {
            let mut url = base.clone();
            url.set_path("/verify-email");
            url.set_fragment(Some(token));
            url.to_string()
        },
    )
}

/// Mails a person, in the academy's language, where they have an address.
///
/// # Errors
/// Those of the database.
pub async fn to_person(
    tx: &mut Tx,
    services: &Services,
    academy: &AcademyRow,
    user: UserId,
    letter: &Letter,
) -> Result<(), Fault> {
    let login = store::login_of(tx, user).await?;
    let Some(address) = login.and_then(|login| login.email.for_duty(Duty::Mail).clone()) else { return Ok(()) };
    mail::post(tx, services, &academy.name, (Some(user), &address), academy.language(), letter).await
}
