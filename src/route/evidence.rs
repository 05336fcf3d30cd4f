//! What an article's words say for each country, as numbers: which sort of word, where, how often, and how it stands among the others.
//!
//! `judge` multiplies these with the weights; `scripts/train_route.py` finds the weights. Neither is here.

use crate::model::article::Place;
use crate::model::country::Country;
use crate::route::mention::Mention;
use crate::route::sense::{Kind, Pair};

/// What sorts of words count alike.
const GROUPS: [&str; 7] = ["name", "adjective", "capital", "town", "power", "thing", "people"];
/// Where words stand.
const PLACES: [&str; 4] = ["title", "lead", "body", "place_line"];
/// What is told of a country beside its words.
const STANDING: [&str; 34] = [
    "bias",
    "tag",
    "aside",
    "share",
    "most",
    "other_in_title",
    "many",
    "once",
    "once_in_long",
    "late",
    "sent_from_only",
    "home",
    "often",
    "ratio",
    "body_only",
    "body_only_beside_title",
    "body_once_beside_title",
    "listed",
    "long",
    "alone",
    "sentences",
    "things_beside_others",
    "things_only",
    "towns_only",
    "acts",
    "acts_in_lead",
    "in_short_lead",
    "density",
    "in_short_title",
    "sorts",
    "headed",
    "aside_in_head",
    "household",
    "household_once",
];

/// Numbers told of a country.
pub const COUNT: usize = GROUPS.len() * PLACES.len() + STANDING.len();
/// Where `STANDING` begins.
const STANDING_AT: usize = GROUPS.len() * PLACES.len();

/// The name of each number, as in `data/names/weights.toml`.
pub fn names() -> impl Iterator<Item = String> {
    let words = GROUPS.iter().flat_map(|group| PLACES.iter().map(move |place| format!("{group}_{place}")));
    words.chain(STANDING.iter().map(|name| (*name).to_owned()))
}

/// In whose manner an article names countries: each has weights of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// News in Russian.
    Russian,
    /// Wires in English, which say where they were sent from: long, with countries that concern them little.
    Wire,
    /// Other news in English.
    English,
    /// News in other languages.
    World,
}

impl Manner {
    /// All, in the order of the tables of weights.
    pub const ALL: [Self; 4] = [Self::Russian, Self::Wire, Self::English, Self::World];

    /// As it is named in `data/names/weights.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Russian => "russian",
            Self::Wire => "wire",
            Self::English => "english",
            Self::World => "world",
        }
    }
}

/// A mention, placed.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// The mention.
    pub mention: Mention,
    /// Where.
    pub place: Place,
    /// Which text it is in: an index into the article's texts.
    pub text: usize,
    /// How far into the article, 0 to 1.
    pub depth: f32,
    /// Which sentence of the article.
    pub sentence: usize,
    /// Whether it stands in a list of countries.
    pub listed: bool,
}

/// What speaks for a country.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The country.
    pub country: Country,
    /// Whose manner of naming countries the article has.
    pub manner: Manner,
    /// The numbers, in the order of `names`.
    pub numbers: [f32; COUNT],
    /// Which mention adds how much to which number.
    pub parts: Vec<(Placed, usize, f32)>,
}

/// The article that evidence is weighed in.
#[derive(Debug, Clone, Copy)]
pub struct Article {
    /// The country its source is about.
    pub home: Option<Country>,
    /// Its length.
    pub bytes: usize,
    /// Whose manner of naming countries it has.
    pub manner: Manner,
    /// Whether it has words of recipes, breeds, keeping house.
    pub household: bool,
    /// Whether its place line is an agency's: it says where the agency's people sit.
    pub agency_line: bool,
}

