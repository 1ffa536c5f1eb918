//! The first look at a document: its tokens, its nesting and its directives, counted byte by byte.

use super::Rejected;
use crate::platform::{config::Limits, fault::Code};

/// Counts tokens, nesting and directives without building anything.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<(), Rejected> {
    let too = |words| Err(Rejected { code: Code::QueryTooComplex, words });
    if text.len() > limits.document_bytes {
        let most = limits.document_bytes;
        return too(words!("Dokumen lebih dari {most} bita.", "The document has more than {most} bytes."));
    }
    let bytes = text.as_bytes();
    let (mut at, mut tokens, mut directives, mut open) = (0, 0_usize, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                // A comment ends where the parser ends it: at either kind of line end.
                at = skip(bytes, at, |byte| !matches!(byte, b'\n' | b'\r'));
                continue;
            }
            b'"' => at = string_end(bytes, at),
            b'{' | b'(' | b'[' => {
                open += 1;
                at += 1;
            }
            b'}' | b')' | b']' => {
                open = open.saturating_sub(1);
                at += 1;
            }
            b'@' => {
                directives += 1;
                at += 1;
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' => {
                at = skip(bytes, at + 1, |byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+')
                });
            }
            _ => at += 1,
        }
        tokens += 1;
        if tokens > limits.tokens {
            let most = limits.tokens;
            return too(words!("Dokumen lebih dari {most} token.", "The document has more than {most} tokens."));
        }
        if directives > limits.directives {
            let most = limits.directives;
            return too(words!("Dokumen lebih dari {most} direktif.", "The document has more than {most} directives."));
        }
        // Selections, their arguments and values in them each open one: twice the depth is room for all that is sound.
        if open > limits.depth.saturating_mul(2).saturating_add(8) {
            let most = limits.depth;
            return too(words!(
                "Dokumen bersarang lebih dalam dari {most}.",
                "The document is nested deeper than {most}."
            ));
        }
    }
    Ok(())
}

fn skip(bytes: &[u8], from: usize, on: impl Fn(u8) -> bool) -> usize {
    bytes[from.min(bytes.len())..].iter().position(|byte| !on(*byte)).map_or(bytes.len(), |length| from + length)
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    if bytes[start..].starts_with(b"\"\"\"") {
        let mut at = start + 3;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if bytes[at..].starts_with(b"\"\"\"") {
                return at + 3;
            } else {
                at += 1;
            }
        }
        return at;
    }
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}
