//! A picture is made anew from what was sent: upright, cut to a shape, small, without anything that is not picture. No I/O.

mod jpeg;

use std::{borrow::Cow, io::Cursor};

use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder, imageops::thumbnail, metadata::Orientation,
};

/// Pixels of a picture that is sent, in each direction.
pub const SIDE_MOST: u32 = 6000;
/// Bytes of memory that decoding may take: a picture of the largest size and four channels.
const MEMORY: u64 = 6000 * 6000 * 4;
/// Scans of a JPEG that is not progressive: one, or one for each colour.
const PLAIN_SCANS: u64 = 4;
/// Pixels times scans of a progressive JPEG: every scan goes over the whole picture, however little it says.
const SCANNED: u64 = 12_000_000 * 12;
/// Of JPEG, from 1 to 100.
const QUALITY: u8 = 85;

/// Pixels of a picture as it is kept, at most; what is smaller is not blown up, and cut to the same shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Shape {
    /// The largest part of this shape, in the middle: left, top, width, height.
    fn within(self, width: u32, height: u32) -> (u32, u32, u32, u32) {
        let of = |length: u32, share: u32, whole: u32| {
            u32::try_from(u64::from(length) * u64::from(share) / u64::from(whole.max(1))).unwrap_or(length).max(1)
        };
        let (wide, high) = (of(height, self.width, self.height), of(width, self.height, self.width));
        let (wide, high) = if wide <= width { (wide, height) } else { (width, high.min(height)) };
        ((width - wide) / 2, (height - high) / 2, wide, high)
    }

    /// The same, lying on its side.
    const fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

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

/// The picture in each of these shapes, JPEG. Takes its time: not on a thread that answers.
///
/// # Errors
/// What is wrong with it.
pub fn remade(bytes: &[u8], shapes: &[Shape]) -> Result<Vec<Vec<u8>>, Unfit> {
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
    shapes.iter().map(|shape| shaped(&picture, orientation, *shape)).collect()
}

fn shaped(picture: &DynamicImage, orientation: Orientation, shape: Shape) -> Result<Vec<u8>, Unfit> {
    // The middle is the middle whichever way is up; and what is small is turned with less.
    let shape = if lies_on_its_side(orientation) { shape.turned() } else { shape };
    let (left, top, width, height) = shape.within(picture.width(), picture.height());
    let part = picture.view(left, top, width, height);
    let mut small = DynamicImage::ImageRgba8(thumbnail(&*part, width.min(shape.width), height.min(shape.height)));
    small.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&on_white(&small)).map_err(|_| Unfit::Broken)?;
    Ok(jpeg)
}

const fn lies_on_its_side(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
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

    const SQUARE: Shape = Shape { width: 512, height: 512 };

    fn remade(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
        super::remade(bytes, &[SQUARE]).map(|mut pictures| pictures.remove(0))
    }

    #[test]
    fn a_shape_is_cut_from_the_middle() {
        let wide = Shape { width: 320, height: 180 };
        assert_eq!(wide.within(1600, 1600), (0, 350, 1600, 900));
        assert_eq!(wide.within(3200, 900), (800, 0, 1600, 900));
        assert_eq!(wide.within(1, 1), (0, 0, 1, 1));
        assert_eq!(wide.within(6000, 1), (2999, 0, 1, 1));
        let pictures = super::remade(&with_exif(&encoded(1200, 900, ImageFormat::Jpeg)), &[wide, SQUARE]).expect("two");
        let sizes = pictures.iter().map(|bytes| image::load_from_memory(bytes).expect("JPEG").dimensions());
        // It stands upright when it is turned: 900 by 1200, and of that the middle.
        assert_eq!(sizes.collect::<Vec<_>>(), [(320, 180), (512, 512)]);
    }

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
