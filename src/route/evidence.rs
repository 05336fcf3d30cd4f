//! What an article's words say for each country, as numbers: which sort of word, where, how often, and how it stands among the others.
//!
//! `judge` multiplies these with the weights; `scripts/train_route.py` finds the weights. Neither is here.

use std::collections::HashMap;

use crate::model::article::Place;
use crate::model::country::Country;
use crate::route::context::Mention;
use crate::route::lexicon::Kind;

/// What sorts of words count alike.
const GROUPS: [&str; 6] = ["name", "adjective", "capital", "town", "power", "thing"];
/// Where words stand.
const PLACES: [&str; 4] = ["title", "lead", "body", "place_line"];
/// What is told of a country beside its words.
const STANDING: [&str; 12] = [
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
}

/// What speaks for a country.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The country.
    pub country: Country,
    /// The numbers, in the order of `names`.
    pub numbers: [f32; COUNT],
    /// Which mention adds how much to which number.
    pub parts: Vec<(Placed, usize, f32)>,
}

/// What speaks for each country that is mentioned. `bytes`: the length of the article.
#[must_use]
pub fn weigh(placed: &[Placed], home: Option<Country>, bytes: usize) -> Vec<Evidence> {
    let mut by_country: HashMap<Country, Vec<Placed>> = HashMap::new();
    let support = support(placed);
    for one in placed {
        for country in meant(one, &support).into_iter().flatten() {
            by_country.entry(country).or_default().push(*one);
        }
    }
    let total: usize = by_country.values().map(Vec::len).sum();
    let most = by_country.values().map(Vec::len).max().unwrap_or(0);
    let titled: Vec<Country> = by_country
        .iter()
        .filter(|(_, all)| all.iter().any(|one| one.place == Place::Title))
        .map(|(country, _)| *country)
        .collect();
    let count = by_country.len();
    let mut all: Vec<Evidence> = by_country
        .into_iter()
        .map(|(country, mentions)| {
            let among = Among {
                total,
                most,
                count,
                bytes,
                other_in_title: titled.iter().any(|other| *other != country),
                home: home == Some(country),
            };
            evidence(country, &mentions, &among)
        })
        .collect();
    all.sort_by_key(|evidence| evidence.country);
    all
}

/// How often each country is named by words that mean it alone.
fn support(placed: &[Placed]) -> HashMap<Country, usize> {
    let mut support = HashMap::new();
    for one in placed {
        if let ([Some(country), None], _) = (one.mention.hit.sense.countries, ()) {
            *support.entry(country).or_default() += 1;
        }
    }
    support
}

/// The countries that a mention means here. «Корея» is the southern one, unless only the northern is named otherwise; where both are, it adds nothing.
fn meant(one: &Placed, support: &HashMap<Country, usize>) -> [Option<Country>; 2] {
    let sense = one.mention.hit.sense;
    let [Some(first), Some(second)] = sense.countries else { return sense.countries };
    if sense.both {
        return sense.countries;
    }
    match (support.contains_key(&first), support.contains_key(&second)) {
        (true, true) => [None, None],
        (false, true) => [Some(second), None],
        _ => [Some(first), None],
    }
}

/// The article around a country's mentions.
struct Among {
    total: usize,
    most: usize,
    count: usize,
    bytes: usize,
    other_in_title: bool,
    home: bool,
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
    let own: Vec<&Placed> = mentions.iter().filter(|one| !one.mention.aside).collect();
    let in_title = mentions.iter().any(|one| one.place == Place::Title);
    let first = mentions.iter().map(|one| one.depth).fold(1.0, f32::min);
    let once = f32::from(u8::from(mentions.len() == 1));
    let sent_from_only = mentions.iter().all(|one| one.place == Place::PlaceLine) && among.count > 1;
    let standing = [
        1.0,
        numbers[STANDING_AT + 1],
        numbers[STANDING_AT + 2],
        own.len() as f32 / among.total.max(1) as f32,
        f32::from(u8::from(mentions.len() == among.most)),
        f32::from(u8::from(among.other_in_title && !in_title)),
        (among.count as f32).ln(),
        once,
        once * (among.bytes as f32 / 1000.0).ln_1p(),
        first,
        f32::from(u8::from(sent_from_only)),
        f32::from(u8::from(among.home)),
    ];
    numbers[STANDING_AT..].copy_from_slice(&standing);
    Evidence { country, numbers, parts }
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
    let group = match one.mention.hit.sense.kind {
        Kind::Name | Kind::People => 0,
        Kind::Adjective => 1,
        Kind::Capital => 2,
        Kind::Town | Kind::Region => 3,
        Kind::Body | Kind::Leader => 4,
        Kind::Money | Kind::Organisation | Kind::Water | Kind::Neutral => 5,
    };
    group * PLACES.len() + place
}
