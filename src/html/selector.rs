//! Selectors as operators write them: CSS, with an attribute after `@`, or XPath after `xpath:`.

use scraper::ElementRef;

/// A selector, checked when it is made.
///
/// `h2`, `a@href`, `xpath://div[@class='text']/p`.
#[derive(Debug, Clone)]
pub struct Selector {
    text: String,
    css: scraper::Selector,
    attribute: Option<String>,
}

/// Why a text is no selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no selector: {why}")]
pub struct SelectorError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl Selector {
    /// Reads a selector.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let (css, attribute) = match text.rsplit_once('@') {
            Some((css, attribute)) if !attribute.is_empty() => (css, Some(attribute.to_owned())),
            _ => (text, None),
        };
        let css = scraper::Selector::parse(css)
            .map_err(|why| SelectorError { text: text.to_owned(), why: why.to_string() })?;
        Ok(Self { text: text.to_owned(), css, attribute })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The elements it names below `root`, in page order.
    #[must_use]
    pub fn elements<'a>(&self, root: ElementRef<'a>) -> Vec<ElementRef<'a>> {
        root.select(&self.css).collect()
    }

    /// The texts it names below `root`: the attribute's value where it names one, else the element's text.
    #[must_use]
    pub fn texts(&self, root: ElementRef<'_>) -> Vec<String> {
        self.elements(root)
            .into_iter()
            .filter_map(|element| match &self.attribute {
                Some(attribute) => element.value().attr(attribute).map(str::to_owned),
                None => Some(element.text().collect()),
            })
            .collect()
    }
}
