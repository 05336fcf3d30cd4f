//! What classes and properties say of elements around a picture: credit, caption, no picture of the article.
//!
//! Words by which templates of all kinds name these parts; none belongs to one site. What a text says is `credit`'s.

use html5ever::LocalName;
use scraper::ElementRef;

use crate::extract::names::Names;

/// What an element around a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// It holds whom the picture is owed to and nothing else.
    Credit,
    /// It tells what the picture shows, perhaps whom it is owed to.
    Caption,
    /// Anything else.
    Other,
}

/// Words of classes and properties that name the credit of a picture.
const CREDIT_WORDS: [&str; 46] = [
    "credit",
    "credits",
    "credito",
    "creditos",
    "crédit",
    "crédits",
    "copyright",
    "copyrights",
    "copyrightholder",
    "copyrightnotice",
    "credittext",
    "creditline",
    "photographer",
    "photographers",
    "fotograf",
    "fotografin",
    "fotografo",
    "photog",
    "photocredit",
    "imagecredit",
    "mediacredit",
    "imgcredit",
    "piccredit",
    "photocopyright",
    "fotocredit",
    "bildnachweis",
    "bildquelle",
    "bildrechte",
    "courtesy",
    "attribution",
    "photosource",
    "imagesource",
    "imgsource",
    "kredit",
    "fotobron",
    "photoby",
    "photographerinfo",
    "rightsholder",
    "autorfoto",
    "captioncredit",
    "creditcaption",
    "fotoautor",
    "photoauthor",
    "imageauthor",
    "sourcecredit",
    "rights",
];

/// Words that name the credit of a picture inside its figure, and other things elsewhere.
const FIGURE_CREDIT_WORDS: [&str; 19] = [
    "source", "sources", "src", "author", "autor", "autore", "auteur", "byline", "owner", "quelle", "fuente", "fonte",
    "bron", "agency", "agentur", "agencia", "creator", "provider", "kilde",
];

/// Words that name the caption of a picture.
const CAPTION_WORDS: [&str; 34] = [
    "caption",
    "captions",
    "figcaption",
    "imgcaption",
    "imagecaption",
    "photocaption",
    "mediacaption",
    "legend",
    "legende",
    "leyenda",
    "epigrafe",
    "pie",
    "bildunterschrift",
    "bildtext",
    "bu",
    "bildbeschreibung",
    "didascalia",
    "legenda",
    "podpis",
    "popis",
    "description",
    "desc",
    "subtitle",
    "alt",
    "fotopie",
    "lead",
    "text",
    "capt",
    "cutline",
    "onderschrift",
    "signature",
    "title",
    "bildinfo",
    "subline",
];

/// Words that name a caption wherever they stand; the others of `CAPTION_WORDS` do so inside a figure.
const CAPTION_WORDS_SURE: usize = 7;

/// Words that name an element made for a picture.
const PICTURE_WORDS: [&str; 22] = [
    "image",
    "images",
    "img",
    "photo",
    "photos",
    "picture",
    "pic",
    "media",
    "gallery",
    "slide",
    "slider",
    "figure",
    "foto",
    "bild",
    "illustration",
    "imagen",
    "imagem",
    "swiper",
    "carousel",
    "ph",
    "visual",
    "thumb",
];

/// Words of a picture that belongs to the site: its signs, its people, its adverts.
const FOREIGN_WORDS: [&str; 34] = [
    "logo",
    "logos",
    "icon",
    "icons",
    "ico",
    "avatar",
    "avatars",
    "gravatar",
    "emoji",
    "smiley",
    "sprite",
    "badge",
    "flag",
    "button",
    "btn",
    "advert",
    "ads",
    "banner",
    "adv",
    "pixel",
    "counter",
    "tracker",
    "tracking",
    "beacon",
    "spinner",
    "loader",
    "loading",
    "userpic",
    "profile",
    "headshot",
    "wpemoji",
    "arrow",
    "play",
    "placeholder",
];

/// The value of an attribute, without making an atom of its name.
pub(crate) fn attribute<'a>(element: ElementRef<'a>, name: &str) -> Option<&'a str> {
    element
        .value()
        .attrs
        .iter()
        .find(|(key, _)| &*key.local == name)
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
}

/// The tag of an element.
pub(crate) fn tag(element: ElementRef<'_>) -> &LocalName {
    &element.value().name.local
}

/// What an element is for. `in_figure`: it stands in the frame of a picture.
pub(crate) fn part(element: ElementRef<'_>, in_figure: bool) -> Part {
    let mut part = match &**tag(element) {
        "figcaption" => Part::Caption,
        // Inside a figure a work is cited, which is the picture.
        "cite" if in_figure => Part::Credit,
        _ => Part::Other,
    };
    let figcaption = part == Part::Caption;
    for (name, value) in &element.value().attrs {
        match &*name.local {
            "class" | "id" | "itemprop" | "data-testid" | "data-test" | "data-component" | "data-name"
            | "data-type" | "data-qa" | "slot" => {}
            _ => continue,
        }
        for name in value.split_ascii_whitespace() {
            match named(name, in_figure) {
                Part::Credit if !figcaption => return Part::Credit,
                Part::Caption if part == Part::Other => part = Part::Caption,
                _ => {}
            }
        }
    }
    part
}

/// What one class name says: `photo-credit`, `img__caption`, `caption--author`. Of two weak words the last counts.
fn named(name: &str, in_figure: bool) -> Part {
    let names = Names::of(name);
    let words = || names.words(is_part);
    let has = |list: &[&str]| words().any(|word| list.contains(&word));
    if has(&CREDIT_WORDS) {
        return Part::Credit;
    }
    // `author` is whoever wrote the text, unless it is the picture's: in a figure, or in one name with it.
    let of_picture = has(&PICTURE_WORDS) || has(&CAPTION_WORDS[..CAPTION_WORDS_SURE]);
    // `text-uppercase` is a style; `text` alone in a figure is its caption.
    let sure =
        if of_picture || in_figure && words().nth(1).is_none() { CAPTION_WORDS.len() } else { CAPTION_WORDS_SURE };
    let mut part = Part::Other;
    for word in words() {
        if CAPTION_WORDS[..sure].contains(&word) {
            part = Part::Caption;
        } else if (of_picture || in_figure) && FIGURE_CREDIT_WORDS.contains(&word) {
            part = Part::Credit;
        }
    }
    part
}

/// Figures part the words of a name.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
}

/// Whether one of the words of names is in a list.
fn says(names: &str, list: &[&str]) -> bool {
    Names::of(names).words(is_part).any(|word| list.contains(&word))
}

/// Whether an element is made to hold a picture.
pub(crate) fn is_for_picture(element: ElementRef<'_>) -> bool {
    matches!(
        &**tag(element),
        "figure" | "picture" | "a" | "span" | "li" | "center" | "amp-img" | "button" | "noscript" | "dt" | "dl"
    ) || attribute(element, "class").is_some_and(|class| says(class, &PICTURE_WORDS))
}

/// Whether classes, id or address name a sign of the site and no picture of an article.
pub(crate) fn is_foreign(names: &str) -> bool {
    says(names, &FOREIGN_WORDS)
}
