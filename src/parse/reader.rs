//! What every part of a feed is read with: the zone of its dates, the clock, the rules of its format.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::date::{self, Moment};
use crate::model::entry::{Link, Person};
use crate::parse::address;
use crate::parse::bounds::LIST_MAX;
use crate::parse::construct::Kind;
use crate::parse::tree::Element;

/// What a feed is read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The zone of dates printed without one.
    pub(super) zone: &'a TimeZone,
    /// Now, for dates that count from it.
    pub(super) now: Timestamp,
    /// Whether texts are plain where nothing is said, as in Atom.
    pub(super) is_atom: bool,
    /// Whether an `xml:base` holds, which Atom's ids are made whole with too. The document's own address is no part of
    /// an id: a feed may move.
    pub(super) is_based: bool,
}

impl Reader<'_> {
    /// The date an element holds; none where nobody could read it.
    pub(super) fn date(&self, element: &Element<'_>) -> Option<Moment> {
        date::read(&element.some_text()?, self.zone, self.now).ok()
    }

    /// The id that an element holds.
    pub(super) fn id(&self, element: &Element<'_>, base: Option<&Url>) -> String {
        let text = element.text();
        if !self.is_atom || !self.is_based || text.is_empty() {
            return text;
        }
        address::whole(&text, base).unwrap_or(text)
    }

    /// The same reader inside an element that may name a base.
    pub(super) fn inside(self, element: &Element<'_>) -> Self {
        Self { is_based: self.is_based || element.attribute("xml:base").is_some(), ..self }
    }

    /// What a title or a licence line is where it does not say.
    pub(super) fn plain_kind(&self) -> Kind {
        if self.is_atom { Kind::Plain } else { Kind::Guess }
    }

    /// What a description is where it does not say.
    pub(super) fn description_kind(&self) -> Kind {
        if self.is_atom { Kind::Plain } else { Kind::Html }
    }
}

/// An element that is a link, as RSS writes it (text) or as Atom does (attributes).
pub(super) fn link(element: &Element<'_>, base: Option<&Url>) -> Option<Link> {
    let base = address::base_below(base, element.attribute("xml:base"));
    let written = ["url", "uri", "href"].iter().find_map(|name| element.attribute(name));
    let text = written.map_or_else(|| element.text(), str::to_owned);
    // Text in which a reference was written twice.
    let href = address::whole(&text.replace("&amp;", "&"), base.as_deref()).filter(|href| !href.is_empty())?;
    let word = |name| element.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let rel = word("rel").or_else(|| Some(String::from("alternate")));
    let default = if rel.as_deref() == Some("self") { "application/atom+xml" } else { "text/html" };
    Some(Link { href, rel, media_type: word("type").or_else(|| Some(default.to_owned())) })
}

/// An element whose text is an address.
pub(super) fn address(element: &Element<'_>, base: Option<&Url>) -> Option<String> {
    let base = address::base_below(base, element.attribute("xml:base"));
    address::whole(&element.some_text()?, base.as_deref())
}

/// The page among links: the last `alternate` that is HTML, as readers take it, else any `alternate`.
pub(super) fn page(links: &[Link]) -> Option<&Link> {
    let is_alternate = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let is_page = |link: &&Link| {
        link.media_type.as_deref().is_none_or(|kind| matches!(kind, "text/html" | "html" | "application/xhtml+xml"))
    };
    links.iter().rfind(|link| is_alternate(link) && is_page(link)).or_else(|| links.iter().find(is_alternate))
}

/// A person, unless the same is named already: feeds say it in two vocabularies at once.
pub(super) fn add_person(people: &mut Vec<Person>, person: Option<Person>) {
    let Some(person) = person.filter(|_| people.len() < LIST_MAX) else { return };
    let known = people.iter_mut().find(|known| known.name.is_some() && known.name == person.name);
    match known {
        Some(known) => {
            known.email = known.email.take().or(person.email);
            known.uri = known.uri.take().or(person.uri);
        }
        None => people.push(person),
    }
}

/// A tag, without the empty ones and those that are there already.
pub(super) fn add_tag(tags: &mut Vec<String>, tag: &str) {
    let tag = tag.trim();
    if tags.len() < LIST_MAX && !tag.is_empty() && !tags.iter().any(|known| known == tag) {
        tags.push(tag.to_owned());
    }
}
