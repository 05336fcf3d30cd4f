//! The pictures that belong to the article, in page order: inside it, not beside it.
//!
//! One pass over the page; what an ancestor says is remembered, so that the whole is linear in the page.

use std::collections::HashMap;

use scraper::{ElementRef, Html};

use crate::extract::photo_signs::{Part, attribute, part, tag};
use crate::extract::photo_url::{address, is_foreign_image, is_image_path, is_real, key};
use crate::extract::signs::{Signs, signs};
use crate::html::dom::NodeId;
use crate::model::url::PageUrl;

/// Pictures of one page that are looked at; the longest galleries of real pages have about 150.
const PICTURES_MAX: usize = 300;

/// Elements called credit that are looked at on one page.
const CREDITS_MAX: usize = 1000;

/// An image element with its real address.
#[derive(Debug, Clone)]
pub(crate) struct Picture<'a> {
    /// The element.
    pub(crate) img: ElementRef<'a>,
    /// Its address.
    pub(crate) url: PageUrl,
    /// Its place among the elements of the page.
    pub(crate) at: usize,
}

/// What a walk over the page found.
#[derive(Debug, Default)]
pub(crate) struct Walk<'a> {
    /// The pictures, in page order.
    pub(crate) pictures: Vec<Picture<'a>>,
    /// Elements that hold credits by their names, wherever they stand near the article: (place, element).
    pub(crate) credits: Vec<(usize, ElementRef<'a>)>,
}

/// Why a picture is none of the article's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It has no address.
    NoAddress,
    /// A sign of the site, a tracker, an avatar, an advert.
    Foreign,
    /// It stands outside the article, or beside it.
    Outside,
    /// It leads to another article.
    Teaser,
}

impl Passed {
    /// Why, for people.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoAddress => "has no address",
            Self::Foreign => "a sign of the site, a tracker, an avatar or an advert",
            Self::Outside => "stands outside the article",
            Self::Teaser => "leads to another article",
        }
    }
}

/// Where the article stands.
pub(crate) struct Area<'a> {
    pub(crate) body: Option<ElementRef<'a>>,
    pub(crate) article: Option<ElementRef<'a>>,
}

/// What the ancestors of an element say together.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the ancestors")]
struct Above {
    body: bool,
    article: bool,
    foreign: bool,
    figure: bool,
    /// The page itself marks it as a picture of the article.
    marked: bool,
}

struct Walker<'a, 'p> {
    area: &'p Area<'a>,
    base: &'p PageUrl,
    above: HashMap<NodeId, Above>,
    headline_seen: bool,
    headline_class: Option<&'a str>,
    body_seen: bool,
    /// Another headline stands below the text: what follows is another article.
    over: bool,
    lead: Option<String>,
}

/// Walks over a page.
pub(crate) fn walk<'a>(dom: &'a Html, area: &Area<'a>, base: &PageUrl, og_image: Option<&PageUrl>) -> Walk<'a> {
    walk_step_by_step(dom, area, base, og_image, |_, _| {})
}

/// The same; `see` is shown each picture that is passed over.
pub(crate) fn walk_step_by_step<'a>(
    dom: &'a Html,
    area: &Area<'a>,
    base: &PageUrl,
    og_image: Option<&PageUrl>,
    mut see: impl FnMut(ElementRef<'a>, Passed),
) -> Walk<'a> {
    let lead = og_image.map(key);
    let mut walker = Walker {
        area,
        base,
        above: HashMap::new(),
        headline_seen: false,
        headline_class: None,
        body_seen: false,
        over: false,
        lead,
    };
    let mut walk = Walk::default();
    for (at, element) in dom.root_element().descendent_elements().enumerate() {
        walker.body_seen |= area.body.is_some_and(|body| body.id() == element.id());
        match &**tag(element) {
            "img" | "amp-img" if walk.pictures.len() < PICTURES_MAX => match walker.picture(element, at) {
                Ok(picture) => walk.pictures.push(picture),
                Err(passed) => see(element, passed),
            },
            "h1" => walker.headline(element),
            "meta" | "script" | "link" | "source" | "a" | "input" | "option" | "br" | "head" | "title" => {}
            _ => {
                if walk.credits.len() < CREDITS_MAX
                    && has_names(element)
                    && part(element, false) == Part::Credit
                    && walker.is_near(element)
                {
                    walk.credits.push((at, element));
                }
            }
        }
    }
    walk
}

