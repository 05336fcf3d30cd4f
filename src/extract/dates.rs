//! When an article was first published and last changed, as its page says.

use html5ever::local_name;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::date::{self, Moment};
use crate::extract::facts::Facts;
use crate::extract::ld;
use crate::extract::outline::Outline;
use crate::extract::rules::Named;
use crate::html::dom::attribute;

/// Hours by which a date may lie ahead: zones, and clocks that are wrong.
const AHEAD_HOURS_MAX: i64 = 48;

/// What dates are read with.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    /// The zone of dates printed without one.
    pub(super) zone: &'a TimeZone,
    /// Now, for relative dates.
    pub(super) now: Timestamp,
}

impl Clock<'_> {
    /// Reads a printed date that may be one of publication.
    pub(super) fn read(self, text: &str) -> Option<Moment> {
        let moment = date::read(text.trim(), self.zone, self.now).ok()?;
        // What is dated after tomorrow is an event, or a mistake.
        (moment.timestamp() <= self.now + SignedDuration::from_hours(AHEAD_HOURS_MAX)).then_some(moment)
    }
}

/// Letters of a line that holds a date.
const LINE_LETTERS_MAX: u32 = 110;

/// Pieces around the headline among which its date stands.
const PIECES_AROUND: usize = 14;

/// Names of meta elements for the first publication, the surest first; signs and capitals do not count.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "datePublished",
    "article:published",
    "og:published_time",
    "published_time",
    "pubdate",
    "publishdate",
    "publish_date",
    "publication_date",
    "originalpublicationdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "displaydate",
    "date",
    "article.created",
    "article:created_time",
    "mediator_published_time",
];

/// The same for the last change.
const UPDATED: &[&str] = &[
    "article:modified_time",
    "article:modified",
    "og:updated_time",
    "dateModified",
    "last-modified",
    "dcterms.modified",
];

/// Where the day of publication is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The operator's rule.
    Rule,
    /// The article's JSON-LD.
    Data,
    /// Meta elements.
    Metas,
    /// `itemprop=datePublished`, `time`.
    Elements,
    /// Lines near the headline.
    Lines,
    /// The page's address.
    Address,
}

impl Place {
    /// In the order in which they are believed.
    pub(super) const ALL: [Self; 6] = [Self::Rule, Self::Data, Self::Metas, Self::Elements, Self::Lines, Self::Address];

    /// Its name, for people.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "the rule of its source",
            Self::Data => "JSON-LD",
            Self::Metas => "a meta element",
            Self::Elements => "an element for dates",
            Self::Lines => "a line near the headline",
            Self::Address => "the address",
        }
    }

    /// The day that is told there.
    pub(super) fn read(self, page: &Dated<'_>, clock: Clock<'_>) -> Option<Moment> {
        const KEYS: [&str; 3] = ["datePublished", "dateCreated", "uploadDate"];
        match self {
            Self::Rule => page.named.dates.iter().find_map(|text| clock.read(text)),
            Self::Data => {
                let article = page.facts.article()?;
                KEYS.iter().find_map(|key| clock.read(&ld::text(article, key)?))
            }
            Self::Metas => PUBLISHED.iter().find_map(|name| page.facts.all_of(name).find_map(|text| clock.read(text))),
            Self::Elements => in_elements(page.outline, clock),
            Self::Lines => in_lines(page.outline, page.facts, clock),
            Self::Address => in_address(page.path, clock),
        }
    }
}

/// When it was first published: as data says, else as the page prints it, else as its address says.
pub(super) fn published(page: &Dated<'_>, clock: Clock<'_>) -> Option<Moment> {
    Place::ALL.iter().find_map(|place| place.read(page, clock)).or_else(|| updated(page.facts, clock))
}

/// What dates are looked for in.
pub(super) struct Dated<'a> {
    /// The page.
    pub(super) outline: &'a Outline<'a>,
    /// What it says of itself.
    pub(super) facts: &'a Facts<'a>,
    /// What the operator's rule names on it.
    pub(super) named: &'a Named,
    /// The path of its address.
    pub(super) path: &'a str,
}

