//! When an article was first published and last changed, as its page says.

use html5ever::local_name;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::facts::Facts;
use super::ld;
use super::outline::Outline;
use super::rules::Named;
use crate::date::{self, Moment};
use crate::html::dom::attribute;

/// What dates are read with.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    /// The zone of dates printed without one.
    pub(super) zone: &'a TimeZone,
    /// Now, for relative dates.
    pub(super) now: Timestamp,
}

impl Clock<'_> {
    fn read(self, text: &str) -> Option<Moment> {
        date::read(text.trim(), self.zone, self.now).ok()
    }
}

/// When it was first published.
pub(super) fn published(outline: &Outline<'_>, facts: &Facts<'_>, named: &Named, clock: Clock<'_>) -> Option<Moment> {
    let by_rule = named.dates.iter().find_map(|text| clock.read(text));
    let told = ["datePublished", "dateCreated", "uploadDate"];
    let told = || facts.article().and_then(|article| told.iter().find_map(|key| clock.read(&ld::text(article, key)?)));
    let metas = [
        "article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publishdate",
        "publish-date", "publish_date", "published_time", "dc.date.issued", "dc.date", "dcterms.date", "dcterms.created",
        "dc.date.created", "parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime",
        "cxenseparse:publishtime", "article:published", "originalpublicationdate", "og:published_time", "displaydate",
    ];
    let meta = || metas.iter().find_map(|name| facts.all_of(name).find_map(|text| clock.read(text)));
    by_rule.or_else(told).or_else(meta).or_else(|| on_page(outline, clock))
}

/// When it was last changed.
pub(super) fn updated(facts: &Facts<'_>, clock: Clock<'_>) -> Option<Moment> {
    let told = facts.article().and_then(|article| clock.read(&ld::text(article, "dateModified")?));
    let metas = ["article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified"];
    told.or_else(|| metas.iter().find_map(|name| facts.all_of(name).find_map(|text| clock.read(text))))
}

fn on_page(outline: &Outline<'_>, clock: Clock<'_>) -> Option<Moment> {
    let property = outline.elements.iter().filter(|element| {
        attribute(element.node, &local_name!("itemprop")).is_some_and(|name| name == "datePublished")
    });
    let times = outline.elements.iter().filter(|element| *element.tag() == local_name!("time"));
    property.chain(times).find_map(|element| {
        let machine = attribute(element.node, &local_name!("datetime")).or_else(|| attribute(element.node, &local_name!("content")));
        machine.and_then(|text| clock.read(text)).or_else(|| clock.read(&element.node.text().collect::<String>()))
    })
}
