//! A published file, packed once when it changes, so that no request ever waits for a compressor.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Files larger than this get a quicker level: the last few per cent cost more time than all the rest of a pass.
const THOROUGH_BYTES_MAX: usize = 64 * 1024;

/// How much time goes into packing a file: in proportion to how often it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The page of one article: there are many, and each is read a few times.
    Light,
    /// A large file.
    Quick,
    /// Feeds and the pages that lead to others.
    Thorough,
}

impl Effort {
    /// What a file is worth.
    #[must_use]
    pub fn of(path: &str, bytes: usize) -> Self {
        match bytes {
            _ if path.starts_with("a/") => Self::Light,
            bytes if bytes > THOROUGH_BYTES_MAX => Self::Quick,
            _ => Self::Thorough,
        }
    }
}

/// Endings of files whose bytes are text; the others are packed already.
const TEXT: &[&str] = &["atom", "css", "html", "js", "json", "opml", "svg", "txt", "xml"];

/// Whether a file is packed, by its name.
#[must_use]
pub fn is_packed(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| TEXT.contains(&ending))
}

/// The bytes as gzip, without a time in it: the same bytes pack the same.
#[expect(clippy::missing_panics_doc, reason = "memory takes every byte")]
#[must_use]
pub fn gzip(bytes: &[u8], effort: Effort) -> Vec<u8> {
    let level = match effort {
        Effort::Light => 2,
        Effort::Quick => 4,
        Effort::Thorough => 7,
    };
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(level));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes every byte")
}

/// The bytes as brotli.
#[expect(clippy::missing_panics_doc, reason = "memory takes every byte")]
#[must_use]
pub fn brotli(bytes: &[u8], effort: Effort) -> Vec<u8> {
    let quality = match effort {
        Effort::Light => 2,
        Effort::Quick => 4,
        Effort::Thorough => 5,
    };
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: 20,
        size_hint: bytes.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut out = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).expect("memory takes every byte");
    out
}
