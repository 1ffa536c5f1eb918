//! What files are called, and what of them may be shown. No I/O.

use percent_encoding::percent_decode_str;

use crate::uploads::media_type;

/// Characters of a file's name at most.
pub const NAME: usize = 255;

/// What a browser plays or shows by itself, and nothing in it acts. All else is handed over as a download.
const SHOWN: [&str; 14] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/webm",
    "video/quicktime",
    "video/x-m4v",
    "audio/mpeg",
    "audio/m4a",
    "audio/ogg",
    "audio/opus",
    "audio/x-wav",
];

/// What may be said of a file that is handed over as a download: these do nothing by themselves.
const HANDED_OVER: [&str; 3] = ["application/pdf", "application/zip", media_type::TEXT];

/// Whether a lesson may be this: something that plays, or a document to read.
#[must_use]
pub fn is_media(media_type: &str) -> bool {
    is_shown(media_type) || media_type == "application/pdf"
}

/// Whether a file of this type is shown where it is, and not handed over.
#[must_use]
pub fn is_shown(media_type: &str) -> bool {
    SHOWN.contains(&media_type)
}

/// What is said of a file of this type to who fetches it.
#[must_use]
pub fn served_as(media_type: &str) -> &str {
    let is_office = media_type.starts_with("application/vnd.o") || media_type.starts_with("application/vnd.ms-");
    if is_shown(media_type) || is_office || HANDED_OVER.contains(&media_type) { media_type } else { media_type::BYTES }
}

/// A name without folders and without what no name has.
#[must_use]
pub fn bare(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control() && !turns_text(*c)).take(NAME).collect();
    let name = name.trim().trim_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

/// Whether a character turns the direction of what follows: with it, a name can look like another one.
#[must_use]
pub const fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The name, or one like it that none of these has: `a.png`, `a (2).png`.
#[must_use]
pub fn free(name: &str, taken: &[String]) -> String {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let numbered = (2..).map(|number| {
        let tail = format!(" ({number}){ending}");
        let stem: String = stem.chars().take(NAME - tail.chars().count()).collect();
        format!("{stem}{tail}")
    });
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default()
}

/// What a link in the text of a lesson calls a file of that lesson: `images/a.png` of `../images/a%2Epng?raw=true`, `b.png` of
/// `/static/b.png`. Nothing of what leads to another site.
#[must_use]
pub fn meant(link: &str) -> Option<String> {
    if link.starts_with(['#', '?']) || link.starts_with("//") || link.contains("://") {
        return None;
    }
    let path = link.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let mut rest = path.strip_prefix("/static/").or_else(|| path.strip_prefix('/')).unwrap_or(&path);
    while let Some(shorter) = rest.strip_prefix("./").or_else(|| rest.strip_prefix("../")) {
        rest = shorter;
    }
    (!rest.is_empty() && !rest.starts_with('/')).then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bare_and_free() {
        for (given, name) in [
            ("C:\\kuliah\\bab 1.pdf", "bab 1.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb.txt", "ab.txt"),
            ("faktur\u{202e}fdp.exe", "fakturfdp.exe"),
            ("..", "file"),
            ("", "file"),
        ] {
            assert_eq!(bare(given), name);
        }
        assert_eq!(bare(&"x".repeat(1000)).len(), NAME);
        let taken = ["a.png".to_owned(), "a (2).png".to_owned(), "b".to_owned()];
        assert_eq!(free("a.png", &taken), "a (3).png");
        assert_eq!(free("b", &taken), "b (2)");
        assert_eq!(free("c.png", &taken), "c.png");
        let long = "x".repeat(NAME);
        assert_eq!(free(&long, std::slice::from_ref(&long)).chars().count(), NAME);
    }

    #[test]
    fn links_mean_files() {
        for (link, name) in [
            ("/static/biji kopi.png", Some("biji kopi.png")),
            ("../../images/a%20b.png?raw=true", Some("images/a b.png")),
            ("./a.png#x", Some("a.png")),
            ("100%.png", Some("100%.png")),
            ("https://example.org/a.png", None),
            ("//example.org/a.png", None),
            ("/images/a.png", Some("images/a.png")),
            ("#a", None),
            ("%ff", None),
            ("..", Some("..")),
            ("../", None),
        ] {
            assert_eq!(meant(link).as_deref(), name, "{link}");
        }
    }

    #[test]
    fn what_acts_is_handed_over_as_bytes() {
        for media_type in ["text/html", "text/xml", "application/x-executable", "application/x-shockwave-flash"] {
            assert!(!is_shown(media_type) && !is_media(media_type));
            assert_eq!(served_as(media_type), media_type::BYTES);
        }
        assert!(is_media("application/pdf") && !is_shown("application/pdf"));
    }
}
