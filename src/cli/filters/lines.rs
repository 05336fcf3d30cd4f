//! The form that all filters share: a line out for each line in, in bounded memory however long the input is.

use std::io::{self, BufRead, Read, Write};

use encoding_rs::UTF_8;
use serde_json::json;

/// Bytes of a line that are read: several times the largest page. Of a longer one nothing is answered but that.
const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a long line leaves allocated for the next ones.
const LINE_BYTES_KEPT: usize = 1024 * 1024;

/// Answers each line with a line. Bytes that are no UTF-8 are read as U+FFFD.
pub(super) fn each_line(
    mut input: impl BufRead,
    output: &mut impl Write,
    mut answer: impl FnMut(&str) -> String,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    while input.by_ref().take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut bytes)? > 0 {
        if bytes.len() > LINE_BYTES_MAX && !bytes.ends_with(b"\n") {
            input.skip_until(b'\n')?;
            let message = format!("a line is longer than {LINE_BYTES_MAX} bytes");
            writeln!(output, "{}", json!({ "id": null, "error": "too_large", "message": message }))?;
        } else {
            let end = bytes.strip_suffix(b"\n").map_or(bytes.len(), <[u8]>::len);
            // The same as `from_utf8_lossy`, ten times as fast where letters have two bytes each.
            let (line, _) = UTF_8.decode_without_bom_handling(&bytes[..end]);
            writeln!(output, "{}", answer(line.trim_end_matches('\r')))?;
        }
        bytes.clear();
        bytes.shrink_to(LINE_BYTES_KEPT);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_told_and_the_next_one_is_answered() {
        let before = b"one\r\n\xff\n\n".as_slice();
        let long = io::repeat(b'x').take(LINE_BYTES_MAX as u64 * 2);
        let input = io::BufReader::new(before.chain(long).chain(b"\nlast".as_slice()));
        let mut output = Vec::new();
        each_line(input, &mut output, |line| format!("[{line}]")).unwrap();
        let output = String::from_utf8(output).unwrap();
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines[..3], ["[one]", "[\u{fffd}]", "[]"]);
        assert!(lines[3].contains("too_large") && lines[4..] == ["[last]"], "{lines:?}");
    }
}
