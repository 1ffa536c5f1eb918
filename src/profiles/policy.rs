//! What a profile may hold. No I/O.

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};

use super::model::{PostalAddress, SocialLink};
use crate::platform::graphql::{
    UserErrorCode,
    user_error::{self, Objection},
};

const LINKS_MOST: usize = 10;

/// Links: https only, each with a platform's name.
pub(super) fn links(links: Vec<SocialLink>) -> Result<Vec<SocialLink>, Objection> {
    if links.len() > LINKS_MOST {
        return Err(Objection::new(
            UserErrorCode::LimitReached,
            "socialLinks",
            words!("Paling banyak {LINKS_MOST} tautan.", "No more than {LINKS_MOST} links."),
        ));
    }
    for (index, link) in links.iter().enumerate() {
        user_error::lines(&link.platform, &format!("socialLinks.{index}.platform"), 50)?;
        user_error::bounded(&link.url, &format!("socialLinks.{index}.url"), 2000)?;
        if !link.url.starts_with("https://") {
            return Err(Objection::new(
                UserErrorCode::Invalid,
                &format!("socialLinks.{index}.url"),
                words!("Tautan harus dimulai dengan https://.", "A link starts with https://."),
            ));
        }
    }
    Ok(links)
}

/// A telephone number in E.164: a plus and 8 to 15 digits; spaces, hyphens, dots and brackets are left out.
pub(super) fn phone(text: &str) -> Result<String, Objection> {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
    {
        return Ok(number);
    }
    Err(Objection::new(
        UserErrorCode::Invalid,
        "phone",
        words!(
            "Tulis nomor dengan kode negara, misalnya +62 812 3456 7890.",
            "Write the number with its country code, such as +62 812 3456 7890."
        ),
    ))
}

/// In years: who is younger is a child before the law (Law 35/2014, article 1).
const OF_AGE: u32 = 18;

/// Nobody was ever older by much.
pub const OLDEST: u32 = 130;

/// Years since a birth: whole ones, on a day.
#[must_use]
pub fn age(born: NaiveDate, today: NaiveDate) -> Option<u32> {
    today.years_since(born)
}

/// The day on which who was born on a day comes of age.
#[must_use]
pub fn of_age_on(born: NaiveDate) -> Option<NaiveDate> {
    let day = born.checked_add_months(Months::new(12 * OF_AGE))?;
    // Who was born on 29 February: the day after the 28th.
    if day.day() == born.day() { Some(day) } else { day.succ_opt() }
}

/// Whether the day has not begun everywhere.
#[must_use]
pub fn is_before(now: DateTime<Utc>, day: NaiveDate) -> bool {
    earliest_today(now) < day
}

/// Today where it begins last: what holds there holds wherever a person may be.
#[must_use]
pub fn earliest_today(now: DateTime<Utc>) -> NaiveDate {
    (now - TimeDelta::hours(12)).date_naive()
}

/// An address with a country of two letters (ISO 3166-1).
pub(super) fn address(address: PostalAddress) -> Result<PostalAddress, Objection> {
    let country = address.country.trim().to_ascii_uppercase();
    if rust_iso3166::from_alpha2(&country).is_none() {
        return Err(Objection::new(
            UserErrorCode::Invalid,
            "billingAddress.country",
            words!("Kode negara dua huruf, misalnya ID.", "A country code of two letters, such as ID."),
        ));
    }
    let part = |part: &str, field: &str| user_error::lines(part, &format!("billingAddress.{field}"), 200);
    let other = |other: Option<String>, field: &str| other.map(|other| part(&other, field)).transpose();
    Ok(PostalAddress {
        country,
        line1: part(&address.line1, "line1")?,
        line2: other(address.line2, "line2")?,
        city: part(&address.city, "city")?,
        region: other(address.region, "region")?,
        postal_code: other(address.postal_code, "postalCode")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers() {
        for (text, number) in [("+62 812-3456-7890", "+6281234567890"), ("+1 (212) 555.0100", "+12125550100")] {
            assert_eq!(phone(text), Ok(number.to_owned()));
        }
        for text in ["0812 3456 7890", "+62", "+62 812 3456 7890 1234 5", "+62x8123456", "", "+0123456789"] {
            assert_eq!(phone(text).err().map(|o| o.code), Some(UserErrorCode::Invalid), "{text}");
        }
    }

    #[test]
    fn ages() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!(age(day("2008-11-22"), day("2026-11-21")), Some(17));
        assert_eq!(age(day("2008-11-22"), day("2026-11-22")), Some(18));
        assert_eq!(age(day("2027-01-01"), day("2026-11-22")), None, "not born yet");
        assert_eq!(of_age_on(day("2008-11-22")), Some(day("2026-11-22")));
        assert_eq!(of_age_on(day("2008-02-29")), Some(day("2026-03-01")));
        let now = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
        assert!(is_before(now("2026-11-22T11:59:59Z"), day("2026-11-22")), "still the 21st somewhere");
        assert!(!is_before(now("2026-11-22T12:00:00Z"), day("2026-11-22")));
    }

    #[test]
    fn countries_are_those_of_the_standard() {
        let of = |country: &str| {
            let line = || "Jl. Melati 1".to_owned();
            let country = country.to_owned();
            address(PostalAddress {
                line1: line(),
                line2: None,
                city: line(),
                region: None,
                postal_code: None,
                country,
            })
        };
        assert_eq!(of(" id").map(|address| address.country), Ok("ID".to_owned()));
        for none in ["XX", "IDN", "", "I", "Indonesia", "ＩＤ"] {
            assert_eq!(of(none).err().map(|o| o.code), Some(UserErrorCode::Invalid), "{none}");
        }
    }

    #[test]
    fn links_are_https() {
        let link = |url: &str| vec![SocialLink { platform: "web".to_owned(), url: url.to_owned() }];
        assert!(links(link("https://example.org/me")).is_ok());
        assert!(links(link("http://example.org/me")).is_err());
        assert!(links(link("javascript:alert(1)")).is_err());
    }
}
