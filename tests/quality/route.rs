//! The floor under the router: micro F1 over the hard cases of `fixtures/route/`. Lowering it is a line in CHANGELOG.

use std::collections::BTreeSet;
use std::fs;

use feedatlas::route::{Gazetteer, Words};
use serde_json::Value;

use crate::floors::at_least;

#[test]
fn route_holds_its_floor() {
    let gazetteer = Gazetteer::new(&[]);
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    for name in ["russian", "english", "world", "beside", "lands"] {
        let lines = fs::read_to_string(format!("fixtures/route/{name}.jsonl")).unwrap();
        for line in lines.lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| case[name].as_str().unwrap_or_default();
            let words =
                Words { title: field("title"), text: field("text"), language: Some(field("lang")), ..Words::default() };
            let told: BTreeSet<&str> = gazetteer.judge(&words).iter().map(|found| found.country.code()).collect();
            let gold: BTreeSet<&str> = case["countries"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            right += gold.intersection(&told).count();
            wrong += told.difference(&gold).count();
            missed += gold.difference(&told).count();
        }
    }
    let counts = [right, wrong, missed].map(|count| f64::from(u32::try_from(count).unwrap()));
    let f1 = 2.0 * counts[0] / (2.0 * counts[0] + counts[1] + counts[2]);
    at_least("route_f1", f1);
}
