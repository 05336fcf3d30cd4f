//! The article's own pictures in page order, each with its caption, and with its credit where one is printed.
//!
//! Reads, in this order: the operator's rule, elements of the frame, what follows it, attributes, JSON-LD, `alt`; then a
//! line below the headline and a line at the end. A picture without a printed credit has none.

use std::collections::{HashMap, HashSet};

use scraper::{ElementRef, Html};

use crate::extract::credit;
use crate::extract::photo_data::{self, Data, Told};
use crate::extract::photo_frame::{self, text_of};
use crate::extract::photo_signs::attribute;
use crate::extract::photo_url::{key, side};
use crate::extract::photo_walk::{Area, Picture, walk};
use crate::html::dom::NodeId;
use crate::model::article::{Credit, Photo};
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
    let area = Area { body: page.body, article: page.article };
    let walk = walk(page.dom, &area, page.url, page.og_image.as_ref());
    let data = Data::of(page.ld, page.url, page.language);
    let mut found = Found::default();
    let mut places = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for picture in &walk.pictures {
        let photo = photo(picture, page, &area, &data, &mut found.captions);
        let index = *known.entry(key(&picture.url)).or_insert_with(|| {
            places.push(picture.at);
            found.photos.len()
        });
        found.nodes.push((picture.img.id(), index));
        match found.photos.get_mut(index) {
            Some(known) => fill(known, photo),
            None => found.photos.push(photo),
        }
    }
    told_alone(page, &data, &mut found);
    let orphans = orphans(page, &walk.credits, &mut found.captions);
    give(&mut found.photos, &places, orphans);
    collective(page, &mut found);
    found.lead = lead(page, &found);
    told_of_lead(&data, &mut found);
    found
}

fn photo<'a>(
    picture: &Picture<'a>,
    page: &PhotoPage<'a>,
    area: &Area<'a>,
    data: &Data,
    captions: &mut Vec<NodeId>,
) -> Photo {
    let img = picture.img;
    let printed = photo_frame::read(img, area, page.language);
    captions.extend(printed.nodes);
    let attributes = photo_data::attributes(img, page.language);
    let told = data.get(&picture.url);
    let credit = printed
        .credit
        .or(attributes.credit)
        .or_else(|| told.and_then(|told| told.credit.clone()))
        .or_else(|| photo_data::in_alt(img, page.language));
    Photo {
        url: picture.url.clone(),
        caption: printed.caption.or(attributes.text).or_else(|| told.and_then(|told| told.caption.clone())),
        credit,
        alt: attribute(img, "alt").map(str::to_owned),
        width: side(img, "width"),
        height: side(img, "height"),
    }
}

/// The same picture shown twice: what one place does not say, the other may.
fn fill(known: &mut Photo, other: Photo) {
    known.caption = known.caption.take().or(other.caption);
    known.credit = known.credit.take().or(other.credit);
    known.alt = known.alt.take().or(other.alt);
}

