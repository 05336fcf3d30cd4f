//! `feedatlas parse`.

pub(super) fn line(line: &str) -> String {
    let file = line.split('\t').next().unwrap_or_default();
    serde_json::json!({ "file": file, "ok": false, "err": "not_a_feed: not yet built" }).to_string()
}
