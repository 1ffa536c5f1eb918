//! The mails of this room.

use url::Url;

use super::{model::TokenPurpose, store};
use crate::{
    academies::AcademyRow,
    audit::Action,
    notifications::notify,
    platform::{
        db::Tx,
        fault::Fault,
        graphql::Services,
        mail::{self, Letter},
        privacy::{Duty, Role, UserId},
        text::{Language, Words},
    },
};

/// How long the link of [`verify_address`] works, in hours.
pub const VERIFY_HOURS: i64 = 24;

/// How long an invitation is good, in days.
pub const INVITATION_DAYS: i64 = 7;
/// How long the link of a new password works, in minutes.
pub const RESET_MINUTES: i64 = 10;

/// Holds what proves something: a link where the server knows its own address, a code to type else.
#[must_use]
pub fn proving(academy: &str, purpose: TokenPurpose, public_url: Option<&Url>, token: &str) -> Letter {
    match purpose {
        TokenPurpose::VerifyEmail => verify_address(academy, target(public_url, "verify-email", token)),
        TokenPurpose::ChangeEmail => confirm_address(academy, target(public_url, "confirm-email", token)),
        TokenPurpose::ResetPassword => reset_password(academy, target(public_url, "reset-password", token)),
        TokenPurpose::ConfirmGuardianship => {
            confirm_guardianship(academy, target(public_url, "confirm-guardianship", token))
        }
        TokenPurpose::Invitation => invitation(academy, target(public_url, "reset-password", token)),
        // These are typed where they were asked for.
        TokenPurpose::Reauthenticate | TokenPurpose::CompleteMfa | TokenPurpose::CompleteRegistration => {
            prove_presence(academy, token.to_owned())
        }
    }
}

