//! Texts that mean nothing and are each their own: no two are copies of each other.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fmt::Write;

const WORDS: &[&str] = &[
    "harbour",
    "minister",
    "river",
    "bridge",
    "council",
    "market",
    "winter",
    "railway",
    "teacher",
    "island",
    "garden",
    "engine",
    "forest",
    "signal",
    "factory",
    "museum",
    "doctor",
    "window",
    "village",
    "festival",
    "captain",
    "number",
    "library",
    "weather",
    "journey",
    "student",
    "morning",
    "painter",
    "station",
    "copper",
    "valley",
    "orchard",
    "lantern",
    "budget",
    "treaty",
    "summit",
    "harvest",
    "cinema",
    "theatre",
    "stadium",
    "airport",
    "tunnel",
    "reactor",
    "glacier",
    "opened",
    "visited",
    "measured",
    "repaired",
    "described",
    "carried",
    "promised",
    "doubled",
    "postponed",
    "painted",
    "before",
    "after",
    "without",
    "beside",
    "quiet",
    "narrow",
    "early",
    "modern",
    "northern",
    "distant",
    "wooden",
    "famous",
];

/// Paragraphs of some sentences, the same for the same seed.
pub fn paragraphs(seed: u64) -> Vec<String> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        WORDS[usize::try_from(state >> 33).expect("31 bits fit") % WORDS.len()]
    };
    let mut sentence = || {
        let words: Vec<&str> = (0..14).map(|_| word()).collect();
        format!("The {}.", words.join(" "))
    };
    (0..4).map(|_| (0..3).map(|_| sentence()).collect::<Vec<_>>().join(" ")).collect()
}

/// The same as HTML.
pub fn html(seed: u64) -> String {
    paragraphs(seed).iter().fold(String::new(), |mut out, text| {
        let _ = write!(out, "<p>{text}</p>");
        out
    })
}

/// A page of an article.
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><main><article><h1>{title}</h1>{body}</article></main></body></html>"
    )
}

/// An RSS feed of these items.
pub fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><title>A feed</title>\
         <link>https://feed.example/</link><description>News</description>{items}</channel></rss>"
    )
}

/// An item with a text of its own.
pub fn item(title: &str, link: &str, seed: u64) -> String {
    format!(
        "<item><title>{title}</title><link>{link}</link><guid isPermaLink=\"false\">{seed}</guid>\
         <pubDate>Tue, 16 Jan 2024 14:05:00 +0300</pubDate><description>{}</description></item>",
        paragraphs(seed)[0]
    )
}

/// Text as it stands in XML and in attributes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An article whose words are all its own, so that none is taken for a copy.
pub fn page_of_own_words(path: &str) -> String {
    let word = |n: usize| {
        let hash =
            path.bytes().fold(n as u64 * 7919 + 17, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        format!("w{hash:x}")
    };
    let words: Vec<String> = (0..120).map(word).collect();
    let paragraphs: String = words.chunks(40).map(|chunk| format!("<p>{}.</p>", chunk.join(" "))).collect();
    format!(
        "<html lang=en><head><title>{path}</title></head><body><article><h1>{path}</h1>{paragraphs}</article></body></html>"
    )
}
