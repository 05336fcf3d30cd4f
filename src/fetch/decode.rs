//! Content codings undone, one after another, each under the same bound on its bytes.
//!
//! Bodies come packed (reqwest's own decoding hides the size on the wire and chains of codings). Not here: charsets.

use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// Codings in a chain. One is the rule, two a mistake that is met; more is a bomb.
const CODINGS_MAX: usize = 3;

/// Members of a gzip body. Parallel packers make one for 64 KiB or more; each costs some microseconds even when empty.
const MEMBERS_MAX: usize = 4096;

/// A zstd window: what RFC 9659 grants to content codings, 8 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// Bytes that a brotli reader takes at once.
const BROTLI_BUFFER_BYTES: usize = 8 * 1024;

/// Longest name of a coding that is repeated in a message, in characters.
const NAME_MAX: usize = 60;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Why a body could not be unpacked.
#[derive(Debug)]
pub(super) enum DecodeError {
    /// A coding that is not known, or too many.
    Unsupported(String),
    /// Broken bytes; `cut` if they merely end too early.
    Bad { coding: Coding, cut: bool, source: io::Error },
    /// More bytes than the limit.
    Limit,
}

impl Coding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Reads `Content-Encoding`: the codings in the order in which they were applied.
pub(super) fn codings(header: &str) -> Result<Vec<Coding>, DecodeError> {
    let unsupported = || DecodeError::Unsupported(header.chars().take(NAME_MAX).collect());
    let names = header.split(',').map(str::trim).filter(|name| !name.is_empty());
    let mut chain = Vec::new();
    for name in names.filter(|name| !name.eq_ignore_ascii_case("identity")) {
        chain.push(match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            _ => return Err(unsupported()),
        });
        if chain.len() > CODINGS_MAX {
            return Err(unsupported());
        }
    }
    Ok(chain)
}

/// Undoes the codings, the last applied first. No step may give more than `limit_bytes`.
pub(super) fn unpack(mut body: Vec<u8>, chain: &[Coding], limit_bytes: u64) -> Result<Vec<u8>, DecodeError> {
    for coding in chain.iter().rev() {
        if body.is_empty() {
            break;
        }
        body = undo(*coding, &body, limit_bytes)?;
    }
    Ok(body)
}

fn undo(coding: Coding, packed: &[u8], limit_bytes: u64) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::new();
    let done = match coding {
        Coding::Gzip => gzip(packed, &mut out, limit_bytes),
        Coding::Deflate if has_zlib_head(packed) => {
            take(ZlibDecoder::new(packed), &mut out, room_for(packed), limit_bytes)
        }
        Coding::Deflate => take(DeflateDecoder::new(packed), &mut out, room_for(packed), limit_bytes),
        Coding::Brotli => brotli(packed, &mut out, limit_bytes),
        Coding::Zstd => zstd(packed, &mut out, limit_bytes),
    };
    match done {
        Ok(true) => Ok(out),
        Ok(false) => Err(DecodeError::Limit),
        Err(source) => Err(DecodeError::Bad { coding, cut: source.kind() == io::ErrorKind::UnexpectedEof, source }),
    }
}

/// Reads to the end, or to one byte beyond the limit: then `false`.
///
/// Unlike `read_to_end`, which asks for a few kilobytes at a time, it hands the decoder all the room there is: one that is
/// asked once need not keep a copy of what it wrote last.
fn take(mut reader: impl Read, out: &mut Vec<u8>, room: usize, limit_bytes: u64) -> io::Result<bool> {
    /// Room that is given at least, and more of it where a guess was too small.
    const ROOM_MIN: usize = 4 * 1024;
    let end = usize::try_from(limit_bytes).unwrap_or(usize::MAX).saturating_add(1);
    let mut filled = out.len();
    let mut room = room;
    while filled < end {
        out.resize(filled.saturating_add(room.max(ROOM_MIN)).min(end), 0);
        let read = reader.read(&mut out[filled..])?;
        filled += read;
        if read == 0 {
            break;
        }
        room = if filled < out.len() { out.len() - filled } else { filled };
    }
    out.truncate(filled);
    Ok(filled < end)
}

/// How many bytes a body may have when it is unpacked: a guess from the times that markup packs to less.
fn room_for(packed: &[u8]) -> usize {
    packed.len().saturating_mul(6)
}

/// The same for gzip, which ends with the length (RFC 1952 § 2.3.1); not believed beyond what deflate can do on markup.
fn room_for_gzip(packed: &[u8]) -> usize {
    let told = packed.last_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    usize::try_from(told).unwrap_or(usize::MAX).saturating_add(1).min(packed.len().saturating_mul(32))
}

