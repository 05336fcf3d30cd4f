//! JSON that was cut off, or has line breaks in its strings: what is whole of it, as JSON.

/// A text that a JSON reader takes, made of one that it does not; none where nothing is whole.
///
/// Of a cut document the whole members of the outermost object stay, and of the list at its end the whole members.
pub(super) fn mended(json: &str) -> Option<String> {
    let (mut open, mut whole): (Vec<u8>, Option<(usize, &'static str)>) = (Vec::new(), None);
    let (mut in_string, mut is_escaped) = (false, false);
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => open.push(byte),
            b',' if open == [b'{'] => whole = Some((at, "}")),
            b'}' | b']' => {
                open.pop();
                match open.as_slice() {
                    [] => return Some(with_line_breaks_escaped(&json[..=at])),
                    [b'{'] => whole = Some((at + 1, "}")),
                    [b'{', b'['] => whole = Some((at + 1, "]}")),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    whole.map(|(end, closed)| with_line_breaks_escaped(&json[..end]) + closed)
}

/// Line breaks and tabs that stand in strings as they are, which JSON forbids.
fn with_line_breaks_escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for character in json.chars() {
        match character {
            '\n' if in_string => out.push_str("\\n"),
            '\r' if in_string => out.push_str("\\r"),
            '\t' if in_string => out.push_str("\\t"),
            _ => out.push(character),
        }
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if in_string => is_escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_whole_of_a_cut_document_stays() {
        for (cut, whole) in [
            (r#"{"a":1,"items":[{"b":[1]},{"c":"x"#, Some(r#"{"a":1,"items":[{"b":[1]}]}"#)),
            (r#"{"a":1,"items":[{"b":[1]"#, Some(r#"{"a":1}"#)),
            (r#"{"items":[{"b":"]}"}],"a":"x"#, Some(r#"{"items":[{"b":"]}"}]}"#)),
            ("{\"a\":\"x\ny\"} trailing", Some(r#"{"a":"x\ny"}"#)),
            (r#"{"a":1"#, None),
        ] {
            assert_eq!(mended(cut).as_deref(), whole, "{cut}");
        }
    }
}
