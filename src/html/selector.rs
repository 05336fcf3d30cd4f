//! Selectors as operators write them: CSS, with an attribute after `@`, or `XPath` after `xpath:`.

use scraper::ElementRef;

use crate::html::xpath::{Found, Value, XPath};

/// A selector, checked when it is made.
///
/// `h2`, `a@href`, `xpath://div[@class='text']/p`.
/// ```
/// use feedatlas::html::selector::Selector;
/// let page = scraper::Html::parse_document("<a class=x href=/1>One</a>");
/// assert_eq!(Selector::parse("a.x@href").unwrap().texts(page.root_element()), ["/1"]);
/// assert!(Selector::parse("a[").is_err());
/// assert!(Selector::parse("xpath:following::a").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct Selector {
    text: String,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Css { css: scraper::Selector, attribute: Option<String> },
    XPath(XPath),
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
        let failed = |why: String| SelectorError { text: text.to_owned(), why };
        let form = match text.trim().strip_prefix("xpath:") {
            Some(xpath) => Form::XPath(XPath::parse(xpath).map_err(failed)?),
            None => css(text.trim()).map_err(failed)?,
        };
        Ok(Self { text: text.to_owned(), form })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The elements it names below `root`, in page order.
    #[must_use]
    pub fn elements<'a>(&self, root: ElementRef<'a>) -> Vec<ElementRef<'a>> {
        match &self.form {
            Form::Css { css, .. } => root.select(css).collect(),
            Form::XPath(xpath) => match xpath.evaluate(root) {
                Value::Nodes(nodes) => nodes.iter().filter_map(Found::element).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// The texts it names below `root`: the attribute's value where it names one, else the element's text.
    #[must_use]
    pub fn texts(&self, root: ElementRef<'_>) -> Vec<String> {
        match &self.form {
            Form::Css { css, attribute: None } => root.select(css).map(|element| element.text().collect()).collect(),
            Form::Css { css, attribute: Some(attribute) } => {
                root.select(css).filter_map(|element| element.value().attr(attribute)).map(str::to_owned).collect()
            }
            Form::XPath(xpath) => match xpath.evaluate(root) {
                Value::Nodes(nodes) => nodes.iter().map(Found::text).collect(),
                Value::Text(text) if text.is_empty() => Vec::new(),
                Value::Text(text) => vec![text],
                Value::Number(number) => vec![number.to_string()],
                Value::Truth(_) => Vec::new(),
            },
        }
    }
}

fn css(text: &str) -> Result<Form, String> {
    let (css, attribute) = match text.rsplit_once('@') {
        // `a[href*="@"]` has its `@` inside the selector.
        Some((css, attribute)) if is_name(attribute) => (css.trim_end(), Some(attribute.to_ascii_lowercase())),
        _ => (text, None),
    };
    let css = scraper::Selector::parse(css).map_err(|why| why.to_string())?;
    Ok(Form::Css { css, attribute })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_inside_brackets_is_no_attribute() {
        assert!(Selector::parse("a[href*='@']").is_ok());
        assert!(Selector::parse("time@datetime").is_ok());
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let error = Selector::parse("xpath://a/namespace::b").unwrap_err();
        assert!(error.to_string().contains("namespace::"), "{error}");
        assert!(Selector::parse("div > > p").is_err());
    }
}
