//! Where the credit of each picture was found, and why other pictures of the page are none of the article's.
//!
//! A second reading of the same page for those who ask; `photo` itself collects no reasons.

use scraper::ElementRef;

use crate::extract::photo::{Found, PhotoPage};
use crate::extract::photo_data::{self, Data};
use crate::extract::photo_frame::{self, text_of};
use crate::extract::photo_signs::attribute;
use crate::extract::photo_walk::{Area, Passed, walk_step_by_step};
use crate::html::dom::NodeId;
use crate::model::article::Credit;

/// The pictures that are passed over: what they say of their address, and why.
pub(crate) fn passed(page: &PhotoPage<'_>) -> Vec<(String, Passed)> {
    const ADDRESSES: [&str; 4] = ["src", "data-src", "srcset", "data-srcset"];
    let mut passed = Vec::new();
    let area = Area { body: page.body, article: page.article };
    walk_step_by_step(page.dom, &area, page.url, page.og_image.as_ref(), |img, why| {
        let address = ADDRESSES.iter().find_map(|name| attribute(img, name)).unwrap_or_default();
        passed.push((address.to_owned(), why));
    });
    passed
}

/// Where the credit of each found picture stands; nothing for one without a credit.
pub(crate) fn places(page: &PhotoPage<'_>, found: &Found) -> Vec<Option<&'static str>> {
    let data = Data::of(page.ld, page.url, page.language);
    found
        .photos
        .iter()
        .enumerate()
        .map(|(index, photo)| {
            let credit = photo.credit.as_ref()?;
            let mut nodes = found.nodes.iter().filter(|(_, of)| *of == index).map(|(node, _)| *node);
            let around = nodes.find_map(|node| around(page, node, credit));
            let told = || data.get(&photo.url).and_then(|told| told.credit.as_ref()) == Some(credit);
            around.or_else(|| told().then_some("JSON-LD")).or_else(|| Some(elsewhere(page, &data, credit)))
        })
        .collect()
}

/// A credit that the page prints around the picture, or that its element carries.
fn around(page: &PhotoPage<'_>, node: NodeId, credit: &Credit) -> Option<&'static str> {
    let area = Area { body: page.body, article: page.article };
    let img = page.dom.tree.get(node).and_then(ElementRef::wrap)?;
    let is = |other: Option<&Credit>| other.is_some_and(|other| other.name == credit.name);
    match () {
        () if is(photo_frame::read(img, &area, page.language).credit.as_ref()) => Some("printed with the picture"),
        () if is(photo_data::attributes(img, page.language).credit.as_ref()) => Some("an attribute"),
        () if is(photo_data::in_alt(img, page.language).as_ref()) => Some("the text for those who cannot see it"),
        () => None,
    }
}

/// A credit that stands at no picture.
fn elsewhere(page: &PhotoPage<'_>, data: &Data, credit: &Credit) -> &'static str {
    let mut ruled = page.rule.credit.iter().flat_map(|selector| selector.elements(page.dom.root_element()));
    if ruled.any(|element| text_of(element, &[]).contains(&credit.name)) {
        return "the rule of its source";
    }
    let of_article = data.of_article.iter().filter_map(|told| told.credit.as_ref());
    if of_article.clone().any(|other| other.name == credit.name) {
        return "JSON-LD of the article";
    }
    "a line of its own"
}
