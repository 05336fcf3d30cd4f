//! What a rule names on a page: the operator's, or that of its site. A rule that names nothing changes nothing: the readers
//! go on without it.
//!
//! Not here: reading the rules of sites (`site_rules`), and how far each is believed (`body`).

use std::collections::HashMap;

use scraper::ElementRef;

use crate::extract::outline::Outline;
use crate::html::dom::NodeId;
use crate::html::plain::plain;
use crate::html::selector::Selector;
use crate::model::source::ArticleRule;

/// What a rule names on a page.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The headline.
    pub(super) title: Option<String>,
    /// Who wrote it.
    pub(super) authors: Vec<String>,
    /// Dates, as printed.
    pub(super) dates: Vec<String>,
    /// Elements that are the text.
    pub(super) body: Vec<usize>,
    /// Elements that are not, selector by selector.
    pub(super) removed: Vec<Vec<usize>>,
    /// Whether it asks for the text at all.
    pub(super) asks_body: bool,
}

impl Named {
    /// Asks a page.
    pub(super) fn on(outline: &Outline<'_>, root: ElementRef<'_>, rule: &ArticleRule) -> Self {
        let asks_nothing =
            [&rule.title, &rule.body, &rule.date, &rule.author, &rule.remove].iter().all(|list| list.is_empty());
        if asks_nothing {
            return Self::default();
        }
        let places: HashMap<NodeId, usize> =
            outline.elements.iter().enumerate().map(|(index, element)| (element.node.id(), index)).collect();
        let places_of = |selector: &Selector| -> Vec<usize> {
            selector.elements(root).iter().filter_map(|element| places.get(&element.id()).copied()).collect()
        };
        Self {
            title: first_texts(root, &rule.title).into_iter().next(),
            authors: first_texts(root, &rule.author),
            dates: first_texts(root, &rule.date),
            body: rule.body.iter().map(places_of).find(|places| !places.is_empty()).unwrap_or_default(),
            removed: rule.remove.iter().map(places_of).filter(|places| !places.is_empty()).collect(),
            asks_body: !rule.body.is_empty(),
        }
    }
}

impl Named {
    /// A site's rule gives way to the operator's, part by part.
    pub(super) fn but_for(mut self, rule: &ArticleRule) -> Self {
        if !rule.body.is_empty() {
            self.body.clear();
            self.asks_body = false;
        }
        if !rule.remove.is_empty() {
            self.removed.clear();
        }
        self
    }
}

/// The texts of the first selector that names any.
fn first_texts(root: ElementRef<'_>, selectors: &[Selector]) -> Vec<String> {
    let texts = selectors.iter().map(|selector| {
        selector.texts(root).iter().map(|text| plain(text)).filter(|text| !text.is_empty()).collect::<Vec<_>>()
    });
    texts.into_iter().find(|texts| !texts.is_empty()).unwrap_or_default()
}
