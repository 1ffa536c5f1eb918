//! What the platform says to people, in both of its languages.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A language that the platform speaks. Course content may be in any language; messages are in these.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Bahasa Indonesia.
    #[serde(rename = "id")]
    Indonesian,
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The language of a BCP 47 tag, if the platform speaks it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.trim().to_ascii_lowercase().as_str() {
            "id" | "in" => Some(Self::Indonesian),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header (RFC 9110 12.5.4) that the platform speaks.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, &str)> = header
            .split(',')
            .take(16)
            .filter_map(|part| {
                let (tag, quality) = part.split_once(';').map_or((part, None), |(tag, rest)| (tag, Some(rest)));
                let quality = match quality {
                    None => 1.0,
                    Some(rest) => rest.trim().strip_prefix("q=")?.parse().ok()?,
                };
                (quality > 0.0).then_some((quality, tag.trim()))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.into_iter().find_map(|(_, tag)| Self::of_tag(tag))
    }

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }
}

/// The text as HTML that shows it to the letter.
#[must_use]
pub fn html_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Whether a name may stand in addresses: 2 to `most` small letters, digits and hyphens, no hyphen at an end.
#[must_use]
pub fn is_slug(name: &str, most: usize) -> bool {
    (2..=most).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether a text is one line that is read as it is written: no control characters, nothing that turns the direction of what follows
/// (which makes one name look like another), and something to be seen.
#[must_use]
pub fn is_line(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    let unseen = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    !text.chars().any(|c| c.is_control() || turns(c)) && text.chars().any(|c| !c.is_whitespace() && !unseen(c))
}

/// One message in both languages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Words {
    /// Bahasa Indonesia.
    pub id: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Words {
    /// The message in `language`.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Indonesian => &self.id,
            Language::English => &self.en,
        }
    }
}

/// The value, or the objection as the outcome of the verb.
macro_rules! or_object {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(objection) => return Ok(Err(objection)),
        }
    };
}

/// Makes [`Words`]: `words!("Kursus tidak ditemukan.", "There is no such course.")`; both may hold `{name}`s in scope.
#[macro_export]
macro_rules! words {
    ($id:literal, $en:literal $(,)?) => {
        $crate::platform::text::Words { id: format!($id).into(), en: format!($en).into() }
    };
}

/// Bytes in hexadecimal, small letters.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_language_that_we_speak_wins() {
        use Language::{English, Indonesian};
        for (header, language) in [
            ("id", Some(Indonesian)),
            ("id-ID,id;q=0.9,en;q=0.8", Some(Indonesian)),
            ("fr, en;q=0.5, id;q=0.7", Some(Indonesian)),
            ("en-GB", Some(English)),
            ("fr", None),
            ("id;q=0", None),
            ("", None),
            ("id;q=x", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
