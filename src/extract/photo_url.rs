//! The real address of a picture, and the largest that is offered.
//!
//! Lazy images carry a placeholder in `src`; `srcset` names widths; a gallery links the full picture.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use scraper::ElementRef;

use crate::extract::photo_signs::{attribute, is_foreign, tag};
use crate::model::url::PageUrl;

/// Attributes in which scripts find a lazy picture's address, the largest first.
const LAZY: [&str; 22] = [
    "data-full-src",
    "data-full",
    "data-large-file",
    "data-large_image",
    "data-hi-res-src",
    "data-zoom-src",
    "data-original-src",
    "data-original",
    "data-orig-file",
    "data-src-large",
    "data-lazy-src",
    "data-src",
    "data-lazy",
    "data-image",
    "data-url",
    "data-img-url",
    "data-image-src",
    "data-echo",
    "data-defer-src",
    "data-runner-src",
    "data-cfsrc",
    "data-li-src",
];

const SETS: [&str; 5] = ["srcset", "data-srcset", "data-lazy-srcset", "data-original-set", "imagesrcset"];

/// A side of a picture that is smaller, in pixels, is a sign, a tracker or an avatar.
const SIDE_PX_MIN: u32 = 60;
/// A picture both of whose sides are at most this, in pixels, is a thumbnail of something else.
const THUMB_PX_MAX: u32 = 110;

/// The address of an image element.
pub(crate) fn address(img: ElementRef<'_>, base: &PageUrl) -> Option<PageUrl> {
    linked(img, base).or_else(|| shown(img, base))
}

fn shown(img: ElementRef<'_>, base: &PageUrl) -> Option<PageUrl> {
    let plain = plain_address(img);
    let own = attribute_sets(img);
    let mut best = own.clone();
    if let Some(picture) = img.parent().and_then(ElementRef::wrap).filter(|parent| &**tag(*parent) == "picture") {
        for source in picture.child_elements().filter(|child| &**tag(*child) == "source") {
            let set = attribute_sets(source);
            // Sources are other forms of the same picture: they count where they are told to be larger, or nothing else is there.
            let larger = set.as_ref().is_some_and(|(_, width)| best.as_ref().is_none_or(|(_, other)| width > other));
            if larger && (set.as_ref().is_some_and(|(_, width)| *width > 0.0) || plain.is_none()) {
                best = set;
            }
        }
    }
    let chosen = match (best, plain) {
        (Some((url, width)), Some(plain)) => {
            if width > 0.0 {
                url
            } else {
                plain.to_owned()
            }
        }
        (Some((url, _)), None) => url,
        (None, Some(plain)) => plain.to_owned(),
        (None, None) => return None,
    };
    base.join(&chosen).ok()
}

/// The full picture to which a shown one leads.
fn linked(img: ElementRef<'_>, base: &PageUrl) -> Option<PageUrl> {
    /// Between picture and link stand a `picture`, a wrapper or two.
    const STEPS_MAX: usize = 4;
    let link = img.ancestors().take(STEPS_MAX).filter_map(ElementRef::wrap).find(|element| &**tag(*element) == "a")?;
    let url = base.join(attribute(link, "href")?).ok()?;
    is_image_path(url.path()).then_some(url)
}

/// Whether a path ends as a picture's does.
pub(crate) fn is_image_path(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    path.contains('.') && matches!(end.as_str(), "jpg" | "jpeg" | "png" | "webp" | "avif" | "gif" | "jpe" | "jfif")
}

/// The address that a lazy picture waits with, else the one it shows.
fn plain_address(img: ElementRef<'_>) -> Option<&str> {
    let mut lazy: Option<(usize, &str)> = None;
    for (name, value) in &img.value().attrs {
        // Most attributes are no address: they are told apart without comparing them with each name.
        if !name.local.starts_with("data-") {
            continue;
        }
        let Some(place) = LAZY.iter().position(|lazy| **lazy == *name.local) else { continue };
        let value = value.trim();
        let is_address = is_real(value) && !value.contains(['{', ' ']);
        if is_address && lazy.is_none_or(|(best, _)| place < best) {
            lazy = Some((place, value));
        }
    }
    lazy.map(|(_, value)| value).or_else(|| attribute(img, "src").filter(|src| is_real(src)))
}

/// Schemes of what stands in `src` and is no address of a picture.
const SCHEMES: [&str; 5] = ["data:", "about:", "javascript:", "blob:", "#"];

/// Words in addresses of pictures that stand in for others.
static PLACEHOLDERS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "placeholder",
        "blank.",
        "spacer",
        "/1x1",
        "transparent",
        "pixel.",
        "loading.",
        "loader.",
        "lazy.",
        "lazyload",
        "empty.",
        "no-image",
        "noimage",
        "clear.gif",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a few short words fit any automaton")
});