/// When it was last changed.
pub(super) fn updated(facts: &Facts<'_>, clock: Clock<'_>) -> Option<Moment> {
    let told = facts.article().and_then(|article| clock.read(&ld::text(article, "dateModified")?));
    told.or_else(|| UPDATED.iter().find_map(|name| facts.all_of(name).find_map(|text| clock.read(text))))
}

/// `itemprop=datePublished`, `time`.
fn in_elements(outline: &Outline<'_>, clock: Clock<'_>) -> Option<Moment> {
    let property = outline.elements.iter().filter(|element| {
        attribute(element.node, &local_name!("itemprop")).is_some_and(|name| name == "datePublished")
    });
    let times = outline.elements.iter().filter(|element| *element.tag() == local_name!("time"));
    property.chain(times).find_map(|element| {
        let machine = [&local_name!("datetime"), &local_name!("content")]
            .into_iter()
            .find_map(|name| attribute(element.node, name));
        // «16:35» is the time of something else on the page.
        let printed = || Some(element.node.text().collect::<String>()).filter(|text| is_whole(text));
        machine.filter(|text| is_whole(text)).and_then(|text| clock.read(text)).or_else(|| clock.read(&printed()?))
    })
}

/// A short line near the headline that holds a whole date.
fn in_lines(outline: &Outline<'_>, facts: &Facts<'_>, clock: Clock<'_>) -> Option<Moment> {
    let headline = facts.h1.first().map_or(0, |(index, _)| outline.elements[*index].pieces.end);
    let behind = (headline..outline.pieces.len()).take(PIECES_AROUND);
    let before = (0..headline).rev().take(PIECES_AROUND / 2);
    behind.chain(before).find_map(|index| {
        let piece = &outline.pieces[index];
        let fits = piece.letters <= LINE_LETTERS_MAX && piece.link_share() < 0.5;
        let whole = std::iter::once(piece.text.as_str()).chain(piece.text.split(['|', '•', '·']));
        fits.then(|| whole.filter(|text| is_whole(text)).find_map(|text| clock.read(text))).flatten()
    })
}

/// A day, a month and a year have five figures at least, or four and a month's name; a time alone has no year.
fn is_whole(text: &str) -> bool {
    let runs = || text.split(|c: char| !c.is_ascii_digit()).map(str::len);
    let figures: usize = runs().sum();
    let has_year = runs().any(|length| length == 4 || length >= 8);
    figures >= 5 && (has_year || figures >= 6)
}

/// `/2024/01/16/…`, `/2024-01-16-…`, `/20240116/`.
fn in_address(path: &str, clock: Clock<'_>) -> Option<Moment> {
    let runs: Vec<&str> = path.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let dated = |run: &[&str]| match run {
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            clock.read(&format!("{year}-{month:0>2}-{day:0>2}"))
        }
        _ => None,
    };
    let joined = |run: &&str| match run.len() {
        8 if run.starts_with("20") => clock.read(&format!("{}-{}-{}", &run[..4], &run[4..6], &run[6..])),
        _ => None,
    };
    runs.windows(3).find_map(dated).or_else(|| runs.iter().find_map(joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_dates() {
        let clock = Clock { zone: &TimeZone::UTC, now: "2026-01-01T00:00:00Z".parse().unwrap() };
        for path in ["/2024/01/16/a", "/news/2024-1-16-b", "/n/20240116/c.html"] {
            assert_eq!(
                in_address(path, clock).map(|at| at.to_string()).as_deref(),
                Some("2024-01-16T00:00:00Z"),
                "{path}"
            );
        }
        assert_eq!(in_address("/news/1203/5", clock), None);
    }

    #[test]
    fn a_time_alone_is_no_date() {
        assert!(
            !is_whole("16:35")
                && !is_whole("2024")
                && is_whole("16.01.2024")
                && is_whole("2026-04-02T18:30+09:00")
                && is_whole("Do 25.04.24 | 14:07 Uhr")
        );
    }
}
