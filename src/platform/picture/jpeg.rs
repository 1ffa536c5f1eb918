//! What of a JPEG is picture: its frames, tables and scans, and which way is up. The rest is taken out before a decoder sees it: one
//! that keeps and sorts what cameras write beside a picture takes time that grows with the square of it (zune-jpeg 0.5, extended
//! XMP). No I/O.

use std::ops::RangeInclusive;

/// Bytes of all that is not a scan's data: tables, frames, one EXIF segment.
const TABLES: usize = 256 * 1024;

const START: [u8; 2] = [0xff, 0xd8];
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const RESTARTS: RangeInclusive<u8> = 0xd0..=0xd7;
const EXIF: u8 = 0xe1;
const ADOBE: u8 = 0xee;

/// A JPEG without what is no picture, and how many scans it has; none where it is none, or says more of itself than pictures do.
#[must_use]
pub(super) fn bare(bytes: &[u8]) -> Option<(Vec<u8>, u64)> {
    let mut rest = bytes.strip_prefix(&START)?;
    let mut kept = START.to_vec();
    let (mut tables, mut scans, mut has_exif, mut has_adobe) = (0, 0, false, false);
    loop {
        // Any number of 0xff may stand before a marker.
        let marker = rest.iter().position(|byte| *byte != 0xff).filter(|fill| *fill > 0)?;
        let kind = rest[marker];
        rest = &rest[marker + 1..];
        if kind == END {
            break;
        }
        let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
        let segment = rest.get(..length).filter(|_| length >= 2)?;
        rest = &rest[length..];
        let is_kept = match kind {
            EXIF => segment[2..].starts_with(b"Exif\0\0") && !std::mem::replace(&mut has_exif, true),
            ADOBE => segment[2..].starts_with(b"Adobe") && !std::mem::replace(&mut has_adobe, true),
            // Frames, tables, restart intervals, scans; neither what applications write nor comments.
            0xc0..=0xcf | SCAN | 0xdb | 0xdd => true,
            _ => false,
        };
        if !is_kept {
            continue;
        }
        tables += length + 2;
        if tables > TABLES {
            return None;
        }
        kept.extend([0xff, kind]);
        kept.extend(segment);
        if kind == SCAN {
            scans += 1;
            let data = scan_data(rest);
            kept.extend(&rest[..data]);
            rest = &rest[data..];
            if rest.is_empty() {
                // Cameras that run out of battery leave the end out.
                break;
            }
        }
    }
    kept.extend([0xff, END]);
    Some((kept, scans))
}

/// How long the data of a scan is: up to the next marker that is not part of it.
fn scan_data(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff) && !RESTARTS.contains(&pair[1]);
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(kind: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
        [&[0xff, kind][..], &length, content].concat()
    }

    #[test]
    fn only_the_picture_is_left() {
        let scan = [segment(SCAN, b"head"), b"data\xff\0more\xff\xd3and more".to_vec()].concat();
        let exif = segment(EXIF, b"Exif\0\0up");
        let picture = |beside: &[u8], tail: &[u8]| {
            let tables = [segment(0xdb, b"quantised"), segment(0xc4, b"huffman")].concat();
            [&START[..], &exif, beside, &tables, &segment(0xc0, b"frame"), &scan, tail, &[0xff, END]].concat()
        };
        let bare_one = picture(&[], &[]);
        assert_eq!(bare(&bare_one), Some((bare_one.clone(), 1)), "what is bare stays as it is");
        let xmp = segment(EXIF, b"http://ns.adobe.com/xmp/extension/\0kanari").repeat(1000);
        let beside = [xmp, exif.clone(), segment(0xfe, b"kanari").repeat(1000), vec![0xff; 1000]].concat();
        assert_eq!(bare(&picture(&beside, &[])), Some((bare_one.clone(), 1)));
        assert_eq!(bare(&picture(&[], &beside)), Some((bare_one.clone(), 1)), "also after a scan");
        assert_eq!(
            bare(&[bare_one.as_slice(), b"<script>"].concat()),
            Some((bare_one.clone(), 1)),
            "and after the end"
        );
        assert_eq!(bare(&picture(&[], &scan)).map(|(_, scans)| scans), Some(2));
        assert_eq!(bare(&bare_one[..bare_one.len() - 2]), Some((bare_one.clone(), 1)), "the end may be missing");
    }

    #[test]
    fn what_says_too_much_of_itself_is_none() {
        let tables = segment(0xc4, &vec![0; 60_000]).repeat(5);
        for bytes in [
            &b"\x89PNG"[..],
            &START,
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xe0\0\x01",
            b"\xff\xd8\xff\xe0\0\x09abc",
            b"\xff\xd8kanari",
            &[&START[..], &tables].concat(),
            &[&START[..], &segment(SCAN, b"").repeat(70_000)].concat(),
        ] {
            assert_eq!(bare(bytes), None, "{:?}", &bytes[..bytes.len().min(12)]);
        }
    }
}
