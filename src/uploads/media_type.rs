//! What a file is, by its first bytes: what its sender or its name says is no more than that. No I/O.

use infer::MatcherType;

/// What is not known for anything else.
pub const BYTES: &str = "application/octet-stream";
/// What a computer would run.
pub const PROGRAM: &str = "application/x-executable";
/// Text without markup, as far as one can see.
pub const TEXT: &str = "text/plain";

/// What is counted among programs and does not run: certificates, and disks of virtual machines.
const NO_PROGRAMS: [&str; 2] = ["application/x-x509-ca-cert", "application/x-qemu-disk"];

/// The media type of a file that begins so.
#[must_use]
pub fn of(head: &[u8]) -> &'static str {
    match infer::get(head) {
        // Words of a text may begin as a program does.
        Some(found) if found.matcher_type() == MatcherType::App && is_text(head) => TEXT,
        Some(found) if found.matcher_type() == MatcherType::App && !NO_PROGRAMS.contains(&found.mime_type()) => PROGRAM,
        Some(found) => found.mime_type(),
        None if is_text(head) => TEXT,
        None => BYTES,
    }
}

/// Whether it is UTF-8, but for a character that the end cuts, and nothing that no text has.
fn is_text(head: &[u8]) -> bool {
    let sound = match std::str::from_utf8(head) {
        Ok(_) => head,
        Err(error) if error.error_len().is_none() => &head[..error.valid_up_to()],
        Err(_) => return false,
    };
    !sound.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_say_it() {
        for (head, media_type) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"%PDF-1.7", "application/pdf"),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
            (b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
            (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "text/xml"),
            (b"<svg onload='alert(1)'/>", TEXT),
            (b"MZ\x90\0", PROGRAM),
            (b"MZ is a code, and BC a bank", TEXT),
            (b"BCA,1000\n", TEXT),
            (b"-----BEGIN CERTIFICATE-----\n", TEXT),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", PROGRAM),
            ("a,b\n1,é".as_bytes(), TEXT),
            (&"é".as_bytes()[..1], TEXT),
            (b"\0\x01\x02", BYTES),
            (b"a\xffb", BYTES),
        ] {
            assert_eq!(of(head), media_type, "{}", String::from_utf8_lossy(head));
        }
    }
}