/// Credits that stand in no frame: the operator's elements first, else elements that are called credit.
fn orphans<'a>(
    page: &PhotoPage<'a>,
    named: &[(usize, ElementRef<'a>)],
    captions: &mut Vec<NodeId>,
) -> Vec<(usize, Credit)> {
    let ruled: HashSet<NodeId> = page
        .rule
        .credit
        .iter()
        .flat_map(|selector| selector.elements(page.dom.root_element()))
        .map(|element| element.id())
        .collect();
    let used: HashSet<NodeId> = captions.iter().copied().collect();
    let mut orphans = Vec::new();
    let places =
        page.dom.root_element().descendent_elements().enumerate().filter(|(_, element)| ruled.contains(&element.id()));
    let ruled: Vec<(usize, ElementRef<'a>)> = if ruled.is_empty() { Vec::new() } else { places.collect() };
    for (at, element) in if ruled.is_empty() { named } else { &ruled } {
        let within = element.ancestors().take(NESTED_MAX).any(|above| used.contains(&above.id()));
        if used.contains(&element.id()) || within {
            continue;
        }
        let text = text_of(*element, &[]);
        if text.len() <= ORPHAN_BYTES_MAX
            && let Some(credit) = credit::owner(&text)
        {
            orphans.push((*at, credit));
            captions.push(element.id());
        }
    }
    orphans
}

/// How deep a credit may stand in a caption that was read already.
const NESTED_MAX: usize = 6;
/// Bytes of a credit that stands on its own; more is a legal notice.
const ORPHAN_BYTES_MAX: usize = 160;
/// Elements between a picture and a credit on its own that still belong together.
const NEAR_MAX: usize = 30;

/// Gives each credit on its own to the picture before it; to the first picture, where it stands above it.
fn give(photos: &mut [Photo], places: &[usize], orphans: Vec<(usize, Credit)>) {
    if let (true, [photo]) = (places.is_empty(), &mut *photos) {
        photo.credit = photo.credit.take().or(orphans.into_iter().next().map(|(_, credit)| credit));
        return;
    }
    for (at, credit) in orphans {
        let before = places.iter().rposition(|place| *place < at);
        let near = before
            .filter(|index| at - places[*index] <= NEAR_MAX)
            .or_else(|| places.iter().position(|place| *place > at && place - at <= NEAR_MAX));
        if let Some(photo) = near.and_then(|index| photos.get_mut(index))
            && photo.credit.is_none()
        {
            photo.credit = Some(credit);
        }
    }
}

/// A line at the end of the text, or right at its beginning, that names all photographers: «Фото: А, Б».
fn collective(page: &PhotoPage<'_>, found: &mut Found) {
    if found.photos.is_empty() || found.photos.iter().any(|photo| photo.credit.is_some()) {
        return;
    }
    let Some(body) = page.body else { return };
    let blocks: Vec<ElementRef<'_>> = body.child_elements().collect();
    let edge = blocks.iter().rev().take(COLLECTIVE_BLOCKS).chain(blocks.first());
    for block in edge {
        let text = text_of(*block, &[]);
        if text.len() > ORPHAN_BYTES_MAX {
            continue;
        }
        let read = credit::caption(&text, page.language);
        if let (None, Some(credit)) = (read.text, read.credit)
            && credit.raw != credit.name
        {
            found.captions.push(block.id());
            found.photos.iter_mut().for_each(|photo| photo.credit = Some(credit.clone()));
            return;
        }
    }
}

/// Blocks at the end of a text among which a line of credits is looked for: tags and share buttons follow it.
const COLLECTIVE_BLOCKS: usize = 5;

/// A page that shows no picture to those without scripts: what it tells machines of them.
fn told_alone(page: &PhotoPage<'_>, data: &Data, found: &mut Found) {
    if !found.photos.is_empty() {
        return;
    }
    let lead = page.og_image.as_ref();
    let of_article = data
        .of_article
        .iter()
        .find(|told| lead.is_none_or(|lead| key(lead) == key(&told.url)))
        .or(data.of_article.first());
    let photo = match (of_article, lead) {
        (Some(Told { url, caption, credit, width, height }), _) => Photo {
            url: url.clone(),
            caption: caption.clone(),
            credit: credit.clone(),
            alt: None,
            width: *width,
            height: *height,
        },
        (None, Some(url)) => {
            let told = data.get(url);
            Photo {
                url: url.clone(),
                caption: told.and_then(|told| told.caption.clone()),
                credit: told.and_then(|told| told.credit.clone()),
                alt: None,
                width: None,
                height: None,
            }
        }
        (None, None) => return,
    };
    found.photos.push(photo);
}

/// What JSON-LD tells of the article's picture is told of its lead, whatever size of it the page shows.
fn told_of_lead(data: &Data, found: &mut Found) {
    let mut credits = data.of_article.iter().filter_map(|told| told.credit.as_ref());
    let (Some(lead), Some(credit)) = (found.lead, credits.next()) else { return };
    let photo = &mut found.photos[lead];
    if photo.credit.is_none() && credits.all(|other| other.name == credit.name) {
        photo.credit = Some(credit.clone());
    }
}

fn lead(page: &PhotoPage<'_>, found: &Found) -> Option<usize> {
    let named =
        page.og_image.as_ref().and_then(|url| found.photos.iter().position(|photo| key(&photo.url) == key(url)));
    named.or((!found.photos.is_empty()).then_some(0))
}
