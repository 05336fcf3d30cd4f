//! `fixtures/floors.toml`: the score that each measure must reach.

use std::fs;
use std::path::Path;

/// Fails when a score is below its floor, and says how to raise a floor that has been left far behind.
pub fn at_least(name: &str, score: f64) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/floors.toml");
    let text = fs::read_to_string(&path).expect("fixtures/floors.toml is there");
    let floors: toml::Table = text.parse().expect("fixtures/floors.toml is TOML");
    let floor = floors.get(name).and_then(toml::Value::as_float);
    let floor = floor.unwrap_or_else(|| panic!("fixtures/floors.toml has no `{name}`"));
    println!("{name}: {score:.4} (floor {floor})");
    assert!(score >= floor, "{name} is {score:.4}, below its floor of {floor}");
}
