//! Articles that a page lists for machines: JSON-LD's `ItemList`, and articles beside each other.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scraper::ElementRef;
use serde_json::Value;

use crate::date::{self, Moment};
use crate::html::plain;
use crate::model::url::PageUrl;
use crate::parse::listing::outside::Here;

/// An article as machines are told of it.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Its page.
    pub(super) url: PageUrl,
    /// Its headline.
    pub(super) title: Option<String>,
    /// When it was published.
    pub(super) published: Option<Moment>,
}

/// Values that are looked at; a page's data are a few hundred.
const VALUES_MAX: usize = 20_000;

/// The articles of a page's JSON-LD.
pub(super) fn articles(root: ElementRef<'_>, here: Here<'_>, zone: &TimeZone, now: Timestamp) -> Vec<Told> {
    let is_data = |element: &ElementRef<'_>| {
        element.value().name() == "script" && element.value().attr("type").is_some_and(|kind| kind.contains("ld+json"))
    };
    let mut out = Vec::new();
    for script in root.descendent_elements().filter(is_data) {
        let text: String = script.text().collect();
        if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
            walk(&value, here, zone, now, &mut out);
        }
    }
    out
}

fn walk(value: &Value, here: Here<'_>, zone: &TimeZone, now: Timestamp, out: &mut Vec<Told>) {
    let mut open = vec![value];
    let mut looked_at = 0;
    while let Some(value) = open.pop() {
        looked_at += 1;
        if looked_at > VALUES_MAX {
            return;
        }
        match value {
            Value::Array(values) => open.extend(values.iter().rev()),
            Value::Object(fields) => {
                if is_kind(value, "BreadcrumbList") {
                    continue;
                }
                let item = fields.get("item").filter(|item| item.is_object()).unwrap_or(value);
                let is_article = is_kind(item, "Article") || is_kind(item, "BlogPosting") || is_kind(value, "ListItem");
                if let Some(told) = is_article.then(|| told(item, value, here, zone, now)).flatten() {
                    out.push(told);
                    continue;
                }
                open.extend(fields.values().rev().filter(|field| field.is_array() || field.is_object()));
            }
            _ => {}
        }
    }
}

/// Whether a value's type ends so: `NewsArticle`, `ReportageNewsArticle` are articles.
fn is_kind(value: &Value, name: &str) -> bool {
    let kinds = match value.get("@type") {
        Some(Value::String(kind)) => vec![kind.as_str()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    kinds.iter().any(|kind| kind.ends_with(name))
}

fn told(item: &Value, outer: &Value, here: Here<'_>, zone: &TimeZone, now: Timestamp) -> Option<Told> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let main =
        || item.get("mainEntityOfPage").and_then(|main| main.as_str().map(str::to_owned).or_else(|| text(main, "@id")));
    let url = text(item, "url").or_else(main).or_else(|| text(item, "@id")).or_else(|| text(outer, "url"))?;
    let url = here.base.join(&url).ok()?.without_fragment();
    let title = text(item, "headline").or_else(|| text(item, "name")).or_else(|| text(outer, "name"));
    let published = text(item, "datePublished").and_then(|date| date::read(&date, zone, now).ok());
    (url != *here.url).then(|| Told {
        url,
        title: title.map(|title| plain::plain(&title)).filter(|title| !title.is_empty()),
        published,
    })
}
