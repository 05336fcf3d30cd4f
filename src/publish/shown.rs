//! What of a cluster may be shown: rights, limits and cleaning applied once, for every format and page.
//!
//! A format that works from `Shown` cannot give away more than the source allows.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::date::Moment;
use crate::model::article::{Article, Photo};
use crate::model::cluster::{ArticleId, Cluster, Copy, Stored};
use crate::model::country::Country;
use crate::model::language::Language;
use crate::model::source::Rights;
use crate::publish::body::{body, figure, is_dot, paragraphs, printed};
use crate::publish::site::{Site, SourceFacts};
use crate::publish::words::{
    NAME_CHARS_MAX, SUMMARY_CHARS_MAX, TITLE_CHARS_MAX, address, as_html, field, language, language_attributes,
};
use crate::text::fold::beginning;

/// Pictures, authors and copies of one article that are told of; pages of hundreds of thumbnails exist.
const LIST_MAX: usize = 50;
/// A headline made from the text of an article that has none, in characters.
const MADE_TITLE_CHARS: usize = 80;
/// Zones further from UTC than this, in seconds, are no zones.
const OFFSET_SECONDS_MAX: i32 = 14 * 3600;

/// Whom a photograph is owed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCredit {
    /// The owner alone.
    pub name: String,
    /// As printed, with a label.
    pub printed: String,
    /// The role.
    pub role: &'static str,
}

/// A photograph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPhoto {
    /// Its address.
    pub url: String,
    /// What it shows.
    pub caption: Option<String>,
    /// Whom it is owed to.
    pub credit: Option<ShownCredit>,
    /// For those who cannot see it.
    pub alt: String,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// The same text at another source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCopy {
    /// Who ran it.
    pub source: String,
    /// Where.
    pub link: String,
    /// Under which headline.
    pub title: String,
}

/// A sound or a film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownEnclosure {
    /// Where.
    pub url: String,
    /// Its media type.
    pub media_type: String,
    /// Its length, 0 where it is not known.
    pub bytes: u64,
}

/// What of a cluster may be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its name.
    pub id: ArticleId,
    /// Its place in what the store gave, the newest first sight first.
    pub place: usize,
    /// The original.
    pub link: String,
    /// The headline, never empty.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was published, with the offset in which that was printed.
    pub published: Moment,
    /// When its source last changed it, or when it was published.
    pub updated: Moment,
    /// When we last changed what we keep of it.
    pub changed: Timestamp,
    /// BCP 47.
    pub language: Option<String>,
    /// The language of what we add to it.
    pub interface: Language,
    /// How much may be shown.
    pub rights: Rights,
    /// A few plain sentences.
    pub summary: Option<String>,
    /// Safe HTML: the whole for `full`, lead photo and summary for `excerpt`, none for `link`.
    pub body: Option<String>,
    /// Its pictures, the lead first.
    pub photos: Vec<ShownPhoto>,
    /// Its countries, best first.
    pub countries: Vec<Country>,
    /// The same text elsewhere.
    pub copies: Vec<ShownCopy>,
    /// Whose it is.
    pub source: SourceFacts,
    /// Sounds and films.
    pub enclosures: Vec<ShownEnclosure>,
}

impl Shown {
    /// What of a cluster may be shown on this site.
    #[must_use]
    pub fn of(cluster: &Cluster, place: usize, site: &Site) -> Self {
        let stored = &cluster.leader;
        let article = &stored.routed.article;
        let source = site.source(&article.source);
        let rights = source.rights;
        let photos = photos(article, rights);
        let summary = summary(article, rights);
        let language = article.language.as_deref().and_then(language);
        let copies: Vec<ShownCopy> = cluster.copies.iter().take(LIST_MAX).map(copy).collect();
        let published = published(stored);
        Self {
            id: stored.id,
            place,
            link: address(&article.link),
            title: title(article),
            authors: names(&article.authors),
            published,
            updated: updated(stored, published),
            changed: stored.changed,
            language,
            interface: site.language,
            rights,
            body: shown_body(article, rights, &photos, summary.as_deref()),
            summary,
            photos: photos.iter().map(|photo| shown_photo(photo)).collect(),
            countries: stored.routed.countries.iter().map(|matched| matched.country).collect(),
            copies,
            source,
            enclosures: if rights == Rights::Full { enclosures(article) } else { Vec::new() },
        }
    }

    /// Its language as attributes of an element of a page, whose interface speaks this one.
    #[must_use]
    pub fn attributes(&self, page: Language) -> String {
        language_attributes(self.language.as_deref(), page)
    }

    /// The same on a page that speaks two languages: its own is always said.
    #[must_use]
    pub fn explicit_attributes(&self) -> String {
        let other = if self.language.as_deref() == Some(Language::Russian.tag()) {
            Language::English
        } else {
            Language::Russian
        };
        language_attributes(self.language.as_deref(), other)
    }

    /// The picture that stands for the whole.
    #[must_use]
    pub fn lead_photo(&self) -> Option<&ShownPhoto> {
        self.photos.first()
    }

    /// Its page, below the published folder.
    #[must_use]
    pub fn path(&self) -> String {
        format!("a/{}/", self.id)
    }

    /// The original, where our own page holds no more of the article than a list of articles does.
    #[must_use]
    pub fn original(&self) -> Option<&str> {
        (self.rights != Rights::Full).then_some(&self.link)
    }