/// What speaks for each country that is mentioned.
#[must_use]
pub fn weigh(placed: &[Placed], article: Article) -> Vec<Evidence> {
    // A handful, and so looked through.
    let mut by_country: Vec<(Country, Vec<Placed>)> = Vec::new();
    let support = support(placed);
    for one in placed {
        for country in meant(one, &support).into_iter().flatten() {
            match by_country.iter_mut().find(|(known, _)| *known == country) {
                Some((_, mentions)) => mentions.push(*one),
                None => by_country.push((country, vec![*one])),
            }
        }
    }
    let total: usize = by_country.iter().map(|(_, mentions)| mentions.len()).sum();
    let most = by_country.iter().map(|(_, mentions)| mentions.len()).max().unwrap_or(0);
    let headed = |all: &[Placed]| all.iter().any(in_head);
    let titled: Vec<Country> = by_country
        .iter()
        .filter(|(_, all)| all.iter().any(|one| one.place == Place::Title))
        .map(|(country, _)| *country)
        .collect();
    let heads: Vec<Country> = by_country.iter().filter(|(_, all)| headed(all)).map(|(country, _)| *country).collect();
    let count = by_country.len();
    let elsewhere = |country: &Country| titled.iter().chain(&heads).any(|other| other != country);
    let sat_in = |all: &[Placed]| article.agency_line && all.iter().all(|one| one.place == Place::PlaceLine);
    let mut all: Vec<Evidence> = by_country
        .into_iter()
        .filter(|(country, mentions)| !(sat_in(mentions) && elsewhere(country)))
        .map(|(country, mentions)| {
            let among = Among {
                total,
                most,
                count,
                other_in_title: titled.iter().any(|other| *other != country),
                other_in_head: heads.iter().any(|other| *other != country),
                article,
            };
            evidence(country, &mentions, &among)
        })
        .collect();
    all.sort_by_key(|evidence| evidence.country);
    all
}

/// The countries that are named by words that mean them alone.
fn support(placed: &[Placed]) -> Vec<Country> {
    let mut support = Vec::new();
    for one in placed {
        if let [Some(country), None] = one.mention.hit.sense.countries
            && !support.contains(&country)
        {
            support.push(country);
        }
    }
    support
}

/// The countries that a mention means here. «Корея» is the southern one, unless only the northern is named otherwise; where both are, it adds nothing.
fn meant(one: &Placed, support: &[Country]) -> [Option<Country>; 2] {
    let sense = one.mention.hit.sense;
    let [Some(first), Some(second)] = sense.countries else { return sense.countries };
    match (sense.pair, support.contains(&first), support.contains(&second)) {
        (Pair::Both, ..) | (Pair::Shared, false, false) => sense.countries,
        (_, true, true) => [None, None],
        (_, false, true) => [Some(second), None],
        _ => [Some(first), None],
    }
}

/// The article around a country's mentions.
struct Among {
    total: usize,
    most: usize,
    count: usize,
    other_in_title: bool,
    other_in_head: bool,
    article: Article,
}

#[expect(clippy::cast_precision_loss, reason = "counts of words in an article are small")]
fn evidence(country: Country, mentions: &[Placed], among: &Among) -> Evidence {
    let mut numbers = [0.0; COUNT];
    let mut parts = Vec::with_capacity(mentions.len());
    let mut seen = [0_u32; COUNT];
    for one in mentions {
        let number = number_of(one);
        // Each further mention of the same sort counts half of the one before: what is said ten times is not ten times as true.
        let adds = 0.5_f32.powf(seen[number] as f32);
        seen[number] += 1;
        numbers[number] += adds;
        parts.push((*one, number, adds));
    }
    let told = [numbers[STANDING_AT + 1], numbers[STANDING_AT + 2]];
    let standing = standing(country, mentions, among, told);
    numbers[STANDING_AT..].copy_from_slice(&standing);
    Evidence { country, manner: among.article.manner, numbers, parts }
}

