//! What an entry of a feed brings to its article: its own full text, its pictures with their credits, its files.

use crate::extract::cues;
use crate::extract::outline::Outline;
use crate::extract::render;
use crate::extract::sanitize;
use crate::html::dom;
use crate::html::plain::{collapse, plain};
use crate::model::article::{Credit, CreditRole, Photo};
use crate::model::entry::{Entry, Media, MediaCredit};
use crate::model::url::PageUrl;

/// Depth of a feed's markup; ammonia is quadratic in it.
const DEPTH_MAX: usize = 100;

/// Pictures that are taken from an entry.
const PHOTOS_MAX: usize = 40;

/// A text as the feed gives it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Told {
    /// Plain, paragraphs apart.
    pub(super) text: String,
    /// Safe HTML.
    pub(super) html: String,
}

/// The longest text of an entry.
pub(super) fn full_text(entry: &Entry, base: &PageUrl) -> Option<Told> {
    let longest = entry.content.iter().max_by_key(|content| content.len())?;
    Some(read(longest, base)).filter(|told| !told.text.is_empty())
}

/// Its summary.
pub(super) fn summary(entry: &Entry, base: &PageUrl) -> Option<Told> {
    entry.summary.as_deref().map(|summary| read(summary, base)).filter(|told| !told.text.is_empty())
}

/// Reads markup of a feed: all of it is text, but for ways elsewhere at its end.
fn read(markup: &str, base: &PageUrl) -> Told {
    let dom = dom::parse(markup, DEPTH_MAX);
    let outline = Outline::of(dom.root_element());
    let mut kept: Vec<usize> = (0..outline.pieces.len()).filter(|index| outline.pieces[*index].letters > 0).collect();
    let leads_away = |index: &usize| {
        let piece = &outline.pieces[*index];
        piece.link_share() > 0.9
            || cues::is_related_label(&piece.text)
            || (piece.letters < 160 && cues::asks_or_notes(&piece.text))
    };
    while kept.len() > 1 && kept.last().is_some_and(leads_away) {
        kept.pop();
    }
    let text = render::text(&outline, 0, &kept);
    let html = sanitize::safe(&render::html(&outline, 0, &kept, &[], base));
    Told { text, html }
}

/// The pictures of an entry, each with whom the feed says it is owed to.
pub(super) fn photos(entry: &Entry, base: &PageUrl) -> Vec<Photo> {
    let media = entry.media.iter().filter(|media| is_picture(media)).filter_map(|media| photo(media, entry, base));
    let files = entry
        .enclosures
        .iter()
        .filter(|file| file.media_type.as_deref().is_some_and(|kind| kind.starts_with("image/")));
    let files = files.filter_map(|file| bare_photo(&file.url, base));
    let thumbnails = entry.thumbnails.iter().filter_map(|thumbnail| bare_photo(&thumbnail.url, base));
    let mut photos: Vec<Photo> = Vec::new();
    for photo in media.chain(files).take(PHOTOS_MAX) {
        if !photos.iter().any(|other| other.url == photo.url) {
            photos.push(photo);
        }
    }
    if photos.is_empty() {
        photos.extend(thumbnails.take(1));
    }
    photos
}

fn is_picture(media: &Media) -> bool {
    if let Some(kind) = media.media_type.as_deref() {
        return kind.starts_with("image");
    }
    let path = media.url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"].iter().any(|end| path.ends_with(end))
}

fn photo(media: &Media, entry: &Entry, base: &PageUrl) -> Option<Photo> {
    let credits = if media.credits.is_empty() && entry.media.len() == 1 { &entry.credits } else { &media.credits };
    Some(Photo {
        caption: media.caption.as_deref().map(plain).filter(|caption| !caption.is_empty()),
        credit: credit(credits),
        width: media.width,
        height: media.height,
        ..bare_photo(&media.url, base)?
    })
}

fn bare_photo(url: &str, base: &PageUrl) -> Option<Photo> {
    let url = base.join(url).ok()?;
    Some(Photo { url, caption: None, credit: None, alt: None, width: None, height: None })
}

fn credit(credits: &[MediaCredit]) -> Option<Credit> {
    let names: Vec<String> =
        credits.iter().map(|credit| collapse(&credit.name)).filter(|name| !name.is_empty()).collect();
    let name = names.join(" / ");
    let role = credits.first().and_then(|credit| credit.role.as_deref()).map(str::to_ascii_lowercase);
    let role = match role.as_deref() {
        Some("agency" | "distribution company" | "publishing company") => CreditRole::Agency,
        Some("provider" | "owner") => CreditRole::Provider,
        Some("archive") => CreditRole::Archive,
        Some("screenshot") => CreditRole::Screenshot,
        Some("generated") => CreditRole::Generated,
        _ => CreditRole::Photographer,
    };
    (!name.is_empty()).then(|| Credit { raw: name.clone(), name, role })
}

/// Sounds and films: address, media type, length.
pub(super) fn files(entry: &Entry, base: &PageUrl) -> Vec<(PageUrl, String, u64)> {
    let files = entry.enclosures.iter().filter_map(|file| {
        let kind = file.media_type.clone().filter(|kind| kind.starts_with("audio/") || kind.starts_with("video/"))?;
        Some((base.join(&file.url).ok()?, kind, file.length.unwrap_or_default()))
    });
    files.collect()
}
