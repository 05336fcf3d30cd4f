//! What feed-rs reads: JSON Feed first of all, and XML in which our own reader found no entry.
//!
//! XML is read by `feed`: feed-rs gives nothing of a document with one wrong byte, turns every date to UTC, and drops
//! much of what is published. Its types end here, and a panic of it harms the document alone.

use std::panic::{self, AssertUnwindSafe};

use ::feed_rs::model as given;
use ::feed_rs::parser;
use jiff::Timestamp;

use crate::date::Moment;
use crate::html::plain;
use crate::model::entry::{Enclosure, Entries, Entry, Head, HeadImage, Link, Media, MediaCredit, Person, Thumbnail};
use crate::model::source::{PollHints, SourceKind};
use crate::parse::markup;
use crate::parse::reader;

/// The entries that feed-rs finds; none where it fails, whatever way.
///
/// Ids that it makes up are random where an entry has no link, so made ones are told by their form and left out.
pub(super) fn read(text: &str, base: Option<&str>) -> Option<Entries> {
    let parser =
        parser::Builder::new().base_uri(base).sanitize_content(false).id_generator(|_, _, _| String::new()).build();
    // feed-rs 3.0.0 panics on some input; nothing of ours is left half done by it.
    let feed = panic::catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes()))).ok()?.ok()?;
    let links: Vec<Link> = feed.links.into_iter().map(link).collect();
    let head = Head {
        title: feed.title.as_ref().map(|text| plain::plain(&text.content)),
        link: reader::page(&links).map(|link| link.href.clone()),
        links,
        description: feed.description.as_ref().map(|text| plain::plain(&text.content)),
        language: feed.language,
        id: Some(feed.id).filter(|id| !id.is_empty()),
        updated: feed.updated.and_then(|date| moment(date.timestamp())),
        published: feed.published.and_then(|date| moment(date.timestamp())),
        authors: people(feed.authors),
        contributors: people(feed.contributors),
        image: feed.logo.map(|image| HeadImage {
            url: image.uri,
            title: image.title,
            link: image.link.map(|link| link.href),
        }),
        rights: feed.rights.map(|text| plain::plain(&text.content)),
        generator: feed.generator.map(|generator| generator.content),
        icon: feed.icon.map(|image| image.uri),
        tags: feed.categories.into_iter().map(|category| category.term).collect(),
        hints: PollHints::default(),
        ..Head::default()
    };
    let entries = feed.entries.into_iter().map(entry).collect();
    Some(Entries { kind: SourceKind::Feed, head, entries, more: Vec::new(), feeds: Vec::new(), reached: Vec::new() })
}

fn entry(given: given::Entry) -> Entry {
    let links: Vec<Link> = given.links.into_iter().map(link).collect();
    let mut entry = Entry {
        id: given.id,
        title: given.title.map(|text| plain::plain(&text.content)),
        link: reader::page(&links).and_then(|link| crate::model::url::PageUrl::parse(&link.href).ok()),
        links,
        summary: given.summary.map(|text| markup::clean(&text.content, None).html),
        content: given
            .content
            .and_then(|content| content.body)
            .map(|body| markup::clean(&body, None).html)
            .into_iter()
            .collect(),
        authors: people(given.authors),
        contributors: people(given.contributors),
        published: given.published.and_then(|date| moment(date.timestamp())),
        updated: given.updated.and_then(|date| moment(date.timestamp())),
        tags: given.categories.into_iter().map(|category| category.term).collect(),
        rights: given.rights.map(|text| plain::plain(&text.content)),
        ..Entry::default()
    };
    for object in given.media {
        media(object, &mut entry);
    }
    entry
}

fn media(object: given::MediaObject, entry: &mut Entry) {
    let credits: Vec<MediaCredit> = object
        .credits
        .into_iter()
        .map(|credit| MediaCredit { name: credit.entity, ..MediaCredit::default() })
        .collect();
    for content in object.content {
        let Some(url) = content.url.map(String::from) else { continue };
        let media_type = content.content_type.map(|kind| kind.to_string());
        entry.enclosures.push(Enclosure { url: url.clone(), media_type: media_type.clone(), length: content.size });
        let caption = object.description.as_ref().map(|text| plain::plain(&text.content));
        entry.media.push(Media {
            url,
            media_type,
            width: content.width,
            height: content.height,
            caption,
            credits: credits.clone(),
        });
    }
    let thumbnails = object.thumbnails.into_iter().map(|thumbnail| thumbnail.image);
    entry.thumbnails.extend(thumbnails.map(|image| Thumbnail {
        url: image.uri,
        width: image.width,
        height: image.height,
    }));
    entry.credits.extend(credits);
}

fn link(link: given::Link) -> Link {
    Link { href: link.href, rel: link.rel.or_else(|| Some(String::from("alternate"))), media_type: link.media_type }
}

fn people(people: Vec<given::Person>) -> Vec<Person> {
    people.into_iter().map(|person| Person { name: person.name, email: person.email, uri: person.uri }).collect()
}

/// A time without the offset that was printed, which feed-rs does not keep.
fn moment(seconds: i64) -> Option<Moment> {
    Timestamp::from_second(seconds).ok().map(Moment::utc)
}