fn verify_address(academy: &str, target: String) -> Letter {
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

fn confirm_address(academy: &str, target: String) -> Letter {
    Letter {
        subject: words!("Konfirmasi alamat baru Anda di {academy}", "Confirm your new address at {academy}"),
        paragraphs: vec![
            words!(
                "Sebuah akun di {academy} hendak memakai alamat ini.",
                "An account at {academy} is to have this address."
            ),
            words!(
                "Jika itu akun Anda, konfirmasikan dalam {VERIFY_HOURS} jam. Jika bukan, abaikan surat ini.",
                "If the account is yours, confirm it within {VERIFY_HOURS} hours. If not, ignore this mail."
            ),
        ],
        action: Some((words!("Konfirmasi", "Confirm"), target)),
    }
}

fn reset_password(academy: &str, target: String) -> Letter {
    Letter {
        subject: words!("Kata sandi baru di {academy}", "A new password at {academy}"),
        paragraphs: vec![
            words!(
                "Seseorang meminta kata sandi baru untuk akun Anda di {academy}.",
                "Somebody asked for a new password for your account at {academy}."
            ),
            words!(
                "Jika itu Anda, pilih kata sandi dalam {RESET_MINUTES} menit. Jika bukan, abaikan surat ini: kata sandi Anda tetap berlaku.",
                "If that was you, choose it within {RESET_MINUTES} minutes. If not, ignore this mail: your password stays what it is."
            ),
        ],
        action: Some((words!("Pilih kata sandi", "Choose a password"), target)),
    }
}

fn confirm_guardianship(academy: &str, target: String) -> Letter {
    Letter {
        subject: words!("Seorang anak hendak belajar di {academy}", "A child wants to learn at {academy}"),
        paragraphs: vec![
            words!(
                "Seseorang yang belum cukup umur mendaftar di {academy} dan menyebut Anda sebagai orang tua atau walinya.",
                "Somebody who is not of age registered at {academy} and named you as their parent or guardian."
            ),
            words!(
                "Masuk atau mendaftarlah di {academy}, lalu izinkan atau tolak dalam {INVITATION_DAYS} hari. Tanpa jawaban Anda, data anak itu dihapus.",
                "Sign in or register at {academy}, then agree or refuse within {INVITATION_DAYS} days. Without your answer, what the child gave is removed."
            ),
        ],
        action: Some((words!("Jawab", "Answer"), target)),
    }
}

fn invitation(academy: &str, target: String) -> Letter {
    Letter {
        subject: words!("Anda diundang ke {academy}", "You are invited to {academy}"),
        paragraphs: vec![
            words!(
                "{academy} membuat akun untuk Anda dengan alamat ini.",
                "{academy} has made an account for you with this address."
            ),
            words!(
                "Pilih kata sandi dalam {INVITATION_DAYS} hari, lalu baca dan setujui kebijakannya. Jika Anda tidak mau, abaikan surat ini: akun itu lalu dihapus.",
                "Choose a password within {INVITATION_DAYS} days, then read its policy and agree to it. If you would rather not, ignore this mail: the account is removed then."
            ),
        ],
        action: Some((words!("Pilih kata sandi", "Choose a password"), target)),
    }
}

/// The guardian has agreed: to the minor.
#[must_use]
pub fn guardian_agreed(academy: &str) -> Letter {
    Letter {
        subject: words!("Anda boleh masuk ke {academy}", "You may come in to {academy}"),
        paragraphs: vec![words!(
            "Orang tua atau wali Anda sudah memberi izin: Anda kini dapat masuk ke {academy}.",
            "Your parent or guardian has agreed: you can sign in to {academy} now."
        )],
        action: None,
    }
}

/// The account was suspended.
#[must_use]
pub fn suspended(academy: &str, reason: &str) -> Letter {
    Letter {
        subject: words!("Akun Anda di {academy} ditangguhkan", "Your account at {academy} is suspended"),
        paragraphs: vec![
            words!(
                "Akun Anda di {academy} ditangguhkan, dengan alasan:",
                "Your account at {academy} is suspended, because:"
            ),
            words!("{reason}", "{reason}"),
            words!(
                "Anda tetap dapat masuk untuk membaca alasan ini, mengurus akun Anda, dan mengajukan keberatan.",
                "You can still sign in to read this, to look after your account, and to contest it."
            ),
        ],
        action: None,
    }
}

/// The suspension was lifted.
#[must_use]
pub fn suspension_lifted(academy: &str, reason: &str) -> Letter {
    Letter {
        subject: words!("Akun Anda di {academy} dipulihkan", "Your account at {academy} is back"),
        paragraphs: vec![
            words!(
                "Penangguhan akun Anda di {academy} dicabut, dengan alasan:",
                "The suspension of your account at {academy} was lifted, because:"
            ),
            words!("{reason}", "{reason}"),
        ],
        action: None,
    }
}

/// What a person may do was changed.
#[must_use]
pub fn role_changed(academy: &str, role: Role, granted: bool) -> Letter {
    let role = role.as_str();
    told(
        words!("Peran Anda di {academy} berubah", "What you may do at {academy} has changed"),
        if granted {
            words!("Anda kini {role} di {academy}; masuklah lagi.", "You are {role} at {academy} now; sign in again.")
        } else {
            words!(
                "Anda bukan {role} lagi di {academy}; masuklah lagi.",
                "You are {role} no more at {academy}; sign in again."
            )
        },
    )
}

fn prove_presence(academy: &str, code: String) -> Letter {
    Letter {
        subject: words!("Kode Anda di {academy}", "Your code at {academy}"),
        paragraphs: vec![words!(
            "Ketikkan kode ini dalam {RESET_MINUTES} menit untuk membuktikan bahwa ini Anda. Jika Anda tidak memintanya, ada orang lain yang masuk dengan akun Anda: ganti kata sandi Anda.",
            "Type this code within {RESET_MINUTES} minutes to prove that it is you. If you did not ask for it, somebody else is signed in to your account: change your password."
        )],
        action: Some((words!("Kode", "Code"), code)),
    }
}

/// What happened to an account, to its owner; what to do if that was not them.
fn told(subject: Words, happened: Words) -> Letter {
    let otherwise = words!(
        "Jika bukan Anda yang melakukannya, pilih kata sandi baru sekarang (lupa kata sandi) dan hubungi akademi ini.",
        "If that was not you, choose a new password now (forgotten password) and write to this academy."
    );
    Letter { subject, paragraphs: vec![happened, otherwise], action: None }
}

/// Another password was set.
#[must_use]
pub fn password_changed(academy: &str) -> Letter {
    told(
        words!("Kata sandi Anda di {academy} diganti", "Your password at {academy} was changed"),
        words!(
            "Kata sandi akun Anda di {academy} diganti, dan semua sesi lain diakhiri.",
            "The password of your account at {academy} was changed, and all other sessions have ended."
        ),
    )
}

/// Another address is asked for: to the one that the account has.
#[must_use]
pub fn email_changes(academy: &str) -> Letter {
    told(
        words!("Alamat surel Anda di {academy} akan diganti", "Your mail address at {academy} is to change"),
        words!(
            "Akun Anda di {academy} akan memakai alamat lain, begitu alamat itu dikonfirmasi.",
            "Your account at {academy} is to have another address, as soon as that one is confirmed."
        ),
    )
}

/// The account has another address: to the one that it had.
#[must_use]
pub fn email_changed(academy: &str) -> Letter {
    told(
        words!("Alamat surel Anda di {academy} diganti", "Your mail address at {academy} was changed"),
        words!(
            "Akun Anda di {academy} kini memakai alamat lain; ke alamat yang lama tidak ada surat lagi.",
            "Your account at {academy} has another address now; no more mail goes to the one that it had."
        ),
    )
}

/// A second factor is asked for.
#[must_use]
pub fn mfa_enabled(academy: &str) -> Letter {
    told(
        words!("Faktor kedua di {academy} aktif", "The second factor at {academy} is on"),
        words!(
            "Akun Anda di {academy} kini meminta kode aplikasi autentikator saat masuk. Simpan kode pemulihannya.",
            "Your account at {academy} asks for a code of your authenticator app from now on. Keep the recovery codes."
        ),
    )
}

/// No second factor is asked for any more.
#[must_use]
pub fn mfa_disabled(academy: &str) -> Letter {
    told(
        words!("Faktor kedua di {academy} dimatikan", "The second factor at {academy} is off"),
        words!(
            "Akun Anda di {academy} tidak lagi meminta kode saat masuk.",
            "Your account at {academy} asks for no code any more when you sign in."
        ),
    )
}

/// Somebody guesses at the password.
#[must_use]
pub fn password_guessed(academy: &str) -> Letter {
    Letter {
        subject: words!(
            "Seseorang menebak kata sandi Anda di {academy}",
            "Somebody guesses at your password at {academy}"
        ),
        paragraphs: vec![
            words!(
                "Kata sandi akun Anda di {academy} berulang kali salah dimasukkan. Kami memperlambat tebakan itu; dari perangkat yang pernah Anda pakai, Anda tetap dapat masuk.",
                "The password of your account at {academy} was given wrongly again and again. We slow that down; from a device that you have used before you still get in."
            ),
            words!(
                "Jika itu bukan Anda dan kata sandi ini Anda pakai juga di tempat lain, gantilah, dan pasang faktor kedua.",
                "If that was not you, and you use this password elsewhere too, change it, and set up a second factor."
            ),
        ],
        action: None,
    }
}

/// Somebody guesses at the second factor: they are past the password.
#[must_use]
pub fn second_factor_guessed(academy: &str) -> Letter {
    told(
        words!("Seseorang menebak kode Anda di {academy}", "Somebody guesses at your code at {academy}"),
        words!(
            "Seseorang masuk ke akun Anda di {academy} sampai ke kode faktor kedua, lalu berulang kali salah. Ia tahu kata sandi Anda, atau menguasai akun Anda di penyedia masuk.",
            "Somebody signed in to your account at {academy} as far as the code of the second factor, which was wrong again and again. They know your password, or have your account at a log-in provider."
        ),
    )
}

/// The recovery codes were replaced.
#[must_use]
pub fn recovery_codes_replaced(academy: &str) -> Letter {
    told(
        words!("Kode pemulihan baru di {academy}", "New recovery codes at {academy}"),
        words!(
            "Kode pemulihan akun Anda di {academy} diganti; yang lama tidak berlaku lagi.",
            "The recovery codes of your account at {academy} were replaced; the old ones are not good any more."
        ),
    )
}

/// Somebody signed in by a recovery code.
#[must_use]
pub fn recovery_code_used(academy: &str, left: i64) -> Letter {
    told(
        words!("Kode pemulihan dipakai di {academy}", "A recovery code was used at {academy}"),
        words!(
            "Seseorang masuk ke akun Anda di {academy} dengan kode pemulihan; tersisa {left}.",
            "Somebody signed in to your account at {academy} with a recovery code; {left} are left."
        ),
    )
}

/// An account at a log-in provider was linked.
#[must_use]
pub fn identity_linked(academy: &str) -> Letter {
    told(
        words!("Cara masuk baru di {academy}", "A new way to sign in at {academy}"),
        words!(
            "Mulai sekarang akun Anda di {academy} dapat dimasuki juga lewat penyedia yang baru ditautkan.",
            "From now on your account at {academy} can also be signed in to by the provider that was just linked."
        ),
    )
}

/// An account at a log-in provider was unlinked.
#[must_use]
pub fn identity_unlinked(academy: &str) -> Letter {
    told(
        words!("Satu cara masuk dilepas di {academy}", "A way to sign in at {academy} is gone"),
        words!(
            "Akun Anda di {academy} tidak dapat dimasuki lagi lewat penyedia yang baru dilepas.",
            "Your account at {academy} can't be signed in to any more by the provider that was just unlinked."
        ),
    )
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
                "Jika itu Anda, masuklah dengan akun yang sudah ada, atau pilih kata sandi baru (lupa kata sandi). Jika bukan, tidak perlu berbuat apa-apa.",
                "If that was you, sign in with the account that you have, or choose a new password (forgotten password). If not, there is nothing to do."
            ),
        ],
        action: None,
    }
}

