//! What a page tells machines of its pictures: JSON-LD `ImageObject`, `data-` attributes, `alt` and `title`.
//!
//! Told to machines is not printed: it counts where nothing is printed around the picture.

use std::collections::HashMap;

use scraper::ElementRef;
use serde_json::{Map, Value};

use crate::extract::credit;
use crate::extract::photo_signs::attribute;
use crate::extract::photo_url::key;
use crate::html::plain::plain;
use crate::model::article::Credit;
use crate::model::url::PageUrl;

/// Values of JSON-LD that are looked at on one page.
const VALUES_MAX: usize = 20_000;

/// What JSON-LD says of a picture.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Its address.
    pub(crate) url: PageUrl,
    /// What it shows.
    pub(crate) caption: Option<String>,
    /// Whom it is owed to.
    pub(crate) credit: Option<Credit>,
    /// Pixels.
    pub(crate) width: Option<u32>,
    /// Pixels.
    pub(crate) height: Option<u32>,
}

/// The pictures of JSON-LD, by what their addresses have in common; and those of the article, in order.
#[derive(Debug, Default)]
pub(crate) struct Data {
    by_key: HashMap<String, Told>,
    /// Those that stand under `image` of an article.
    pub(crate) of_article: Vec<Told>,
}

impl Data {
    /// Reads the objects of a page.
    pub(crate) fn of(ld: &[Value], base: &PageUrl, language: Option<&str>) -> Self {
        let mut data = Self::default();
        let publishers = publishers(ld);
        let mut stack: Vec<(&Value, bool)> = ld.iter().rev().map(|value| (value, false)).collect();
        let mut seen = 0;
        while let Some((value, under_image)) = stack.pop() {
            seen += 1;
            if seen > VALUES_MAX {
                break;
            }
            match value {
                Value::Array(values) => stack.extend(values.iter().rev().map(|value| (value, under_image))),
                Value::Object(object) => {
                    if is_image(object)
                        && let Some(told) = told(object, base, &publishers, language)
                    {
                        if under_image {
                            data.of_article.push(told.clone());
                        }
                        let known = data.by_key.entry(key(&told.url)).or_insert_with(|| told.clone());
                        known.credit = known.credit.take().or(told.credit);
                        known.caption = known.caption.take().or(told.caption);
                    }
                    let article = is_article(object);
                    let nested = object.iter().filter(|(name, _)| {
                        !matches!(name.as_str(), "publisher" | "author" | "logo" | "itemListElement")
                    });
                    stack.extend(
                        nested
                            .filter(|(_, value)| value.is_object() || value.is_array())
                            .map(|(name, value)| (value, article && name == "image")),
                    );
                }
                _ => {}
            }
        }
        data
    }

    /// What is told of a picture.
    pub(crate) fn get(&self, url: &PageUrl) -> Option<&Told> {
        self.by_key.get(&key(url))
    }
}

fn types(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let value = object.get("@type");
    let many = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    value.into_iter().chain(many).filter_map(Value::as_str)
}

fn is_image(object: &Map<String, Value>) -> bool {
    types(object).any(|kind| matches!(kind.rsplit('/').next().unwrap_or(kind), "ImageObject" | "Photograph" | "Image"))
}

fn is_article(object: &Map<String, Value>) -> bool {
    types(object).any(|kind| kind.ends_with("Article") || kind.ends_with("Posting") || kind == "Report")
}

/// The names of the sites themselves: a picture that names its own site as holder of the rights names nobody.
fn publishers(ld: &[Value]) -> Vec<String> {
    let own = |object: &Map<String, Value>| {
        types(object).any(|kind| matches!(kind, "Organization" | "NewsMediaOrganization" | "WebSite"))
    };
    ld.iter()
        .filter_map(Value::as_object)
        .flat_map(|object| {
            [object.get("publisher").and_then(text), text(&Value::Object(object.clone())).filter(|_| own(object))]
        })
        .flatten()
        .collect()
}

fn told(object: &Map<String, Value>, base: &PageUrl, publishers: &[String], language: Option<&str>) -> Option<Told> {
    let url = ["contentUrl", "url", "@id"]
        .iter()
        .filter_map(|name| object.get(*name))
        .find_map(|value| base.join(value.as_str()?).ok())?;
    let mut caption = ["caption", "description"].iter().filter_map(|name| object.get(*name)).find_map(text);
    let printed = caption.as_deref().map(|caption| credit::caption(caption, language)).unwrap_or_default();
    let mut owner = ["creditText", "copyrightHolder", "creator", "author", "copyrightNotice"]
        .iter()
        .filter_map(|name| object.get(*name))
        .filter_map(text)
        .filter(|name| !publishers.contains(name))
        .find_map(|name| credit::owner(&name));
    if owner.is_none() && printed.credit.is_some() {
        owner = printed.credit;
        caption = printed.text;
    }
    let side = |name: &str| {
        object
            .get(name)
            .and_then(|value| value.as_u64().or_else(|| value.as_str()?.trim_end_matches("px").parse().ok()))
            .and_then(|pixels| u32::try_from(pixels).ok())
    };
    Some(Told { url, caption, credit: owner, width: side("width"), height: side("height") })
}

/// A text, or the name of who is meant.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => plain(text),
        Value::Object(object) => plain(object.get("name")?.as_str()?),
        Value::Array(values) => values.iter().filter_map(text).collect::<Vec<_>>().join(", "),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty() && !text.starts_with("http"))
}

/// What attributes of a picture and of the elements around it say.
pub(crate) fn attributes(img: ElementRef<'_>, language: Option<&str>) -> credit::Caption {
    /// The picture, its `picture`, its link, its figure.
    const STEPS_MAX: usize = 4;
    const OWNERS: [&str; 9] = [
        "data-credit",
        "data-copyright",
        "data-photographer",
        "data-image-credit",
        "data-img-credit",
        "data-photo-credit",
        "data-author",
        "data-source-name",
        "copyright",
    ];
    const CAPTIONS: [&str; 7] = [
        "data-caption",
        "data-image-caption",
        "data-sub-html",
        "data-title",
        "data-description",
        "data-fancybox-title",
        "data-lightbox-title",
    ];
    let mut read = credit::Caption::default();
    let near = std::iter::once(img).chain(img.ancestors().filter_map(ElementRef::wrap).take(STEPS_MAX));
    for element in near {
        let owner =
            OWNERS.iter().filter_map(|name| attribute(element, name)).find_map(|value| credit::owner(&plain(value)));
        read.credit = read.credit.take().or(owner);
        for value in CAPTIONS.iter().filter_map(|name| attribute(element, name)) {
            let caption = credit::caption(&plain(value), language);
            read.credit = read.credit.take().or(caption.credit);
            read.text = read.text.take().or(caption.text);
        }
    }
    read
}

/// A credit in the words for those who cannot see the picture: only one that has a label.
pub(crate) fn in_alt(img: ElementRef<'_>, language: Option<&str>) -> Option<Credit> {
    ["alt", "title"].iter().filter_map(|name| attribute(img, name)).find_map(|value| {
        let credit = credit::caption(value, language).credit?;
        (credit.raw != credit.name).then_some(credit)
    })
}