/// How a country stands in its article, in the order of `STANDING`. `told`: what its tags and asides add.
#[expect(clippy::cast_precision_loss, reason = "counts of words in an article are small")]
fn standing(country: Country, mentions: &[Placed], among: &Among, told: [f32; 2]) -> [f32; STANDING.len()] {
    let [tags, asides] = told;
    let own: Vec<&Placed> = mentions.iter().filter(|one| !one.mention.aside).collect();
    let in_title = mentions.iter().any(|one| one.place == Place::Title);
    let first = mentions.iter().map(|one| one.depth).fold(1.0, f32::min);
    let once = flag(mentions.len() == 1);
    let sent_from_only = mentions.iter().all(|one| one.place == Place::PlaceLine) && among.count > 1;
    let body_only = flag(mentions.iter().all(|one| one.place == Place::Body));
    let beside = flag(among.other_in_head);
    let listed = mentions.iter().filter(|one| one.listed).count();
    let mut sentences: Vec<usize> = mentions.iter().map(|one| one.sentence).collect();
    sentences.dedup();
    let thing = |one: &Placed| matches!(one.mention.hit.sense.kind, Kind::Money | Kind::Organisation | Kind::Water);
    let things_only = flag(mentions.iter().all(thing));
    let kilobytes = among.article.bytes as f32 / 1000.0;
    let town = |one: &Placed| matches!(one.mention.hit.sense.kind, Kind::Capital | Kind::Town | Kind::Region);
    let towns_only = flag(mentions.iter().all(town));
    [
        1.0,
        tags,
        asides,
        own.len() as f32 / among.total.max(1) as f32,
        flag(mentions.len() == among.most),
        flag(among.other_in_title && !in_title),
        (among.count as f32).ln(),
        once,
        once * kilobytes.ln_1p(),
        first,
        flag(sent_from_only),
        flag(among.article.home == Some(country)),
        (mentions.len() as f32).ln(),
        mentions.len() as f32 / among.most.max(1) as f32,
        body_only,
        body_only * beside,
        body_only * beside * once,
        listed as f32 / mentions.len() as f32,
        kilobytes.ln_1p(),
        flag(among.count == 1),
        (sentences.len() as f32).ln(),
        things_only * beside,
        things_only,
        towns_only,
        flag(mentions.iter().any(|one| one.mention.first && one.place != Place::Title)),
        flag(mentions.iter().any(|one| one.mention.first && one.place == Place::Lead)),
        flag(mentions.iter().any(|one| one.place == Place::Lead)) / (0.5 + kilobytes),
        (mentions.len() as f32 / (0.2 + kilobytes)).ln_1p(),
        flag(in_title) / (0.5 + kilobytes),
        (sorts(mentions) as f32).ln(),
        flag(mentions.iter().any(|one| in_head(one) && !one.mention.aside)),
        flag(mentions.iter().any(|one| in_head(one) && one.mention.aside)),
        flag(among.article.household),
        flag(among.article.household) * once,
    ]
}

/// Whether a mention stands in the title or in the lead.
fn in_head(one: &Placed) -> bool {
    matches!(one.place, Place::Title | Place::Lead)
}

/// How many sorts of words speak for a country: its name and its capital say more together than its name twice.
fn sorts(mentions: &[Placed]) -> u32 {
    let groups = mentions.iter().fold(0_u8, |groups, one| groups | 1 << group(one.mention.hit.sense.kind));
    groups.count_ones()
}

/// 1 where it is so.
fn flag(so: bool) -> f32 {
    f32::from(u8::from(so))
}

/// Which number a mention adds to.
fn number_of(one: &Placed) -> usize {
    let place = match one.place {
        Place::Tag | Place::Source => return STANDING_AT + 1,
        Place::Title => 0,
        Place::Lead => 1,
        Place::Body => 2,
        Place::PlaceLine => 3,
    };
    if one.mention.aside && one.place == Place::Body {
        return STANDING_AT + 2;
    }
    group(one.mention.hit.sense.kind) * PLACES.len() + place
}

/// Which of `GROUPS` a word counts in.
fn group(kind: Kind) -> usize {
    match kind {
        Kind::Name => 0,
        Kind::Adjective => 1,
        Kind::Capital => 2,
        Kind::Town | Kind::Region => 3,
        Kind::Body | Kind::Leader => 4,
        Kind::Money | Kind::Organisation | Kind::Water | Kind::Neutral => 5,
        Kind::People => 6,
    }
}
