//! The arrows of the house: every import points down, none sideways between the stages, none in a circle.
//!
//! Reads `use crate::` in `src/` and refuses `use super::`, which says nothing of where it points; the table is the one of
//! `docs/ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Level of each room; an import may only point to a lower one, or into the same room.
const LEVELS: &[(&str, u8)] = &[
    ("cli", 4),
    ("pipeline", 3),
    ("serve", 3),
    ("config", 2),
    ("fetch", 2),
    ("parse", 2),
    ("extract", 2),
    ("route", 2),
    ("dedup", 2),
    ("store", 2),
    ("publish", 2),
    ("websub", 2),
    ("model", 1),
    ("text", 0),
    ("date", 0),
    ("charset", 0),
    ("html", 0),
];

struct File {
    /// `route`, for `src/route/judge.rs` and for `src/route/mod.rs`.
    room: String,
    /// `route::judge`; `route` for its `mod.rs`.
    module: String,
    path: PathBuf,
    text: String,
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        if path.is_dir() {
            collect(root, &path, found);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let relative = path.strip_prefix(root).expect("below src").with_extension("");
        let mut parts: Vec<String> =
            relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if parts.last().is_some_and(|part| part == "mod") {
            parts.pop();
        }
        if matches!(parts[0].as_str(), "main" | "lib") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file is UTF-8");
        found.push(File { room: parts[0].clone(), module: parts.join("::"), path, text });
    }
}

/// The paths after `use crate::`, as far as they are written on one line: `model::url`.
fn imports(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim_start().trim_start_matches("pub(crate) ").strip_prefix("use crate::"))
        .map(|path| path.split(['{', ';']).next().unwrap_or_default().trim_end_matches("::").to_owned())
        .collect()
}

fn level(room: &str) -> u8 {
    let found = LEVELS.iter().find(|(name, _)| *name == room);
    found.unwrap_or_else(|| panic!("`{room}` has no level in this test: a new room needs a place in the plan")).1
}

#[test]
fn every_import_points_down() {
    let mut wrong = Vec::new();
    for file in files() {
        for import in imports(&file.text) {
            let room = import.split("::").next().unwrap_or_default();
            if room != file.room && level(room) >= level(&file.room) {
                wrong.push(format!("{}: use crate::{import}", file.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point up or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn an_arrow_up_would_be_seen() {
    let text = "use std::fmt;\nuse crate::publish::rss;\n    use crate::cli::{exit, load};\n";
    assert_eq!(imports(text), ["publish::rss", "cli"]);
    assert!(level("publish") >= level("store") && level("cli") >= level("store"));
}

#[test]
fn no_room_hides_a_name_behind_another_path() {
    let mut wrong = Vec::new();
    for file in files() {
        let before_tests = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in before_tests.lines().enumerate() {
            let line = line.trim_start();
            let reexports =
                ["pub use ", "pub(crate) use ", "pub(super) use "].iter().any(|word| line.starts_with(word));
            if reexports || line.starts_with("use super::") {
                wrong.push(format!("{}:{}: {line}", file.path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "re-exports, and imports by `super`:\n{}", wrong.join("\n"));
}

#[test]
fn modules_of_a_room_import_each_other_in_no_circle() {
    let files = files();
    let modules: BTreeSet<&str> = files.iter().map(|file| file.module.as_str()).collect();
    let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in &files {
        let before_tests = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        for import in imports(before_tests) {
            // The longest module that the path begins with: what follows is a name inside it.
            let target = modules.iter().filter(|module| is_within(&import, module)).max_by_key(|module| module.len());
            if let Some(target) = target.filter(|target| **target != file.module) {
                arrows.entry(&file.module).or_default().insert(target);
            }
        }
    }
    // A `mod.rs` uses its files: a file that imports its own `mod.rs` closes a circle.
    for module in &modules {
        if let Some((parent, _)) = module.rsplit_once("::")
            && let Some(parent) = modules.get(parent)
        {
            arrows.entry(parent).or_default().insert(module);
        }
    }
    for start in arrows.keys() {
        let mut waiting: Vec<&str> = arrows[start].iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(module) = waiting.pop() {
            assert_ne!(module, *start, "`{start}` imports itself through: {seen:?}");
            if seen.insert(module) {
                waiting.extend(arrows.get(module).into_iter().flatten());
            }
        }
    }
}

fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn every_file_opens_with_what_it_is_for_and_fits() {
    /// Lines of a file, tests apart (docs/ARCHITECTURE.md).
    const LINES_MAX: usize = 450;
    let mut wrong = Vec::new();
    for file in files() {
        if !file.text.starts_with("//!") {
            wrong.push(format!("{}: does not open with //!", file.path.display()));
        }
        let lines = file.text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{}: {lines} lines", file.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
