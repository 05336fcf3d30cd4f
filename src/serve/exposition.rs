//! Numbers as Prometheus reads them: its text format, version 0.0.4. Pure.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::fmt::{Display, Write};

/// `Content-Type` of a page.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Only rises, from nought when the process begins. Its name ends with `_total`.
    Counter,
    /// Rises and falls.
    Gauge,
}

/// A page of numbers.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Page {
    text: String,
}

impl Page {
    /// Begins a family of numbers. Its samples follow before the next one begins, and a family is begun once.
    pub fn family(&mut self, name: &str, form: Form, help: &str) {
        let form = match form {
            Form::Counter => "counter",
            Form::Gauge => "gauge",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        // Memory takes every letter; here and below.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {form}");
    }

    /// One number of the family, told apart from its others by labels.
    ///
    /// ```
    /// use feedatlas::serve::exposition::{Form, Page};
    /// let mut page = Page::default();
    /// page.family("feedatlas_sources", Form::Gauge, "Sources, by state.");
    /// page.sample("feedatlas_sources", &[("state", "well")], 3);
    /// let lines: Vec<&str> = page.as_str().lines().collect();
    /// assert_eq!(lines[1..], ["# TYPE feedatlas_sources gauge", "feedatlas_sources{state=\"well\"} 3"]);
    /// ```
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.text.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.text, "{}{label}=\"{text}\"", if index == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    /// The page as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_help_make_no_second_line() {
        let mut page = Page::default();
        page.family("a", Form::Gauge, "back\\slash\nand line");
        page.sample("a", &[("x", "q\"uote\\ \n"), ("y", "")], 1.5);
        assert_eq!(
            page.as_str(),
            "# HELP a back\\\\slash\\nand line\n# TYPE a gauge\na{x=\"q\\\"uote\\\\ \\n\",y=\"\"} 1.5\n"
        );
    }
}
