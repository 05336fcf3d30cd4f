//! The text of a page whose markup has none: `articleBody` of JSON-LD, else the data a script would draw the page from.
//!
//! Data has no schema here: the list of blocks, or the single text, with the most sentences is the article.

use html5ever::local_name;
use serde_json::Value;

use crate::extract::facts::Facts;
use crate::extract::ld;
use crate::extract::outline::Outline;
use crate::html::dom::attribute;
use crate::html::plain::plain;

/// Bytes of data that are read.
const DATA_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Letters of an article that is believed from data alone.
const LETTERS_MIN: usize = 200;

/// Letters of a block of data that is a paragraph and not a label.
const BLOCK_LETTERS_MIN: usize = 30;

/// Names under which data keep the text of a block.
const TEXT_KEYS: &[&str] = &["text", "content", "html", "value", "body", "paragraph", "articleBody", "data"];

/// Variables in which frameworks leave the data of a page.
const STATE_MARKS: &[&str] = &[
    "window.__INITIAL_STATE__",
    "window.__PRELOADED_STATE__",
    "window.__NUXT__",
    "window.__APOLLO_STATE__",
    "window.__DATA__",
    "window.__INITIAL_DATA__",
    "window.__STATE__",
    "Fusion.globalContent",
];

/// The text that JSON-LD gives, paragraphs apart.
pub(super) fn told(facts: &Facts<'_>) -> Option<Vec<String>> {
    let text = ld::raw(facts.article()?, "articleBody").or_else(|| ld::raw(facts.article()?, "text"))?;
    Some(paragraphs(text)).filter(|paragraphs| !paragraphs.is_empty())
}

/// The text in a framework's data, paragraphs apart.
pub(super) fn drawn(outline: &Outline<'_>, html: &str) -> Option<Vec<String>> {
    let scripts = outline.elements.iter().filter(|element| {
        *element.tag() == local_name!("script")
            && attribute(element.node, &local_name!("type"))
                .is_some_and(|kind| kind.contains("json") && !kind.contains("ld+json"))
    });
    let mut best: Option<(usize, Vec<String>)> = None;
    let mut look = |value: &Value| {
        let mut found = Best::default();
        found.look(value);
        if found.letters >= LETTERS_MIN && best.as_ref().is_none_or(|(letters, _)| found.letters > *letters) {
            best = Some((found.letters, found.paragraphs));
        }
    };
    for script in scripts {
        let text: String = script.node.text().collect();
        if text.len() <= DATA_BYTES_MAX {
            serde_json::from_str(&text).ok().iter().for_each(&mut look);
        }
    }
    state_of(html).iter().for_each(&mut look);
    best.map(|(_, paragraphs)| paragraphs)
}

/// Data that a script assigns: read from the page's source, as scripts never reach the tree.
fn state_of(html: &str) -> Option<Value> {
    STATE_MARKS.iter().find_map(|mark| {
        let behind = &html[html.find(mark)? + mark.len()..];
        let start = behind.find(['{', '[']).filter(|at| *at < 40)?;
        let data = &behind[start..behind.floor_char_boundary(start + DATA_BYTES_MAX)];
        serde_json::Deserializer::from_str(data).into_iter().next()?.ok()
    })
}

#[derive(Default)]
struct Best {
    letters: usize,
    paragraphs: Vec<String>,
}

impl Best {
    fn look(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.offer(paragraphs(text)),
            Value::Array(items) => {
                self.offer(items.iter().filter_map(block_text).flat_map(paragraphs).collect());
                for item in items {
                    self.look(item);
                }
            }
            Value::Object(object) => {
                for value in object.values() {
                    self.look(value);
                }
            }
            _ => {}
        }
    }

    fn offer(&mut self, paragraphs: Vec<String>) {
        let prose = |text: &&String| text.contains(' ') || !text.is_ascii();
        let letters = |text: &String| text.chars().filter(|c| c.is_alphanumeric()).count();
        let sum: usize =
            paragraphs.iter().filter(prose).map(letters).filter(|letters| *letters >= BLOCK_LETTERS_MIN).sum();
        let is_text = paragraphs.iter().filter(prose).any(|text| text.contains(['.', '。', '।', '؟', '!', '?']));
        if is_text && sum > self.letters {
            (self.letters, self.paragraphs) = (sum, paragraphs);
        }
    }
}

/// The text of a block: itself, or what stands under one of the usual names.
fn block_text(block: &Value) -> Option<&str> {
    match block {
        Value::String(text) => Some(text),
        Value::Object(object) => TEXT_KEYS.iter().find_map(|key| match object.get(*key)? {
            Value::String(text) => Some(text.as_str()),
            inner @ Value::Object(_) => block_text(inner),
            _ => None,
        }),
        _ => None,
    }
}

/// Paragraphs of a text that may hold markup.
fn paragraphs(text: &str) -> Vec<String> {
    let parted = if text.contains("</p>") || text.contains("<br") {
        text.replace("</p>", "\n").replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n")
    } else {
        text.to_owned()
    };
    parted.split('\n').map(plain).filter(|paragraph| !paragraph.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_blocks_with_the_most_sentences_wins() {
        let long = "A sentence that is long enough to be one. ".repeat(8);
        let data = serde_json::json!({"nav": [{"text": "Home"}], "story": {"blocks": [{"type": "p", "content": long}, {"content": "The end of it, at last."}]}});
        let mut best = Best::default();
        best.look(&data);
        assert_eq!(best.paragraphs.len(), 2);
    }
}
