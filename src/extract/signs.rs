//! What an element says of itself: its tag, its attributes, the words of its class and id.
//!
//! Words are those by which templates of all kinds name their parts; none belongs to one site. Not here: what the
//! text looks like (`outline`), nor what is made of it (`candidate`, `prune`).

use html5ever::{LocalName, local_name};
use scraper::ElementRef;

use crate::extract::names::Names;

/// What an element says of itself, as a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Signs(u16);

impl Signs {
    /// Not shown to readers.
    pub(super) const HIDDEN: Self = Self(1);
    /// Part of the site and not of the page, by its tag or role: navigation, footer, form.
    pub(super) const SITE: Self = Self(1 << 1);
    /// Beside the article, by its class or id.
    pub(super) const ASIDE: Self = Self(1 << 2);
    /// The text of an article, by its class, id or microdata.
    pub(super) const BODY: Self = Self(1 << 3);
    /// A whole article.
    pub(super) const ARTICLE: Self = Self(1 << 4);
    /// The paragraph between headline and text.
    pub(super) const LEAD: Self = Self(1 << 5);
    /// Belongs to a picture.
    pub(super) const CAPTION: Self = Self(1 << 6);
    /// Who, when, how often read.
    pub(super) const BYLINE: Self = Self(1 << 7);
    /// Laid over the page: consent, log-in, enlarged pictures.
    pub(super) const OVERLAY: Self = Self(1 << 10);
    /// Shown within a sentence when its word is pointed at.
    pub(super) const POP_UP: Self = Self(1 << 11);
    /// Holds a picture, by its class or id.
    pub(super) const PICTURE: Self = Self(1 << 9);
    /// What readers wrote.
    pub(super) const COMMENTS: Self = Self(1 << 8);