fn has_names(element: ElementRef<'_>) -> bool {
    !element.value().attrs.is_empty()
}

impl<'a> Walker<'a, '_> {
    fn picture(&mut self, img: ElementRef<'a>, at: usize) -> Result<Picture<'a>, Passed> {
        let above = self.above(img);
        let between = self.headline_seen && !self.body_seen && above.figure;
        let inside =
            above.body && !self.over || (above.article && !self.body_seen) || between || above.marked && !self.over;
        let belongs = inside && !above.foreign;
        let may_lead = self.lead.is_some() && (above.figure || above.article);
        if !belongs && !may_lead {
            // Most pictures of a page are signs and teasers: their addresses need not be read.
            return Err(Passed::Outside);
        }
        let url = address(img, self.base).or_else(|| self.unscripted(img)).ok_or(Passed::NoAddress)?;
        if is_foreign_image(img, &url) {
            return Err(Passed::Foreign);
        }
        let leads = self.lead.as_deref() == Some(key(&url).as_str());
        if !belongs && !leads {
            return Err(Passed::Outside);
        }
        if leads || !self.is_teaser(img, above) { Ok(Picture { img, url, at }) } else { Err(Passed::Teaser) }
    }

    /// The picture that stands in a `noscript` beside a lazy one.
    fn unscripted(&self, img: ElementRef<'a>) -> Option<PageUrl> {
        /// Bytes of a `noscript` that is looked at.
        const BYTES_MAX: usize = 4000;
        let near = img
            .next_siblings()
            .take(3)
            .chain(img.parent().into_iter().flat_map(|parent| parent.next_siblings().take(2)));
        let noscript = near.filter_map(ElementRef::wrap).find(|element| &**tag(*element) == "noscript")?;
        let text: String = noscript.text().collect();
        if text.len() > BYTES_MAX {
            return None;
        }
        let fragment = Html::parse_fragment(&text);
        let inner = fragment.root_element().descendent_elements().find(|element| &**tag(*element) == "img");
        let direct = noscript.descendent_elements().find(|element| &**tag(*element) == "img");
        direct.and_then(|img| address(img, self.base)).or_else(|| inner.and_then(|img| address(img, self.base)))
    }

    fn is_near(&mut self, element: ElementRef<'a>) -> bool {
        let above = self.above(element);
        !above.foreign && (above.body || above.article && !self.over || self.headline_seen && !self.body_seen)
    }

    /// A headline below the text, or one in the text that is written as the first was: another article begins.
    fn headline(&mut self, headline: ElementRef<'a>) {
        let class = attribute(headline, "class").and_then(|class| class.split_ascii_whitespace().next());
        if self.headline_seen && self.body_seen {
            self.over |= !self.above(headline).body || class.is_some() && class == self.headline_class;
        }
        if !self.headline_seen {
            self.headline_class = class;
        }
        self.headline_seen = true;
    }

    /// What stands above an element; each ancestor is read once a page.
    fn above(&mut self, element: ElementRef<'a>) -> Above {
        let mut path = Vec::new();
        let mut known = Above::default();
        for ancestor in element.ancestors().filter_map(ElementRef::wrap) {
            if let Some(above) = self.above.get(&ancestor.id()) {
                known = *above;
                break;
            }
            path.push(ancestor);
        }
        for ancestor in path.into_iter().rev() {
            known = self.with(known, ancestor);
            self.above.insert(ancestor.id(), known);
        }
        known
    }

    fn with(&self, above: Above, element: ElementRef<'a>) -> Above {
        let is = |other: Option<ElementRef<'a>>| other.is_some_and(|other| other.id() == element.id());
        let (body, article) = (is(self.area.body), is(self.area.article));
        let says = signs(element);
        let beside = Signs::SITE.with(Signs::COMMENTS);
        let outside = Signs::OVERLAY.with(Signs::HIDDEN);
        let holds = body || article || matches!(&**tag(element), "html" | "body" | "main" | "figure");
        let byline = says.any(Signs::BYLINE)
            && !says.any(Signs::PICTURE.with(Signs::CAPTION).with(Signs::BODY).with(Signs::LEAD));
        // An `aside` made for a picture holds one of the article's.
        let aside = says.any(Signs::ASIDE) && !says.any(Signs::PICTURE);
        let foreign = !holds
            && ((says.any(beside) || aside) && !is_text(element)
                || byline
                || (says.any(outside) && !above.body && !above.figure));
        Above {
            body: above.body || body,
            article: above.article || article,
            // What is beside the page's frame is not the article, unless the article itself stands there.
            foreign: (above.foreign || foreign) && !(body || article),
            figure: above.figure || &**tag(element) == "figure" || says.any(Signs::PICTURE.with(Signs::LEAD)),
            marked: above.marked || attribute(element, "itemprop").is_some_and(|name| name == "image"),
        }
    }

    /// A picture that leads to another page, with words beside it: a link to another article.
    fn is_teaser(&self, img: ElementRef<'a>, above: Above) -> bool {
        /// Between picture and link, or picture and list, stand a few wrappers.
        const STEPS_MAX: usize = 6;
        /// Letters of a headline beside the picture.
        const WORDS_BYTES_MIN: usize = 15;
        let near = || img.ancestors().filter_map(ElementRef::wrap).take(STEPS_MAX);
        let nested = above.body
            && near().any(|element| {
                &**tag(element) == "article"
                    && Some(element.id()) != self.area.article.map(|article| article.id())
                    && Some(element.id()) != self.area.body.map(|body| body.id())
                    && !contains(element, self.area.body)
            });
        let Some(link) = near().find(|element| &**tag(*element) == "a") else { return nested && !above.figure };
        let Some(href) = attribute(link, "href").filter(|href| is_real(href)) else { return false };
        let Ok(url) = self.base.join(href) else { return false };
        if is_image_path(url.path()) || url.path() == self.base.path() {
            return false;
        }
        let figure =
            link.ancestors().filter_map(ElementRef::wrap).take(STEPS_MAX).find(|element| &**tag(*element) == "figure");
        let captioned = figure.is_some_and(|figure| {
            figure
                .descendent_elements()
                .take(FIGURE_ELEMENTS_MAX)
                .any(|child| &**tag(child) == "figcaption" && !leads_to(child, href))
        });
        if !captioned && is_story(&url, self.base) {
            return true;
        }
        let text: usize = link.text().map(|text| text.trim().len()).sum();
        nested || (!captioned || !is_same_story(&url, self.base)) && (text >= WORDS_BYTES_MIN || !above.body)
    }
}