/// Members one after another, as `cat a.gz b.gz` gives; padding after them is no fault, as in browsers.
fn gzip(packed: &[u8], out: &mut Vec<u8>, limit_bytes: u64) -> io::Result<bool> {
    let mut rest = packed;
    for _ in 0..MEMBERS_MAX {
        let mut member = GzDecoder::new(rest);
        if !take(&mut member, out, room_for_gzip(rest), limit_bytes)? {
            return Ok(false);
        }
        rest = member.into_inner();
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(true);
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "more gzip members than any file has"))
}

/// The decoder says the same of what is cut and what is broken; only the first asks for more than there is.
fn brotli(packed: &[u8], out: &mut Vec<u8>, limit_bytes: u64) -> io::Result<bool> {
    let mut source = Watched { rest: packed, asked_beyond: false };
    let done = take(brotli::Decompressor::new(&mut source, BROTLI_BUFFER_BYTES), out, room_for(packed), limit_bytes);
    done.map_err(|error| if source.asked_beyond { io::ErrorKind::UnexpectedEof.into() } else { error })
}

/// Bytes that remember whether more of them were asked for than there are.
struct Watched<'a> {
    rest: &'a [u8],
    asked_beyond: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.asked_beyond |= self.rest.is_empty();
        self.rest.read(buffer)
    }
}

fn zstd(packed: &[u8], out: &mut Vec<u8>, limit_bytes: u64) -> io::Result<bool> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    take(decoder, out, room_for(packed), limit_bytes)
}

/// RFC 1950: `deflate` means zlib, but some servers send bare deflate. The head tells them apart.
fn has_zlib_head(packed: &[u8]) -> bool {
    let [method, flags, ..] = packed else { return false };
    method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(coding: Coding, body: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        match coding {
            Coding::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(body).unwrap();
                encoder.finish().unwrap()
            }
            Coding::Deflate => {
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(body).unwrap();
                encoder.finish().unwrap()
            }
            Coding::Brotli => {
                let mut out = Vec::new();
                brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(body).unwrap();
                out
            }
            Coding::Zstd => zstd::encode_all(body, 3).unwrap(),
        }
    }

    const ALL: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];

    fn text() -> Vec<u8> {
        (0..4000_u32).flat_map(|number| number.to_string().into_bytes()).collect()
    }

    #[test]
    fn each_coding_and_every_chain_of_two_is_undone() {
        for first in ALL {
            assert_eq!(unpack(packed(first, &text()), &[first], 1 << 20).unwrap(), text());
            for second in ALL {
                let body = packed(second, &packed(first, &text()));
                assert_eq!(unpack(body, &[first, second], 1 << 20).unwrap(), text());
            }
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit_and_a_body_of_just_the_limit_passes() {
        let bomb = vec![0_u8; 1 << 20];
        for coding in ALL {
            let body = packed(coding, &bomb);
            assert!(matches!(unpack(body.clone(), &[coding], (1 << 20) - 1), Err(DecodeError::Limit)), "{coding:?}");
            assert_eq!(unpack(body, &[coding], 1 << 20).unwrap().len(), 1 << 20);
        }
    }

    #[test]
    fn what_is_cut_or_broken_is_told() {
        for coding in ALL {
            let mut body = packed(coding, &text());
            body.truncate(body.len() / 2);
            let answer = unpack(body, &[coding], 1 << 20);
            assert!(matches!(answer, Err(DecodeError::Bad { cut: true, .. })), "{coding:?} {answer:?}");
            let junk =
                unpack(b"<rss>\xff\xfe not packed at all, whatever the head says</rss>".to_vec(), &[coding], 1 << 20);
            assert!(matches!(junk, Err(DecodeError::Bad { .. })), "{coding:?} {junk:?}");
        }
    }

    #[test]
    fn bare_deflate_members_and_padding_pass() {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&text()).unwrap();
        assert_eq!(unpack(encoder.finish().unwrap(), &[Coding::Deflate], 1 << 20).unwrap(), text());
        let mut body = packed(Coding::Gzip, b"one ");
        body.extend(packed(Coding::Gzip, b"two"));
        body.extend([0; 12]);
        assert_eq!(unpack(body, &[Coding::Gzip], 1 << 20).unwrap(), b"one two");
    }

    #[test]
    fn members_without_end_are_refused() {
        let body = packed(Coding::Gzip, b"").repeat(MEMBERS_MAX + 1);
        assert!(matches!(unpack(body, &[Coding::Gzip], 1 << 20), Err(DecodeError::Bad { cut: false, .. })));
    }

    #[test]
    fn codings_are_read_as_they_are_written() {
        assert_eq!(codings(" GZIP , identity,br").unwrap(), [Coding::Gzip, Coding::Brotli]);
        assert_eq!(codings("").unwrap(), []);
        assert!(matches!(codings("compress"), Err(DecodeError::Unsupported(_))));
        assert!(matches!(codings("gzip,gzip,gzip,gzip"), Err(DecodeError::Unsupported(_))));
    }
}