/// Where the link of a mail leads, or the bare token where the server has no public address.
fn target(public_url: Option<&Url>, page: &str, token: &str) -> String {
    public_url.map_or_else(
        || token.to_owned(),
        |base| {
            let mut url = base.clone();
            url.set_path(page);
            // Behind the #, where no server and no log sees it.
            url.set_fragment(Some(token));
            url.to_string()
        },
    )
}

/// Tells a person what happened: in the client, and by mail in `language` where they have an address.
///
/// # Errors
/// Those of the database.
pub async fn to_person(
    tx: &mut Tx,
    services: &Services,
    academy: &AcademyRow,
    (user, language): (UserId, Language),
    happened: Action,
    letter: &Letter,
) -> Result<(), Fault> {
    notify(tx, services, user, happened, letter).await?;
    let login = store::login_of(tx, user).await?;
    let Some(address) = login.and_then(|login| login.email.for_duty(Duty::Mail).clone()) else { return Ok(()) };
    mail::post(tx, services, &academy.name, (Some(user), &address), language, letter).await
}

/// Tells the academy's reviewers that something waits for them; its admins, where it has no reviewer.
///
/// # Errors
/// Those of the database.
pub async fn to_reviewers(
    tx: &mut Tx,
    services: &Services,
    academy: &AcademyRow,
    happened: Action,
    letter: &Letter,
) -> Result<(), Fault> {
    let mut told = store::in_office(tx, Role::Reviewer).await?;
    if told.is_empty() {
        told = store::in_office(tx, Role::Admin).await?;
    }
    for person in told {
        to_person(tx, services, academy, (person, academy.language()), happened, letter).await?;
    }
    Ok(())
}
