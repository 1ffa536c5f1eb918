//! What part of a file a request asks for (RFC 9110, 14): a player that jumps, a download that goes on.

use std::ops::Range;

use poem::http::{HeaderMap, Method, header};

/// What of a file is answered with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of it.
    Whole,
    /// These bytes.
    Bytes(Range<u64>),
    /// It has no such bytes.
    Nothing,
    /// The client has it already.
    Unchanged,
}

/// What is asked of a file of so many bytes with this entity tag. Several parts at once are answered with the whole, as the RFC allows.
#[must_use]
pub fn asked(method: &Method, headers: &HeaderMap, size: u64, tag: &str) -> Part {
    let says = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let known = says(header::IF_NONE_MATCH).is_some_and(|tags| {
        tags.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
    });
    if known {
        return Part::Unchanged;
    }
    // Only GET may ask for a part.
    if method != Method::GET {
        return Part::Whole;
    }
    // A part is of use only to who has the rest of the same file.
    if says(header::IF_RANGE).is_some_and(|one| one != tag) {
        return Part::Whole;
    }
    said(says(header::RANGE).unwrap_or_default(), size).unwrap_or(Part::Whole)
}

/// Nothing of what is no range of bytes, or more than one.
fn said(range: &str, size: u64) -> Option<Part> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok())?;
    let part = if first.is_empty() {
        size.saturating_sub(number(last)?)..size
    } else {
        let end = if last.is_empty() { size } else { number(last)?.saturating_add(1).min(size) };
        number(first)?..end
    };
    // One that ends before it starts means nothing; one that starts behind the end is there to be told so.
    let is_turned = !first.is_empty() && !last.is_empty() && number(last)? < number(first)?;
    (!is_turned).then_some(if part.start < part.end { Part::Bytes(part) } else { Part::Nothing })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[(header::HeaderName, &str)]) -> Part {
        let headers = all.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect();
        asked(&Method::GET, &headers, 100, "\"tag\"")
    }

    #[test]
    fn parts_are_as_the_rfc_has_them() {
        for (range, part) in [
            ("bytes=0-9", Part::Bytes(0..10)),
            ("bytes=90-", Part::Bytes(90..100)),
            ("bytes=90-500", Part::Bytes(90..100)),
            ("bytes=-10", Part::Bytes(90..100)),
            ("bytes=-500", Part::Bytes(0..100)),
            ("bytes=100-", Part::Nothing),
            ("bytes=500-600", Part::Nothing),
            ("bytes=9-0", Part::Whole),
            ("bytes=-0", Part::Nothing),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+0-+4", Part::Whole),
            ("lines=0-9", Part::Whole),
            ("bytes=x", Part::Whole),
        ] {
            assert_eq!(of(&[(header::RANGE, range)]), part, "{range}");
        }
        assert_eq!(of(&[]), Part::Whole);
        let range = (header::RANGE, "bytes=0-9");
        assert_eq!(of(&[range.clone(), (header::IF_RANGE, "\"tag\"")]), Part::Bytes(0..10));
        assert_eq!(of(&[range, (header::IF_RANGE, "\"other\"")]), Part::Whole);
        assert_eq!(of(&[(header::IF_NONE_MATCH, "\"other\", W/\"tag\"")]), Part::Unchanged);
    }
}