/// Whether a caption itself is a link to the same page: a headline.
fn leads_to(caption: ElementRef<'_>, href: &str) -> bool {
    let links = || caption.descendent_elements().take(FIGURE_ELEMENTS_MAX).filter(|element| &**tag(*element) == "a");
    links().any(|link| attribute(link, "href") == Some(href))
}

/// A part of a path that names one story: a number or a slug, and no section.
fn names_story(part: &str) -> bool {
    const NAME_BYTES_MIN: usize = 5;
    part.len() >= NAME_BYTES_MIN && part.contains(|c: char| c.is_ascii_digit() || c == '-')
}

/// Whether a link leads to another page of the same story, such as its gallery: a part of the address names it.
fn is_same_story(link: &PageUrl, page: &PageUrl) -> bool {
    link.host() == page.host()
        && page.path().split('/').filter(|part| names_story(part)).any(|part| link.path().contains(part))
}

/// Whether a link leads to another story of the same site.
fn is_story(link: &PageUrl, page: &PageUrl) -> bool {
    link.host() == page.host() && link.path().split('/').any(names_story) && !is_same_story(link, page)
}

/// Elements of a figure that are looked at for its caption.
const FIGURE_ELEMENTS_MAX: usize = 40;

/// Whether an element holds paragraphs of text, whatever its class says of it.
fn is_text(element: ElementRef<'_>) -> bool {
    /// Boxes beside an article have fewer.
    const PARAGRAPHS_MIN: usize = 4;
    element.child_elements().filter(|child| &**tag(*child) == "p").nth(PARAGRAPHS_MIN - 1).is_some()
}

/// Whether an element holds another.
fn contains(outer: ElementRef<'_>, inner: Option<ElementRef<'_>>) -> bool {
    inner.is_some_and(|inner| inner.ancestors().any(|ancestor| ancestor.id() == outer.id()))
}
