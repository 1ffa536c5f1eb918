//! What an address, a password and a name must be like. No I/O.

use unicode_normalization::UnicodeNormalization;

use crate::platform::{
    graphql::{UserErrorCode, user_error::Objection},
    mail,
    text::is_line,
};

/// Where the password is the only factor (NIST SP 800-63B-4, 3.1.1.2); no rules of composition, none of age.
pub const PASSWORD_LEAST: usize = 15;
/// Where there is a second one.
pub const PASSWORD_LEAST_WITH_SECOND_FACTOR: usize = 8;
/// Far above the 64 that must be allowed; nothing is cut off.
pub const PASSWORD_MOST: usize = 1024;
const NAME_MOST: usize = 200;
const ADDRESS_MOST: usize = 254;

/// The form in which addresses and user names are compared. Longer texts than any of them are not looked at to their end: one letter
/// can have eighteen in this form.
#[must_use]
pub fn key(text: &str) -> String {
    text.trim().chars().take(PASSWORD_MOST).nfkc().flat_map(char::to_lowercase).collect()
}

/// Where mail to an address ends up: what providers let people add to their name makes no other person.
#[must_use]
pub fn mailbox(email: &str) -> String {
    let key = key(email);
    let Some((name, domain)) = key.rsplit_once('@') else { return key };
    let name = name.split('+').next().filter(|name| !name.is_empty()).unwrap_or(name);
    // Google's mail knows no dots.
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
        _ => format!("{name}@{domain}"),
    }
}

/// What a user name looks like (UTS 39, 4): names that look alike are one name.
#[must_use]
pub fn look(username: &str) -> String {
    unicode_security::skeleton(&key(username)).flat_map(char::to_lowercase).collect()
}

/// An address, trimmed.
///
/// # Errors
/// What is wrong with it.
pub fn email(text: &str) -> Result<String, Objection> {
    let text = text.trim();
    if text.len() <= ADDRESS_MOST && mail::is_address(text) {
        return Ok(text.to_owned());
    }
    Err(Objection::new(
        UserErrorCode::Invalid,
        "email",
        words!("Ini bukan alamat surel, misalnya ani@contoh.id.", "This is no mail address, such as ani@example.org."),
    ))
}

/// Words that are near at hand here, and that the library does not know: they are guessed first.
const COMMON: [&str; 40] = [
    "bismillah",
    "alhamdulillah",
    "subhanallah",
    "insyaallah",
    "astaghfirullah",
    "assalamualaikum",
    "muhammad",
    "allahuakbar",
    "indonesia",
    "nusantara",
    "merdeka",
    "garuda",
    "pancasila",
    "jakarta",
    "bandung",
    "surabaya",
    "yogyakarta",
    "semarang",
    "sayang",
    "sayangku",
    "cintaku",
    "akusayangkamu",
    "cantik",
    "ganteng",
    "rahasia",
    "katasandi",
    "sandi",
    "kucing",
    "keluarga",
    "terimakasih",
    "selamatdatang",
    "selamatpagi",
    "bapakibu",
    "anakku",
    "sekolah",
    "belajar",
    "guru",
    "murid",
    "sanggar",
    "akademi",
];

/// Of a password no more is judged: what is longer is no weaker.
const JUDGED: usize = 64;

/// A password: long enough, and not easily guessed by who knows `about` whom it is: their name, their addresses.
///
/// # Errors
/// What is wrong with it.
pub fn password(password: &str, field: &str, about: &[&str], has_second_factor: bool) -> Result<(), Objection> {
    let length = password.chars().count();
    let least = if has_second_factor { PASSWORD_LEAST_WITH_SECOND_FACTOR } else { PASSWORD_LEAST };
    if length < least {
        return Err(Objection::new(
            UserErrorCode::TooShort,
            field,
            words!(
                "Kata sandi paling sedikit {least} karakter; beberapa kata yang mudah diingat sudah cukup.",
                "A password has at least {least} characters; a few words that you remember will do."
            ),
        ));
    }
    if length > PASSWORD_MOST {
        return Err(Objection::new(
            UserErrorCode::TooLong,
            field,
            words!(
                "Kata sandi paling banyak {PASSWORD_MOST} karakter.",
                "A password has no more than {PASSWORD_MOST} characters."
            ),
        ));
    }
    let plain = key(password);
    let parts = about.iter().flat_map(|text| [key(text), key(text.split('@').next().unwrap_or_default())]);
    let parts: Vec<String> = parts.filter(|part| part.chars().count() >= 4).collect();
    let known: Vec<&str> = COMMON.into_iter().chain(parts.iter().flat_map(|part| part.split_whitespace())).collect();
    let judged: String = password.chars().take(JUDGED).collect();
    // Eight letters of no word are of the second score: a hundred guesses an hour, and the second factor behind them, are what guards them.
    let enough = if has_second_factor { zxcvbn::Score::Two } else { zxcvbn::Score::Three };
    let is_guessed = || zxcvbn::zxcvbn(&judged, &known).score() < enough;
    if parts.iter().any(|part| plain.contains(part)) || is_guessed() {
        return Err(Objection::new(
            UserErrorCode::TooWeak,
            field,
            words!(
                "Kata sandi ini mudah ditebak: jangan memakai nama, alamat surel, kata sandi yang umum, atau karakter yang diulang.",
                "This password is easy to guess: leave out your name, your address, common passwords and repeated characters."
            ),
        ));
    }
    Ok(())
}

