//! What a profile may hold. No I/O.

use super::model::{PostalAddress, SocialLink};
use crate::platform::graphql::{
    UserErrorCode,
    user_error::{self, Objection},
};

const LINKS_MOST: usize = 10;

/// A text that its owner may show: trimmed, of a bounded length, with no control characters but line ends.
pub(super) fn text(text: &str, field: &str, most: usize) -> Result<String, Objection> {
    let text = text.trim();
    user_error::bounded(text, field, most)?;
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Objection::new(
            UserErrorCode::Invalid,
            field,
            words!("Tanpa karakter kendali.", "No control characters."),
        ));
    }
    Ok(text.to_owned())
}

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
        text(&link.platform, &format!("socialLinks.{index}.platform"), 50)?;
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

/// An address with a country of two letters (ISO 3166-1).
pub(super) fn address(address: PostalAddress) -> Result<PostalAddress, Objection> {
    let country = address.country.trim().to_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Objection::new(
            UserErrorCode::Invalid,
            "billingAddress.country",
            words!("Kode negara dua huruf, misalnya ID.", "A country code of two letters, such as ID."),
        ));
    }
    let part = |part: &str, field: &str| text(part, &format!("billingAddress.{field}"), 200);
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
    fn links_are_https() {
        let link = |url: &str| vec![SocialLink { platform: "web".to_owned(), url: url.to_owned() }];
        assert!(links(link("https://example.org/me")).is_ok());
        assert!(links(link("http://example.org/me")).is_err());
        assert!(links(link("javascript:alert(1)")).is_err());
    }
}
