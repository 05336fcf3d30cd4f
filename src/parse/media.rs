//! Media RSS: pictures, sounds and films of an entry, their captions, and whose they are.
//!
//! A credit or caption of a group, or of the entry, holds for what stands inside and has none of its own.

use url::Url;

use crate::html::plain;
use crate::model::entry::{Entry, Media, MediaCredit, Thumbnail};
use crate::parse::address;
use crate::parse::bounds::{LIST_MAX, PARTS_MAX};
use crate::parse::names::Space;
use crate::parse::tree::Element;

/// What holds for the media inside a scope.
#[derive(Debug, Default)]
struct Scope {
    caption: Option<String>,
    credits: Vec<MediaCredit>,
    from: usize,
}

/// Reads what an element of Media RSS says of an entry.
pub(super) fn read(element: &Element<'_>, entry: &mut Entry, base: Option<&Url>) {
    match &*element.name {
        "group" => group(element, entry, base),
        "content" => content(element, entry, base),
        "thumbnail" => entry.thumbnails.extend(thumbnail(element, base)),
        "credit" => entry.credits.extend(credit(element)),
        "keywords" => {
            let words = element.text();
            entry.tags.extend(words.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned));
        }
        "category" => entry.tags.extend(element.attribute("label").map(str::to_owned).or_else(|| element.some_text())),
        _ => {}
    }
}

/// Gives a lone picture the entry's own credits, where it has none itself.
pub(super) fn settle(entry: &mut Entry, caption: Option<&str>) {
    let pictures = entry.media.len();
    for media in &mut entry.media {
        if media.credits.is_empty() && pictures == 1 {
            media.credits.clone_from(&entry.credits);
        }
        if media.caption.is_none() && pictures == 1 {
            media.caption = caption.map(str::to_owned);
        }
    }
}

fn group(element: &Element<'_>, entry: &mut Entry, base: Option<&Url>) {
    let mut scope = Scope { from: entry.media.len(), ..Scope::default() };
    for child in element.elements().take(PARTS_MAX).filter(|child| child.space == Space::Media) {
        match &*child.name {
            "description" | "title" => note_caption(child, &mut scope.caption),
            "credit" => note_credit(child, &mut scope, entry),
            _ => read(child, entry, base),
        }
    }
    inherit(entry, &scope);
}

fn content(element: &Element<'_>, entry: &mut Entry, base: Option<&Url>) {
    let player =
        || element.elements().find(|child| child.is(Space::Media, "player")).and_then(|player| player.attribute("url"));
    let own = element.attribute("url").or_else(player).and_then(|url| address::whole(url, base));
    let mut scope = Scope { from: entry.media.len(), ..Scope::default() };
    if let Some(url) = own.filter(|url| !url.is_empty() && entry.media.len() < LIST_MAX) {
        let number = |name| element.attribute(name).and_then(|value| value.parse().ok());
        // `medium="image"` without a type: the kind is told all the same.
        let medium = element.attribute("medium").filter(|medium| matches!(*medium, "image" | "video" | "audio"));
        let media_type =
            element.attribute("type").map(str::to_owned).or_else(|| medium.map(|medium| format!("{medium}/*")));
        entry.media.push(Media {
            url,
            media_type,
            width: number("width"),
            height: number("height"),
            ..Media::default()
        });
    }
    for child in element.elements().take(PARTS_MAX).filter(|child| child.space == Space::Media) {
        match &*child.name {
            "description" | "title" | "text" => note_caption(child, &mut scope.caption),
            "credit" => note_credit(child, &mut scope, entry),
            _ => read(child, entry, base),
        }
    }
    inherit(entry, &scope);
}

/// A credit holds for its scope, and counts among the entry's.
fn note_credit(element: &Element<'_>, scope: &mut Scope, entry: &mut Entry) {
    let credit = credit(element);
    entry.credits.extend(credit.clone());
    scope.credits.extend(credit);
}

/// A description is a caption; a title only where there is none.
fn note_caption(element: &Element<'_>, caption: &mut Option<String>) {
    let text = Some(plain::plain(&element.text())).filter(|text| !text.is_empty());
    if text.is_some() && (caption.is_none() || element.name == "description") {
        *caption = text;
    }
}

fn inherit(entry: &mut Entry, scope: &Scope) {
    for media in &mut entry.media[scope.from..] {
        if media.caption.is_none() {
            media.caption.clone_from(&scope.caption);
        }
        if media.credits.is_empty() {
            media.credits.clone_from(&scope.credits);
        }
    }
}

fn thumbnail(element: &Element<'_>, base: Option<&Url>) -> Option<Thumbnail> {
    let url = element.attribute("url").map(str::to_owned).or_else(|| element.some_text())?;
    let number = |name| element.attribute(name).and_then(|value: &str| value.parse().ok());
    Some(Thumbnail { url: address::whole(&url, base)?, width: number("width"), height: number("height") })
}

fn credit(element: &Element<'_>) -> Option<MediaCredit> {
    let name = Some(plain::plain(&element.text())).filter(|name| !name.is_empty())?;
    let word = |name| element.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    Some(MediaCredit { name, role: word("role"), scheme: word("scheme") })
}