/// A person's name, trimmed: any letters, no control characters.
///
/// # Errors
/// What is wrong with it.
pub fn full_name(text: &str) -> Result<String, Objection> {
    let name = text.trim();
    let objection = |code, words| Err(Objection::new(code, "fullName", words));
    if name.is_empty() {
        return objection(UserErrorCode::Required, words!("Isi nama Anda.", "Give your name."));
    }
    if name.chars().count() > NAME_MOST {
        return objection(
            UserErrorCode::TooLong,
            words!("Nama paling banyak {NAME_MOST} karakter.", "A name has no more than {NAME_MOST} characters."),
        );
    }
    if !is_line(name) {
        return objection(
            UserErrorCode::Invalid,
            words!(
                "Nama tidak memuat karakter kendali, dan ada yang tampak darinya.",
                "A name holds no control characters, and something of it is seen."
            ),
        );
    }
    Ok(name.to_owned())
}

/// A user name: 3 to 30 small letters, digits, dots and underscores, starting with a letter; and not one of ours.
///
/// # Errors
/// What is wrong with it.
pub fn username(text: &str) -> Result<String, Objection> {
    const RESERVED: [&str; 12] = [
        "admin",
        "administrator",
        "root",
        "support",
        "system",
        "sanggar",
        "help",
        "api",
        "graphql",
        "privacy",
        "security",
        "moderator",
    ];
    let name = key(text);
    let sound = (3..=30).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
    if !sound {
        return Err(Objection::new(
            UserErrorCode::Invalid,
            "username",
            words!(
                "Nama pengguna 3 sampai 30 huruf kecil, angka, titik, atau garis bawah, diawali huruf.",
                "A user name is 3 to 30 small letters, digits, dots and underscores, and starts with a letter."
            ),
        ));
    }
    // However it is dressed up.
    let bare = |name: &str| {
        let letters: String = name.chars().filter(|c| !matches!(c, '.' | '_')).collect();
        look(letters.trim_end_matches(|c: char| c.is_ascii_digit())).replace('i', "l")
    };
    if RESERVED.iter().any(|reserved| bare(reserved) == bare(&name)) {
        return Err(Objection::new(
            UserErrorCode::Taken,
            "username",
            words!("Nama pengguna ini sudah dipakai.", "This user name is taken."),
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords() {
        let of = |text: &str, second| {
            password(text, "password", &["ani@example.org", "Ani Wijaya"], second).err().map(|o| o.code)
        };
        let judge = |text: &str| of(text, false);
        assert_eq!(judge("fourteen chars"), Some(UserErrorCode::TooShort));
        assert_eq!(judge("fifteen chars!!"), None);
        assert_eq!(judge("kuda baterai stapler benar"), None);
        assert_eq!(judge(&"long and fine, is it not? ".repeat(20)), None);
        assert_eq!(judge("🦜🌋🐘🛶🌴🦧🐅🏝🦚🐉🎋🍍🥥🦑🐡"), None, "any letters");
        assert_eq!(judge(&"x1".repeat(600)), Some(UserErrorCode::TooLong));
        for guessed in [
            "aaaaaaaaaaaaaaaaaaaa",
            "ani wijaya dan kucing",
            "ANI@EXAMPLE.ORG rahasia",
            "passwordpassword",
            "123456789012345678",
            "qwertyuiopasdfgh",
            "bismillahbismillah",
            "Katasandi12345678",
            "sayangsayangsayang",
        ] {
            assert_eq!(judge(guessed), Some(UserErrorCode::TooWeak), "{guessed}");
        }
        assert_eq!(of("password1", true), Some(UserErrorCode::TooWeak));
        assert_eq!(of("seven!7", true), Some(UserErrorCode::TooShort));
        assert_eq!(of("vb7#kQ2m", true), None, "with a second factor");
    }

    #[test]
    fn user_names() {
        for good in ["ani", "ani.wijaya_9"] {
            assert_eq!(username(good), Ok(good.to_owned()));
        }
        assert_eq!(username("ＡＮＩ"), Ok("ani".to_owned()), "wide letters are the same letters");
        for bad in ["an", "9ani", "ani wijaya", "аni", &"a".repeat(31), ""] {
            assert_eq!(username(bad).err().map(|o| o.code), Some(UserErrorCode::Invalid), "{bad}");
        }
        assert_eq!(username("Admin").err().map(|o| o.code), Some(UserErrorCode::Taken));
    }

    /// The migration that gave names their looks knows these letters by itself.
    #[test]
    fn looks() {
        for letter in ('a'..='z').chain('0'..='9').chain(['.', '_']) {
            let letter = letter.to_string();
            let known = match letter.as_str() {
                "0" => "o",
                "1" => "l",
                "m" => "rn",
                other => other,
            };
            assert_eq!(look(&letter), known);
        }
        assert_eq!(look("Budi.1m0"), "budi.lrno");
        assert_eq!(username("r00t").err().map(|o| o.code), Some(UserErrorCode::Taken), "looks like root");
        for dressed in ["adm1n", "admln", "admin1", "admin_", "a.dmin", "supp0rt"] {
            assert_eq!(username(dressed).err().map(|o| o.code), Some(UserErrorCode::Taken), "{dressed}");
        }
        assert_eq!(username("adrnin").err().map(|o| o.code), Some(UserErrorCode::Taken));
    }

    #[test]
    fn addresses() {
        for good in ["ani@example.org", " ani+les@example.co.id "] {
            assert_eq!(email(good), Ok(good.trim().to_owned()));
        }
        for bad in ["", "ani", "ani@", "@example.org", "ani@exa mple.org", "ani@example.org\r\nBcc: x@y.z"] {
            assert_eq!(email(bad).err().map(|o| o.code), Some(UserErrorCode::Invalid), "{bad}");
        }
    }
}
