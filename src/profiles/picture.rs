//! A picture is made anew from what was sent: upright, square, small, without anything that is not picture. No I/O.

use std::{borrow::Cow, io::Cursor};

use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder, imageops::thumbnail,
};

use super::jpeg;

/// Pixels of a picture that is sent, in each direction.
pub const SIDE_MOST: u32 = 6000;
/// Bytes of memory that decoding may take: a picture of the largest size and four channels.
const MEMORY: u64 = 6000 * 6000 * 4;
/// Scans of a JPEG that is not progressive: one, or one for each colour.
const PLAIN_SCANS: u64 = 4;
/// Pixels times scans of a progressive JPEG: every scan goes over the whole picture, however little it says.
const SCANNED: u64 = 12_000_000 * 12;
/// Pixels of a picture as it is kept, in each direction.
const SIDE: u32 = 512;
/// Of JPEG, from 1 to 100.
const QUALITY: u8 = 85;

/// What is wrong with a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unfit {
    /// Not PNG or JPEG, whatever it says it is.
    Kind,
    /// More pixels than are taken.
    TooLarge,
    /// It can't be decoded.
    Broken,
}

/// The picture to be kept, JPEG. Takes its time: not on a thread that answers.
///
/// # Errors
/// What is wrong with it.
pub fn remade(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let format = image::guess_format(bytes).map_err(|_| Unfit::Kind)?;
    // WebP's decoder makes room for as much as a chunk says it holds (image-webp 0.2.4): a few bytes could end the process.
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
        return Err(Unfit::Kind);
    }
    let (bytes, passes) = if format == ImageFormat::Jpeg {
        let (bare, scans) = jpeg::bare(bytes).ok_or(Unfit::Broken)?;
        (Cow::Owned(bare), scans)
    } else {
        (Cow::Borrowed(bytes), 1)
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MOST);
    limits.max_image_height = Some(SIDE_MOST);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let unfit = |error| match error {
        image::ImageError::Limits(_) => Unfit::TooLarge,
        _ => Unfit::Broken,
    };
    let mut decoder = reader.into_decoder().map_err(unfit)?;
    let (width, height) = decoder.dimensions();
    let work = u64::from(width) * u64::from(height) * passes;
    let fits = width <= SIDE_MOST && height <= SIDE_MOST && decoder.total_bytes() <= MEMORY;
    if !fits || (passes > PLAIN_SCANS && work > SCANNED) {
        return Err(Unfit::TooLarge);
    }
    // Cameras write which way is up beside the picture, with much else.
    let orientation = decoder.orientation().map_err(unfit)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    let side = picture.width().min(picture.height());
    let square = picture.view((picture.width() - side) / 2, (picture.height() - side) / 2, side, side);
    let kept = side.min(SIDE);
    let mut small = DynamicImage::ImageRgba8(thumbnail(&*square, kept, kept));
    drop(picture);
    // The middle is the middle whichever way is up; and what is small is turned with less.
    small.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&on_white(&small)).map_err(|_| Unfit::Broken)?;
    Ok(jpeg)
}

/// Without transparency, which JPEG has not.
fn on_white(picture: &DynamicImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, opacity] = picture.get_pixel(x, y).0;
        let over = |channel: u8| {
            let mixed = u32::from(channel) * u32::from(opacity) + 255 * (255 - u32::from(opacity));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgba};

    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = ImageBuffer::from_fn(width, height, |x, _| {
            if x < width / 2 { Rgba([255_u8, 0, 0, 255]) } else { Rgba([0, 0, 255, 0]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgba8(picture);
        let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.to_rgb8()) } else { picture };
        picture.write_to(&mut bytes, format).expect("a picture");
        bytes.into_inner()
    }

    /// A JPEG with an EXIF segment: turned by a quarter, and with a place in it.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
        exif.extend(*b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        exif.extend(*b"\x01\x0e\0\x02\0\0\0\x0e\0\0\0\x26");
        exif.extend([0; 4]);
        exif.extend(*b"kanari tempat\0");
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_picture_is_made_anew() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let kept = remade(&encoded(1200, 600, format)).expect("a picture");
            let kept = image::load_from_memory_with_format(&kept, ImageFormat::Jpeg).expect("JPEG");
            assert_eq!((kept.width(), kept.height()), (512, 512));
            let [red, green, blue, _] = kept.get_pixel(10, 256).0;
            assert!(red > 240 && green < 20 && blue < 20, "{format:?}: the left half is red");
            let right = kept.get_pixel(500, 256).0;
            let white = right[..3].iter().all(|channel| *channel > 240);
            assert_eq!(white, format != ImageFormat::Jpeg, "what is transparent becomes white");
        }
        let small = remade(&encoded(20, 10, ImageFormat::Png)).expect("a picture");
        assert_eq!(image::load_from_memory(&small).expect("JPEG").dimensions(), (10, 10), "nothing is blown up");
    }

    #[test]
    fn what_is_no_picture_goes() {
        let sent = with_exif(&encoded(1200, 600, ImageFormat::Jpeg));
        assert!(sent.windows(13).any(|part| part == b"kanari tempat"), "it was there");
        let kept = remade(&sent).expect("a picture");
        assert!(!kept.windows(6).any(|part| part == b"kanari"));
        assert!(!kept.windows(4).any(|part| part == b"Exif"));
        // Turned by a quarter to the right: what was left is at the top.
        let kept = image::load_from_memory(&kept).expect("JPEG");
        let [top, bottom] = [kept.get_pixel(256, 10).0, kept.get_pixel(256, 500).0];
        assert!(top[0] > 240 && top[2] < 20 && bottom[2] > 200, "{top:?} {bottom:?}");
    }

    #[test]
    fn what_is_unfit_is_refused() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        assert_eq!(remade(svg), Err(Unfit::Kind));
        assert_eq!(remade(b"GIF89a\x01\0\x01\0\0\0\0;"), Err(Unfit::Kind));
        assert_eq!(
            remade(b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07"),
            Err(Unfit::Kind)
        );
        // Many scans that say nothing, over a large picture.
        let plain = encoded(4000, 4000, ImageFormat::Jpeg);
        assert!(remade(&plain).is_ok());
        let head = &plain[..plain.len() - 2];
        let scans = [0xff, 0xda, 0, 2].repeat(20);
        assert_eq!(remade(&[head, &scans].concat()), Err(Unfit::TooLarge));
        let deep = DynamicImage::new_rgb16(6000, 6000);
        let mut bytes = Cursor::new(Vec::new());
        deep.write_to(&mut bytes, ImageFormat::Png).expect("a picture");
        assert_eq!(remade(&bytes.into_inner()), Err(Unfit::TooLarge), "of more bytes than pixels tell");
        assert_eq!(remade(b""), Err(Unfit::Kind));
        let mut half = encoded(300, 300, ImageFormat::Png);
        half.truncate(half.len() / 2);
        assert_eq!(remade(&half), Err(Unfit::Broken));
        // A head of a few bytes that promises 30,000 pixels squared.
        let mut bomb = encoded(10, 10, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let crc = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        assert_eq!(remade(&bomb), Err(Unfit::TooLarge));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
        })
    }
}
