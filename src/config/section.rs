//! A table of feeds.toml while it is read: each key is asked for once, and what nobody asked for is unknown.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::complaint::Complaint;
use crate::config::mistake::{Mistake, place};
use crate::config::nearest::nearest;
use crate::config::value::wrong_type;

/// What was found while reading: it stops at none.
pub(super) struct Findings<'t> {
    text: &'t str,
    mistakes: RefCell<Vec<Mistake>>,
    warnings: RefCell<Vec<Mistake>>,
}

impl<'t> Findings<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, mistakes: RefCell::default(), warnings: RefCell::default() }
    }

    /// Mistakes and warnings.
    pub(super) fn into_parts(self) -> (Vec<Mistake>, Vec<Mistake>) {
        let mut warnings = self.warnings.into_inner();
        warnings.sort_by_key(Mistake::start);
        (self.mistakes.into_inner(), warnings)
    }

    pub(super) fn complain(&self, span: Range<usize>, complaint: Complaint) {
        self.push(Mistake::new(span, complaint.message, Some(complaint.cure)));
    }

    pub(super) fn warn(&self, span: Range<usize>, complaint: Complaint) {
        self.warnings.borrow_mut().push(Mistake::new(span, complaint.message, Some(complaint.cure)));
    }

    /// The line of a place, for words that point to another one.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        place(self.text, span.start).0
    }

    fn push(&self, mistake: Mistake) {
        self.mistakes.borrow_mut().push(mistake);
    }
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// A table while it is read.
pub(super) struct Section<'t> {
    path: String,
    span: Range<usize>,
    table: &'t DeTable<'t>,
    asked: Vec<&'static str>,
    findings: &'t Findings<'t>,
}

impl<'t> Section<'t> {
    pub(super) fn root(table: &'t DeTable<'t>, findings: &'t Findings<'t>) -> Self {
        Self { path: String::new(), span: 0..0, table, asked: Vec::new(), findings }
    }

    pub(super) fn findings(&self) -> &'t Findings<'t> {
        self.findings
    }

    /// Where the table begins.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Whether a key is written, whatever it says.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    /// The value of a key with its place; none where it is not there or is wrong, which is then told.
    pub(super) fn placed<T>(
        &mut self,
        key: &'static str,
        convert: impl Fn(&'t DeValue<'t>) -> Result<T, Complaint>,
    ) -> Option<Placed<T>> {
        let value = self.value(key)?;
        self.converted(value, convert)
    }

    /// The value of a key.
    pub(super) fn take<T>(
        &mut self,
        key: &'static str,
        convert: impl Fn(&'t DeValue<'t>) -> Result<T, Complaint>,
    ) -> Option<T> {
        self.placed(key, convert).map(|placed| placed.value)
    }

    /// A list; each item is read for itself.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        convert: impl Fn(&'t DeValue<'t>) -> Result<T, Complaint>,
    ) -> Vec<Placed<T>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            let written = &self.findings.text[value.span()];
            self.findings.complain(value.span(), wrong_type(value.get_ref(), &format!("a list: [{written}]")));
            return Vec::new();
        };
        items.iter().filter_map(|item| self.converted(item, &convert)).collect()
    }

    /// One value, or a list of them.
    pub(super) fn one_or_many<T>(
        &mut self,
        key: &'static str,
        convert: impl Fn(&'t DeValue<'t>) -> Result<T, Complaint>,
    ) -> Vec<Placed<T>> {
        let is_list = self.table.get(key).is_some_and(|value| value.get_ref().is_array());
        if is_list {
            return self.list(key, convert);
        }
        self.placed(key, convert).into_iter().collect()
    }

    /// A table below this one.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Section<'t>> {
        let value = self.value(key)?;
        let path = self.path_of(key);
        let section = self.as_section(path, value);
        if section.is_none() {
            let cure = if value.get_ref().is_array() && self.path.is_empty() {
                format!("[{key}] in single brackets, once")
            } else {
                format!("a table: {key} = {{ … }}")
            };
            self.findings.complain(value.span(), wrong_type(value.get_ref(), &cure));
        }
        section
    }

    /// Tables that stand one after the other: `[[source]]`.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Section<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let path = self.path_of(key);
        let cure = format!("[[{key}]] in double brackets");
        let DeValue::Array(items) = value.get_ref() else {
            self.findings.complain(value.span(), wrong_type(value.get_ref(), &cure));
            return Vec::new();
        };
        let sections = items.iter().filter_map(|item| {
            let section = self.as_section(path.clone(), item);
            if section.is_none() {
                self.findings.complain(item.span(), wrong_type(item.get_ref(), &cure));
            }
            section
        });
        sections.collect()
    }

    /// Every table below this one under its own name: `[country.KP]`, with the place of the name.
    pub(super) fn named_sections(self) -> Vec<(Placed<String>, Section<'t>)> {
        let named = self.table.iter().filter_map(|(key, value)| {
            let name = Placed { value: key.get_ref().to_string(), span: key.span() };
            let path = format!("{}.{}", self.path, name.value);
            let section = self.as_section(path, value);
            if section.is_none() {
                let cure = format!("a table: [{}.{}]", self.path, name.value);
                self.findings.complain(value.span(), wrong_type(value.get_ref(), &cure));
            }
            Some((name, section?))
        });
        let mut named: Vec<_> = named.collect();
        named.sort_by_key(|(name, _)| name.span.start);
        named
    }

    /// Whether a key is not there.
    pub(super) fn is_without(&self, key: &str) -> bool {
        !self.table.contains_key(key)
    }

    /// Tells that a key which must be there is not.
    pub(super) fn missing(&self, key: &str, cure: &str) {
        if self.table.contains_key(key) {
            return; // It is there and wrong, which was told.
        }
        let message = format!("{}: no `{key}`", self.path);
        self.findings.push(Mistake::absence(self.span(), message, Some(cure.to_owned())));
    }

    /// Ends the reading: every key that was not asked for is unknown.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let place = if self.path.is_empty() { String::new() } else { format!("{}: ", self.path) };
            let shown = name.escape_debug();
            let (message, cure) = if let Some(meant) = nearest(name, self.asked.iter().copied()) {
                (format!("{place}unknown key `{shown}`; did you mean `{meant}`?"), None)
            } else {
                (format!("{place}unknown key `{shown}`"), Some(format!("known here: {}", self.asked.join(", "))))
            };
            self.findings.push(Mistake::new(key.span(), message, cure));
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn as_section(&self, path: String, value: &'t Spanned<DeValue<'t>>) -> Option<Section<'t>> {
        let DeValue::Table(table) = value.get_ref() else { return None };
        Some(Section { path, span: value.span(), table, asked: Vec::new(), findings: self.findings })
    }

    fn converted<T>(
        &self,
        value: &'t Spanned<DeValue<'t>>,
        convert: impl Fn(&'t DeValue<'t>) -> Result<T, Complaint>,
    ) -> Option<Placed<T>> {
        match convert(value.get_ref()) {
            Ok(read) => Some(Placed { value: read, span: value.span() }),
            Err(complaint) => {
                self.findings.complain(value.span(), complaint);
                None
            }
        }
    }
}
