//! `feedatlas credit`.

use serde::Deserialize;
use serde_json::json;

use crate::extract::credit;

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    lang: Option<String>,
    caption: String,
}

pub(super) fn line(line: &str) -> String {
    match serde_json::from_str::<Input>(line) {
        Ok(input) => {
            let caption = credit::caption(&input.caption, input.lang.as_deref());
            json!({ "credit": caption.credit.map(|credit| credit.name) }).to_string()
        }
        Err(error) => json!({ "error": "malformed_json", "message": error.to_string() }).to_string(),
    }
}
