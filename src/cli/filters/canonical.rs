//! `feedatlas canonical`.

use crate::dedup::canonical::canonical;

pub(super) fn line(line: &str) -> String {
    canonical(line)
}
