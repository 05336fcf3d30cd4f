//! feeds.toml in, settings out; or every mistake in it, each with its place and its cure.
//!
//! Pure: the environment is handed in, no folder is made and no address is asked.

mod alert;
mod alike;
mod complaint;
mod country;
mod feed;
mod mistake;
mod nearest;
pub mod schema;
mod section;
mod sections;
mod selectors;
mod source;
mod value;

use std::path::Path;

use toml::de::DeTable;

use crate::config::mistake::{Mistake, Mistakes};
use crate::config::section::{Findings, Section};
use crate::model::settings::Settings;

/// A commented feeds.toml for those who begin; `init` writes it.
pub const TEMPLATE: &str = include_str!("template.toml");

/// What a feeds.toml without mistakes says.
#[derive(Debug)]
pub struct Reading {
    /// All that the house needs to know.
    pub settings: Settings,
    /// What works, and is probably not meant.
    pub warnings: Warnings,
}

/// The answer to a feeds.toml that cannot be used: prints every mistake, then how many there were.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ConfigError(#[from] Mistakes);

impl ConfigError {
    /// How many mistakes there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.count()
    }
}

/// What works, and is probably not meant; prints as mistakes do.
#[derive(Debug)]
pub struct Warnings(Mistakes);

impl Warnings {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.count() == 0
    }
}

impl std::fmt::Display for Warnings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads a feeds.toml: everything it says, or everything that is wrong with it.
///
/// `path` is where it lies: relative paths in it count from its folder. `environment` answers for `"env:NAME"`.
///
/// ```
/// use std::path::Path;
/// let text = "[[source]]\nurl = 'https://example.org/feed'\ncountries = ['kndr']\n";
/// let error = feedatlas::config::read(text, Path::new("feeds.toml"), &|_| None).unwrap_err();
/// assert!(error.to_string().starts_with("feeds.toml:3:14: unknown country \"kndr\"\n"));
/// assert!(error.to_string().ends_with("1 mistake; nothing was changed"));
/// ```
pub fn read(text: &str, path: &Path, environment: &dyn Fn(&str) -> Option<String>) -> Result<Reading, ConfigError> {
    // A mark that some editors put in front; TOML allows it, and no column counts it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    let findings = Findings::new(text);
    let folder = path.parent().unwrap_or(Path::new(""));
    let root = Section::root(document.get_ref(), &findings);
    let settings = sections::settings(root, folder, environment);

    let syntax: Vec<Mistake> =
        errors.iter().map(|error| Mistake::syntax(error.message(), error.span(), text)).collect();
    let (found, warnings) = findings.into_parts();
    let mistakes = merge(syntax, found, text);
    if !mistakes.is_empty() {
        return Err(Mistakes::new(path, text, mistakes).into());
    }
    Ok(Reading { settings, warnings: Warnings(Mistakes::warnings(path, text, warnings)) })
}

/// Mistakes of form and of sense, in the order of the file.
///
/// What a broken line was taken for is guesswork: no mistake of sense is told on a line that has one of form, none
/// about what is missing while any line is broken, and none below a broken heading.
fn merge(syntax: Vec<Mistake>, found: Vec<Mistake>, text: &str) -> Vec<Mistake> {
    let broken: Vec<usize> = syntax.iter().map(|mistake| mistake.line(text)).collect();
    let is_heading =
        |line: &&usize| text.lines().nth(**line - 1).is_some_and(|line| line.trim_start().starts_with('['));
    let lost_from = broken.iter().filter(is_heading).min().copied().unwrap_or(usize::MAX);
    let believed = found.into_iter().filter(|mistake| {
        let line = mistake.line(text);
        broken.is_empty() || !(mistake.is_absence() || broken.contains(&line) || line > lost_from)
    });
    let mut all: Vec<Mistake> = believed.chain(syntax).collect();
    all.sort_by_key(Mistake::start);
    all
}
