//! An article: an entry with its page read. Then routed: the same with its countries.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::date::Moment;
use crate::model::country::Country;
use crate::model::source::SourceName;
use crate::model::url::PageUrl;

/// What a credit says of the one it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditRole {
    /// A person who took it, or one whose part is not told.
    #[default]
    Photographer,
    /// An agency or another publisher.
    Agency,
    /// Handed out by whom it shows or concerns: «предоставлено», handout.
    Provider,
    /// From an archive.
    Archive,
    /// A frame of a video or of a screen.
    Screenshot,
    /// Drawn, computed, generated.
    Generated,
}

impl CreditRole {
    /// The word in JSON and in `media:credit role`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photographer => "photographer",
            Self::Agency => "agency",
            Self::Provider => "provider",
            Self::Archive => "archive",
            Self::Screenshot => "screenshot",
            Self::Generated => "generated",
        }
    }
}

/// Whom a photograph is owed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// As printed: «Фото: Б. Пример / Пример-Пресс».
    pub raw: String,
    /// Without the label words: «Б. Пример / Пример-Пресс».
    pub name: String,
    /// What they did.
    pub role: CreditRole,
}

/// An image of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Its real address, the largest offered.
    pub url: PageUrl,
    /// What it shows, without the credit.
    pub caption: Option<String>,
    /// Whom it is owed to; none where none is printed.
    pub credit: Option<Credit>,
    /// The text for those who cannot see it.
    pub alt: Option<String>,
    /// Pixels, where the page says so.
    pub width: Option<u32>,
    /// Pixels, where the page says so.
    pub height: Option<u32>,
}

/// How much of an article was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From its page.
    Page,
    /// From the full text in the feed.
    FeedText,
    /// From the summary alone: the page was refused, is for subscribers, or has no article.
    Summary,
}

/// An entry with its page read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Whose it is.
    pub source: SourceName,
    /// The entry's id within its source.
    pub entry_id: String,
    /// The page, to which readers are sent.
    pub link: PageUrl,
    /// The headline, plain.
    pub title: String,
    /// Who wrote it, people and bodies, plain.
    pub authors: Vec<String>,
    /// When it was first published, as its source says.
    pub published: Option<Moment>,
    /// When its source last changed it.
    pub updated: Option<Moment>,
    /// BCP 47, lower case: `ru`.
    pub language: Option<String>,
    /// A few plain sentences.
    pub summary: String,
    /// The body, plain, paragraphs apart by one blank line.
    pub text: String,
    /// The body, safe HTML, photos with their credits in `figcaption`.
    pub html: String,
    /// Its pictures in page order.
    pub photos: Vec<Photo>,
    /// Which of `photos` leads.
    pub lead: Option<usize>,
    /// Sections and tags its source gave it.
    pub tags: Vec<String>,
    /// Sounds and films: (address, media type, length in bytes).
    pub enclosures: Vec<(PageUrl, String, u64)>,
    /// How much was read.
    pub origin: Origin,
}

impl Article {
    /// The picture that stands for the whole.
    #[must_use]
    pub fn lead_photo(&self) -> Option<&Photo> {
        self.lead.and_then(|index| self.photos.get(index)).or_else(|| self.photos.first())
    }
}

/// Where in an article a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The headline.
    Title,
    /// The first paragraph.
    Lead,
    /// The rest.
    Body,
    /// «ПХЕНЬЯН, 16 января. /ТАСС/».
    PlaceLine,
    /// A section or a tag of the source.
    Tag,
    /// The source's own land, or `countries` in feeds.toml.
    Source,
}

/// One reason for a country: which word, where, how much it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The word as it stands in the article.
    pub word: String,
    /// Where.
    pub place: Place,
    /// What it adds to the strength.
    pub weight: f32,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} “{}” {:+.2}", self.place, self.word, self.weight)
    }
}

/// Why an article belongs to a country.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The country.
    pub country: Country,
    /// How strongly, 0 to 1.
    pub strength: f32,
    /// Why, the strongest first.
    pub reasons: Vec<Reason>,
}

/// An article with its countries, the strongest first. None at all is an answer too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routed {
    /// The article.
    pub article: Article,
    /// Its countries.
    pub countries: Vec<Match>,
}
