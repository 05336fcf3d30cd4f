//! A published file, packed once when it changes, so that no request ever waits for a compressor.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Files larger than this get a quicker level: the last few per cent cost more time than all the rest of a pass.
const THOROUGH_BYTES_MAX: usize = 64 * 1024;

/// A page of an article up to this length goes as it is: TCP's first window holds it (RFC 6928: ten segments of 1,460
/// bytes, less the head), so packed it would arrive no sooner, and two files more for each article are most of what
/// publishing it costs.
const ONE_TRIP_BYTES: usize = 14_000;

/// How much time goes into packing a file: in proportion to how often it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The page of one article, or a part of an archive: there are many, and each is read a few times.
    Light,
    /// A large file.
    Quick,
    /// Feeds and the pages that lead to others.
    Thorough,
}

impl Effort {
    /// What a file is worth; `None` for one that is published as it is alone.
    #[must_use]
    pub fn of(path: &str, bytes: usize) -> Option<Self> {
        let is_article = path.starts_with("a/");
        // Of all that is published, an archive is asked for least: once by each new reader.
        let is_archive = path.strip_prefix("feeds/").is_some_and(|rest| rest.contains('/'));
        match bytes {
            _ if !is_packed(path) || is_article && bytes <= ONE_TRIP_BYTES => None,
            _ if is_article || is_archive => Some(Self::Light),
            bytes if bytes > THOROUGH_BYTES_MAX => Some(Self::Quick),
            _ => Some(Self::Thorough),
        }
    }

    /// The endings of the packed forms it is worth.
    ///
    /// Whoever takes brotli takes gzip, and at the quick levels brotli makes a file 2 or 3 % smaller than gzip for more time
    /// than gzip takes: it is worth that where there is time for it.
    #[must_use]
    pub fn endings(effort: Option<Self>) -> &'static [&'static str] {
        match effort {
            None => &[],
            Some(Self::Light | Self::Quick) => &["gz"],
            Some(Self::Thorough) => &["gz", "br"],
        }
    }
}

/// Endings of files whose bytes are text; the others are packed already.
const TEXT: &[&str] = &["atom", "css", "html", "js", "json", "opml", "svg", "txt", "xml"];

/// Whether a file may be packed, by its name.
#[must_use]
pub fn is_packed(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| TEXT.contains(&ending))
}

/// The bytes as gzip, without a time in it: the same bytes pack the same.
#[expect(clippy::missing_panics_doc, reason = "memory takes every byte")]
#[must_use]
pub fn gzip(bytes: &[u8], effort: Effort) -> Vec<u8> {
    // Of 20 MB of feeds level 3 makes 4.5 MB in 130 ms, level 4 makes 4.2 in 190, level 7 makes 4.1 in 350.
    let level = match effort {
        Effort::Light => 2,
        Effort::Quick => 3,
        Effort::Thorough => 6,
    };
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(level));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes every byte")
}

/// The bytes as brotli, for files that are worth a thorough packing.
#[expect(clippy::missing_panics_doc, reason = "memory takes every byte")]
#[must_use]
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    // Quality 3, what 20 MB of feeds could be given, makes 4.4 MB of them in 175 ms, where gzip's level 3 makes 4.5 in 130.
    // A window larger than the file is cleared for nothing.
    let params = brotli::enc::BrotliEncoderParams {
        quality: 5,
        lgwin: 18,
        size_hint: bytes.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut out = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).expect("memory takes every byte");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gains_by_it_is_packed_in_the_forms_that_pay() {
        let endings = |path, bytes| Effort::endings(Effort::of(path, bytes));
        assert_eq!(endings("feeds/kndr.xml", THOROUGH_BYTES_MAX), ["gz", "br"]);
        assert_eq!(endings("feeds/all.xml", THOROUGH_BYTES_MAX + 1), ["gz"]);
        assert_eq!(endings("a/00/index.html", ONE_TRIP_BYTES + 1), ["gz"]);
        assert!(endings("a/00/index.html", ONE_TRIP_BYTES).is_empty());
        assert!(endings("assets/icon.png", THOROUGH_BYTES_MAX).is_empty());
    }
}