    /// Whether it has any of those.
    pub(super) fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// Both.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Reads the signs of an element.
pub(super) fn signs(element: ElementRef<'_>) -> Signs {
    let value = element.value();
    let mut signs = of_tag(&value.name.local);
    for (name, value) in &value.attrs {
        signs = signs.with(of_attribute(&name.local, value));
    }
    signs
}

fn of_tag(tag: &LocalName) -> Signs {
    match *tag {
        local_name!("nav") | local_name!("footer") | local_name!("form") | local_name!("menu") => Signs::SITE,
        local_name!("aside") | local_name!("dialog") => Signs::ASIDE,
        local_name!("article") => Signs::ARTICLE,
        local_name!("figcaption") | local_name!("figure") => Signs::CAPTION,
        _ => Signs::default(),
    }
}

fn of_attribute(name: &LocalName, value: &str) -> Signs {
    match *name {
        local_name!("class") | local_name!("id") => of_words(value),
        local_name!("hidden") => Signs::HIDDEN,
        local_name!("style") => of_style(value),
        local_name!("role") => match value {
            "navigation" | "banner" | "contentinfo" | "search" | "menu" | "toolbar" => Signs::SITE,
            "complementary" | "dialog" | "alertdialog" | "tooltip" => Signs::ASIDE,
            _ => Signs::default(),
        },
        local_name!("itemprop") => of_property(value),
        local_name!("itemtype") if value.ends_with("Article") || value.ends_with("Posting") => Signs::ARTICLE,
        _ if &**name == "aria-hidden" && value == "true" => Signs::HIDDEN,
        _ => Signs::default(),
    }
}

fn of_style(style: &str) -> Signs {
    let hidden = style
        .match_indices("display")
        .any(|(at, word)| style[at + word.len()..].trim_start_matches([' ', ':']).starts_with("none"))
        || style
            .match_indices("visibility")
            .any(|(at, word)| style[at + word.len()..].trim_start_matches([' ', ':']).starts_with("hidden"));
    if hidden { Signs::HIDDEN } else { Signs::default() }
}

fn of_property(value: &str) -> Signs {
    match value {
        "articleBody" | "text" => Signs::BODY,
        "author" | "datePublished" | "dateModified" | "publisher" | "interactionCount" => Signs::BYLINE,
        "caption" | "copyrightHolder" | "creditText" => Signs::CAPTION,
        "comment" => Signs::COMMENTS,
        _ => Signs::default(),
    }
}

/// Reads class names and ids: `article__body`, `jp-relatedposts`, `storyBody`.
fn of_words(names: &str) -> Signs {
    names.split_ascii_whitespace().fold(Signs::default(), |signs, name| signs.with(of_name(name)))
}

fn of_name(name: &str) -> Signs {
    let mut signs = if matches!(name, "hidden" | "invisible" | "offscreen") { Signs::HIDDEN } else { Signs::default() };
    let names = Names::of(name);
    // Letters outside ASCII are in no word of ours; figures at the end of one count the elements.
    let words = names.words(|byte| byte.is_ascii_alphanumeric());
    let mut words = words
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .peekable();
    let mut previous = "";
    while let Some(word) = words.next() {
        if !is_negation(previous) && !words.peek().is_some_and(|next| is_state(next)) {
            signs = signs.with(of_word(word)).with(of_pair(previous, word));
        }
        previous = word;
    }
    signs
}

/// `has-sidebar`, `no-comments`, `is-related` speak of a state; the thing itself stands elsewhere.
fn is_negation(word: &str) -> bool {
    matches!(word, "has" | "no" | "with" | "without" | "js" | "hide" | "show")
}

/// `comments-enabled`, `sidebar-open` speak of a state as well.
fn is_state(word: &str) -> bool {
    matches!(
        word,
        "enabled"
            | "disabled"
            | "open"
            | "opened"
            | "closed"
            | "active"
            | "inactive"
            | "allowed"
            | "loaded"
            | "ready"
            | "visible"
    )
}

fn of_word(word: &str) -> Signs {
    match word {
        "nav" | "navbar" | "navigation" | "menu" | "breadcrumb" | "breadcrumbs" | "footer" | "toolbar"
        | "pagination" | "pager" | "topbar" | "masthead" | "sitemap" | "copyright" => Signs::SITE,
        "sidebar" | "aside" | "share" | "sharing" | "shares" | "sharebar" | "sharethis" | "sharedaddy" | "addtoany"
        | "social" | "socials" | "socialshare" | "related" | "relatedposts" | "relatedarticles" | "recommend"
        | "recommended" | "recommendation" | "recommendations" | "recirc" | "recirculation" | "newsletter"
        | "newsletters" | "subscribe" | "subscription" | "signup" | "promo" | "promos" | "promotion" | "advert"
        | "adverts" | "advertisement" | "advertising" | "advertorial" | "ad" | "ads" | "adslot" | "adbox"
        | "adsbygoogle" | "adunit" | "dfp" | "sponsor" | "sponsored" | "banner" | "banners" | "outbrain"
        | "taboola" | "trending" | "popular" | "mostread" | "teaser" | "teasers" | "readmore" | "readnext"
        | "ticker" | "tags" | "taglist" | "keywords" | "topics" | "rating" | "ratings" | "poll" | "quiz" | "login"
        | "regwall" | "donate" | "donation" | "jobs" | "bio" | "authorbox" | "playlist" | "toc" | "schedule"
        | "disclaimer" | "backlink" | "crosslink" | "crosslinks" | "bookmark" | "feedback" | "noprint"
        | "nocontent" | "infobox" | "factbox" | "sidenote" | "embed" => Signs::ASIDE,
        "cookie" | "cookies" | "consent" | "gdpr" | "popup" | "popups" | "modal" | "lightbox" | "overlay"
        | "tooltip" => Signs::OVERLAY,
        "comments" | "comment" | "commentlist" | "disqus" | "respond" | "commenting" => Signs::COMMENTS,
        "lead" | "lede" | "standfirst" | "dek" | "deck" | "subtitle" | "subheadline" | "subhead" | "intro"
        | "excerpt" | "abstract" | "chapo" | "chapeau" | "vorspann" | "teasertext" | "sapo" => Signs::LEAD,
        "caption" | "figcaption" | "captions" | "credit" | "credits" => Signs::CAPTION,
        "byline" | "bylines" | "dateline" | "timestamp" | "pubdate" | "author" | "authors" | "meta" | "postmeta"
        | "date" | "kicker" | "views" | "eyebrow" => Signs::BYLINE,
        "image" | "images" | "img" | "photo" | "photos" | "picture" | "pic" | "media" | "thumb" | "thumbnail"
        | "gallery" | "slideshow" | "foto" | "bild" | "illustration" | "imagen" | "imagem" => Signs::PICTURE,
        "articlebody" | "entrycontent" | "storybody" | "articletext" | "articlecontent" | "postcontent"
        | "maintext" | "bodytext" | "storycontent" | "newstext" => Signs::BODY,
        _ => Signs::default(),
    }
}

/// Words that say something only together.
fn of_pair(first: &str, second: &str) -> Signs {
    match (first, second) {
        (
            "article" | "story" | "post" | "entry" | "news" | "content" | "main" | "text" | "detail" | "single",
            "body" | "content" | "text" | "copy",
        ) => Signs::BODY,
        ("instagram", "media") | ("tiktok", "embed") | ("fb", "post") | ("sign", "in") | ("register", "form") => {
            Signs::ASIDE
        }
        ("sr" | "reader", "only") | ("visually", "hidden") | ("screen", "reader") | ("d", "none") => Signs::HIDDEN,
        (
            "read" | "more" | "see" | "most",
            "more" | "on" | "next" | "also" | "read" | "viewed" | "popular" | "from",
        )
        | ("follow", "us")
        | ("author", "bio" | "box" | "info" | "card" | "profile")
        | ("about", "author")
        | ("up", "next")
        | ("sign", "up")
        | ("next", "article" | "post")
        | ("prev" | "previous", "next" | "post" | "article")
        | ("in", "brief") => Signs::ASIDE,
        _ => Signs::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_manners_are_read() {
        for name in ["article__body", "articleBody", "entry-content", "StoryBody", "article_text"] {
            assert!(of_words(name).any(Signs::BODY), "{name}");
        }
        for name in
            ["jp-relatedposts", "most-read", "share-buttons", "newsletterSignup", "AdSlot ad", "tv-schedule__row"]
        {
            assert!(of_words(name).any(Signs::ASIDE), "{name}");
        }
        for name in
            ["has-sidebar", "no-comments", "shadow", "reader", "header", "leader", "adapt", "ad6ed79d", "label-hidden"]
        {
            assert_eq!(of_words(name), Signs::default(), "{name}");
        }
    }

    #[test]
    fn styles_that_hide() {
        assert!(of_style("color:red; display: none").any(Signs::HIDDEN));
        assert!(!of_style("display:block").any(Signs::HIDDEN));
    }
}