    /// The body with links to the copies that other sources ran, for formats whose readers may not show links of their own.
    #[must_use]
    pub fn body_with_copies(&self) -> Option<String> {
        let body = self.body.as_ref()?;
        if self.copies.is_empty() {
            return Some(body.clone());
        }
        let link =
            |copy: &ShownCopy| format!("<a href=\"{}\">{}</a>", copy.link.replace('&', "&amp;"), as_html(&copy.source));
        let links: Vec<String> = self.copies.iter().map(link).collect();
        let head = self.interface.say("То же в других источниках", "The same at other sources");
        Some(format!("{body}\n<p>{head}: {}.</p>", links.join(", ")))
    }
}

fn title(article: &Article) -> String {
    let title = field(&article.title, TITLE_CHARS_MAX);
    if !title.is_empty() {
        return title;
    }
    let words = field(if article.summary.is_empty() { &article.text } else { &article.summary }, SUMMARY_CHARS_MAX);
    let made = beginning(&words, MADE_TITLE_CHARS);
    if made.is_empty() { article.link.host().to_owned() } else { made }
}

fn summary(article: &Article, rights: Rights) -> Option<String> {
    if rights == Rights::Link {
        return None;
    }
    let summary = field(&article.summary, SUMMARY_CHARS_MAX);
    let summary = if summary.is_empty() {
        let first: String = article.text.chars().take(2 * SUMMARY_CHARS_MAX).collect();
        beginning(&field(&first, SUMMARY_CHARS_MAX), SUMMARY_CHARS_MAX / 2)
    } else {
        summary
    };
    Some(summary).filter(|summary| !summary.is_empty())
}

/// Pictures that may be shown, the lead first, each once, trackers' dots left out.
fn photos(article: &Article, rights: Rights) -> Vec<&Photo> {
    let limit = match rights {
        Rights::Link => 0,
        Rights::Excerpt => 1,
        Rights::Full => LIST_MAX,
    };
    let mut seen = HashSet::new();
    article
        .lead_photo()
        .into_iter()
        .chain(&article.photos)
        .filter(|photo| !is_dot([photo.width, photo.height]) && seen.insert(&photo.url))
        .take(limit)
        .collect()
}

fn shown_body(article: &Article, rights: Rights, photos: &[&Photo], summary: Option<&str>) -> Option<String> {
    let body = match rights {
        Rights::Link => return None,
        Rights::Excerpt => excerpt(photos, summary),
        Rights::Full if article.html.trim().is_empty() && article.text.trim().is_empty() => excerpt(photos, summary),
        Rights::Full if article.html.trim().is_empty() => body(&paragraphs(&article.text), &article.text, photos),
        Rights::Full => body(&article.html, &article.text, photos),
    };
    Some(body).filter(|body| !body.trim().is_empty())
}

fn excerpt(photos: &[&Photo], summary: Option<&str>) -> String {
    let figure = photos.first().map(|photo| figure(photo)).unwrap_or_default();
    let summary = summary.map(|summary| format!("<p>{}</p>", as_html(summary))).unwrap_or_default();
    figure + &summary
}

fn shown_photo(photo: &Photo) -> ShownPhoto {
    let text =
        |text: &Option<String>| text.as_deref().map(|text| field(text, SUMMARY_CHARS_MAX)).filter(|t| !t.is_empty());
    let credit = photo.credit.as_ref().map(|credit| ShownCredit {
        name: field(&credit.name, NAME_CHARS_MAX),
        printed: printed(&credit.raw, &credit.name),
        role: credit.role.as_str(),
    });
    let caption = text(&photo.caption);
    ShownPhoto {
        url: address(&photo.url),
        alt: text(&photo.alt).or_else(|| caption.clone()).unwrap_or_default(),
        caption,
        credit: credit.filter(|credit| !credit.name.is_empty()),
        width: photo.width,
        height: photo.height,
    }
}

fn copy(copy: &Copy) -> ShownCopy {
    ShownCopy {
        source: field(copy.source.as_str(), NAME_CHARS_MAX),
        link: address(&copy.link),
        title: field(&copy.title, TITLE_CHARS_MAX),
    }
}

fn names(names: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = names.iter().map(|name| field(name, NAME_CHARS_MAX)).filter(|name| !name.is_empty());
    names.filter(|name| seen.insert(name.clone())).take(LIST_MAX).collect()
}

fn enclosures(article: &Article) -> Vec<ShownEnclosure> {
    let shown = article.enclosures.iter().take(LIST_MAX).map(|(url, media_type, bytes)| ShownEnclosure {
        url: address(url),
        media_type: media_type_or_bytes(media_type),
        bytes: *bytes,
    });
    shown.collect()
}

/// A media type as RFC 6838 writes it, without parameters; bytes of any kind where it is none.
fn media_type_or_bytes(text: &str) -> String {
    let name = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b));
    match name.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) => name,
        _ => "application/octet-stream".to_owned(),
    }
}

fn published(stored: &Stored) -> Moment {
    let at = stored.published();
    let printed = stored.routed.article.published.filter(|moment| moment.timestamp() == at);
    to_the_minute_zone(printed.unwrap_or_else(|| Moment::utc(at)))
}

/// The source's word on its last change, if that lies between the publication and our own last look.
fn updated(stored: &Stored, published: Moment) -> Moment {
    let believed = |moment: &Moment| {
        moment.timestamp() >= published.timestamp() && moment.timestamp() <= stored.changed.max(stored.first_seen)
    };
    stored.routed.article.updated.filter(believed).map_or(published, to_the_minute_zone)
}

/// Zones of RFC 822 and 3339 are whole minutes, and within 14 hours.
fn to_the_minute_zone(moment: Moment) -> Moment {
    let seconds = moment.offset().seconds();
    if seconds % 60 == 0 && seconds.abs() <= OFFSET_SECONDS_MAX {
        return moment;
    }
    Moment::new(moment.timestamp(), Offset::UTC)
}
