//! Copies and addresses: the scores over `fixtures/dedup/`.

#[path = "../support/dedup_cases.rs"]
mod cases;

use super::floors::at_least;

#[test]
fn copies_and_addresses_hold_their_floors() {
    for (name, score) in cases::scores() {
        at_least(name, score);
    }
}