/// Whether an address is a picture and no placeholder.
pub(crate) fn is_real(address: &str) -> bool {
    let begins_with = |scheme: &str| address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    !address.is_empty() && !SCHEMES.into_iter().any(begins_with) && !PLACEHOLDERS.is_match(address)
}

fn attribute_sets(element: ElementRef<'_>) -> Option<(String, f32)> {
    let sets = element.value().attrs.iter().filter(|(name, _)| SETS.contains(&&*name.local));
    let mut largest_of: Vec<(usize, (String, f32))> = sets
        .filter_map(|(name, value)| Some((SETS.iter().position(|set| **set == *name.local)?, largest(value)?)))
        .collect();
    // Of two that are as large the plain `srcset` counts.
    largest_of.sort_by_key(|(place, _)| *place);
    largest_of.into_iter().map(|(_, set)| set).reduce(|best, set| if best.1 >= set.1 { best } else { set })
}

/// The largest of a `srcset`, with its width; densities count as widths of a thousand.
pub(crate) fn largest(set: &str) -> Option<(String, f32)> {
    const DENSITY_PX: f32 = 1000.0;
    let mut best: Option<(String, f32)> = None;
    let mut rest = set.trim();
    while !rest.is_empty() {
        // An address ends at white space: it may hold commas itself.
        let (url, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let bare = url.trim_end_matches(',');
        let (descriptor, next) =
            if bare.len() < url.len() { ("", after) } else { after.split_once(',').unwrap_or((after, "")) };
        rest = next.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        let descriptor = descriptor.trim();
        let size = match descriptor.chars().last() {
            Some('w') => descriptor.trim_end_matches('w').parse().unwrap_or(0.0),
            Some('x') => descriptor.trim_end_matches('x').parse().unwrap_or(0.0) * DENSITY_PX,
            _ => 0.0,
        };
        if is_real(bare) && best.as_ref().is_none_or(|(_, other)| size > *other) {
            best = Some((bare.to_owned(), size));
        }
    }
    best
}

/// A side as printed, in pixels.
pub(crate) fn side(img: ElementRef<'_>, name: &str) -> Option<u32> {
    let value = attribute(img, name)?;
    value.trim_end_matches("px").parse().ok().filter(|pixels| *pixels > 0)
}

/// Hosts of counters, adverts and avatars.
const HOSTS: [&str; 9] = [
    "doubleclick",
    "gravatar",
    "adsystem",
    "googlesyndication",
    "scorecardresearch",
    "vgwort",
    "facebook.com",
    "mc.yandex",
    "adnxs",
];

/// Whether an image element is a sign of the site, a tracker, an avatar, an advert.
pub(crate) fn is_foreign_image(img: ElementRef<'_>, url: &PageUrl) -> bool {
    let (width, height) = (side(img, "width"), side(img, "height"));
    let tiny = [width, height].iter().flatten().any(|side| *side < SIDE_PX_MIN);
    let thumb = width.is_some_and(|side| side <= THUMB_PX_MAX) && height.is_some_and(|side| side <= THUMB_PX_MAX);
    let zero =
        ["width", "height"].iter().any(|name| attribute(img, name).is_some_and(|value| matches!(value, "0" | "1")));
    let name = url.path().rsplit('/').next().unwrap_or_default();
    let path_end = name.rsplit_once('.').map_or(name, |(_, end)| end);
    let named = attribute(img, "class").is_some_and(is_foreign) || attribute(img, "id").is_some_and(is_foreign);
    tiny || thumb
        || zero
        || named
        || path_end.eq_ignore_ascii_case("svg")
        || is_foreign(name) && !name.contains("play")
        || HOSTS.iter().any(|host| url.host().contains(host))
}

/// «1.jpg» in two folders are two pictures; a name at least this long is one picture wherever it lies.
const NAME_CHARS_MIN: usize = 8;

/// What two addresses of one picture have in common: the last part of the path without size and form.
pub(crate) fn key(url: &PageUrl) -> String {
    let name = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if end.len() <= 4 && !stem.is_empty() => stem,
        _ => name.as_str(),
    };
    let stem = without_size(stem.trim_end_matches("-scaled"));
    if stem.len() >= NAME_CHARS_MIN {
        return format!("{stem}?{}", if is_generic(stem) { url.as_str() } else { "" });
    }
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// A name that a server gives to every picture: `default`, `original`, `image`.
fn is_generic(stem: &str) -> bool {
    matches!(
        stem,
        "original" | "fullsize" | "thumbnail" | "download" | "getimage" | "showimage" | "image.php" | "rendition"
    ) || stem.starts_with("original_") && stem.len() < 14
}

/// `photo-1024x683` and `photo_640x360` without the size.
fn without_size(stem: &str) -> &str {
    let Some((head, size)) = stem.rsplit_once(['-', '_']) else { return stem };
    let Some((width, height)) = size.split_once('x') else { return stem };
    let figures = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if figures(width) && figures(height) { head } else { stem }
}
