//! Scores over our own fixtures never fall below `fixtures/floors.toml`. Lowering a floor is a line in CHANGELOG.
//!
//! A stage a file: `articles`, `credits`, `dedup`, `route`. Scores that rise by more than a hundredth should be written
//! down as the new floor.

mod articles;
mod credits;
mod dedup;
mod floors;
mod route;
