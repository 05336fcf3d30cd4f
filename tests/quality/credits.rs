//! Credits of captions: the share read exactly, and the share of read ones that are right.

use feedatlas::extract::credit::caption;
use serde_json::Value;

use crate::floors::at_least;

/// (exact, precision) over our own captions.
fn scores() -> (f64, f64) {
    let (mut all, mut exact, mut named, mut right) = (0.0, 0.0, 0.0, 0.0);
    for line in include_str!("../../fixtures/credits/captions.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect(line);
        let read = caption(case["caption"].as_str().unwrap_or_default(), case["lang"].as_str());
        let name = read.credit.map(|credit| credit.name);
        let same = name.as_deref() == case["credit"].as_str();
        all += 1.0;
        exact += f64::from(u8::from(same));
        named += f64::from(u8::from(name.is_some()));
        right += f64::from(u8::from(same && name.is_some()));
    }
    (exact / all, right / named)
}

#[test]
fn captions() {
    let (exact, precision) = scores();
    at_least("credits_exact", exact);
    at_least("credits_precision", precision);
}
