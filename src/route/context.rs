//! Which of the words found mean the country they name: what stands beside a word decides.
//!
//! A street, a surname, a newspaper, a dish, a list of links, a footer speak for none. How much a word counts is `judge`'s.

use crate::model::country::Country;
use crate::route::lexicon::Lexicon;
use crate::route::matcher::Hit;
use crate::route::mention::{Mention, Scanned};
use crate::route::rivals::Rivals;
use crate::route::role;
use crate::route::sense::Kind;
use crate::route::skip;
use crate::text::scan::{Case, Gap, Script, Token};

/// The mentions among the hits of a text. The hashes of words that are surnames here are added to `surnames`.
#[must_use]
pub fn mentions(lexicon: &Lexicon, scanned: Scanned<'_>, hits: &[Hit], surnames: &mut Vec<u64>) -> Vec<Mention> {
    let skipped = skip::ranges(scanned.text, scanned.tokens, hits);
    let capitals_tell = !scanned.headline || !mostly_capital(scanned.tokens);
    let beside = Beside { lexicon, scanned, hits, capitals_tell };
    let mut kept = Vec::with_capacity(hits.len());
    for (index, hit) in hits.iter().enumerate() {
        if hit.sense.kind == Kind::Neutral || skipped.iter().any(|range| range.contains(&hit.start)) {
            continue;
        }
        if beside.names_a_person(index) {
            surnames.push(scanned.tokens[hit.first].hash);
            continue;
        }
        if beside.names_a_thing(index) || beside.is_denied(hit) {
            continue;
        }
        let mut hit = *hit;
        if beside.is_in_a_title(&hit) {
            hit.sense.kind = Kind::Organisation;
        }
        kept.push(Mention {
            hit,
            aside: beside.is_aside(&hit),
            listed: beside.is_listed(index),
            sentence: 0,
            first: beside.is_first(&hit),
        });
    }
    number_sentences(scanned.tokens, &mut kept);
    kept
}

/// Drops the words that are surnames in this article, those that mean something else in it, and the doubtful ones that nothing
/// supports. `parts`: the mentions of each of its texts.
pub fn settle(
    rivals: &Rivals,
    texts: &[Scanned<'_>],
    parts: &mut [Vec<Mention>],
    surnames: &[u64],
    language: Option<[u8; 3]>,
) {
    for (scanned, mentions) in texts.iter().zip(&mut *parts) {
        // Whom the body calls by two names the headline calls by one.
        mentions.retain(|mention| {
            let token = &scanned.tokens[mention.hit.first];
            !surnames.contains(&token.hash) || mention.hit.first != mention.hit.last || token.case == Case::Small
        });
    }
    rivals.settle(texts, parts);
    // A handful, and so looked through.
    let mut support: Vec<Country> = Vec::new();
    for mention in parts.iter().flatten().filter(|mention| !mention.hit.sense.doubtful) {
        for country in mention.hit.sense.countries.iter().flatten() {
            if !support.contains(country) {
                support.push(*country);
            }
        }
    }
    for (scanned, mentions) in texts.iter().zip(parts) {
        mentions.retain(|mention| {
            let sense = mention.hit.sense;
            let token = scanned.tokens[mention.hit.first];
            let supported = sense.countries[0].is_some_and(|country| support.contains(&country));
            let plain = matches!(sense.kind, Kind::Name | Kind::Adjective | Kind::People);
            let sent_from = mention.hit.start < scanned.sent_from;
            let own_tongue = sense.kind == Kind::Town && sense.countries[0].is_some_and(|one| speaks(one, language));
            // «The government» in the language of one land is that land's, unless the article names another.
            let unnamed = support.is_empty() && !matches!(token.script, Script::Latin | Script::Cyrillic);
            !sense.doubtful
                || supported
                || sent_from
                || own_tongue
                || unnamed
                || plain && token.case != Case::Small && token.gap < Gap::Sentence && !scanned.headline
        });
    }
}

/// Whether a language is that of a country: its papers write of their towns without naming the country.
fn speaks(country: Country, language: Option<[u8; 3]>) -> bool {
    let lands: &[&str] = match language.as_ref().map(|tag| &tag[..]) {
        Some(b"de\0") => &["DE", "AT", "CH"],
        Some(b"fr\0") => &["FR", "BE", "CH"],
        Some(b"nl\0") => &["NL", "BE"],
        Some(b"it\0") => &["IT"],
        Some(b"es\0") => &["ES"],
        Some(b"pt\0") => &["PT"],
        Some(b"pl\0") => &["PL"],
        Some(b"tr\0") => &["TR"],
        _ => &[],
    };
    lands.contains(&country.code())
}

/// Tells each mention, in order, which sentence it stands in.
fn number_sentences(tokens: &[Token], mentions: &mut [Mention]) {
    let (mut sentence, mut at) = (0, 0);
    for mention in mentions {
        sentence += tokens[at..=mention.hit.first].iter().filter(|token| token.gap >= Gap::Sentence).count();
        at = mention.hit.first + 1;
        mention.sentence = sentence;
    }
}

/// Whether nearly all words of a headline begin with a capital.
fn mostly_capital(tokens: &[Token]) -> bool {
    let long = tokens.iter().filter(|token| token.chars > 3 && token.script != Script::Dense);
    let (all, capital) =
        long.fold((0, 0), |(all, capital), token| (all + 1, capital + usize::from(token.case != Case::Small)));
    all > 0 && capital * 4 > all * 3
}

/// What stands beside a hit.
struct Beside<'t> {
    lexicon: &'t Lexicon,
    scanned: Scanned<'t>,
    hits: &'t [Hit],
    capitals_tell: bool,
}

impl Beside<'_> {
    fn before(&self, hit: &Hit) -> Option<(&Token, Gap)> {
        let token = self.scanned.tokens.get(hit.first.checked_sub(1)?)?;
        Some((token, self.scanned.tokens[hit.first].gap))
    }

    fn after(&self, hit: &Hit) -> Option<(&Token, Gap)> {
        let token = self.scanned.tokens.get(hit.last + 1)?;
        Some((token, token.gap))
    }

    /// «Майкл Джордан», `Jordan Peterson`.
    fn names_a_person(&self, index: usize) -> bool {
        let hit = &self.hits[index];
        let place = matches!(
            hit.sense.kind,
            Kind::Name | Kind::Capital | Kind::Town | Kind::Region | Kind::Water | Kind::People
        );
        if self.is_a_surname_as_adjectives_are(hit) {
            return true;
        }
        if !place || hit.first != hit.last || self.scanned.tokens[hit.first].case == Case::Small {
            return false;
        }
        let given = |(token, gap): (&Token, Gap)| {
            let role = self.lexicon.role(token);
            gap <= Gap::Quoted
                && (role & role::CALLED != 0
                    || gap == Gap::Joined && token.case != Case::Small && role & role::GIVEN != 0)
        };
        if self.before(hit).is_some_and(given) || self.after(hit).is_some_and(|after| self.is_patronymic(after)) {
            return true;
        }
        let token = &self.scanned.tokens[hit.first];
        if !self.capitals_tell || self.lexicon.role(token) & role::NAMESAKE == 0 {
            return false;
        }
        let next_is_hit = self.hits.get(index + 1).is_some_and(|next| next.first == hit.last + 1);
        self.after(hit).is_some_and(|(next, gap)| {
            gap == Gap::Joined
                && next.case == Case::Capital
                && next.chars > 2
                && !next_is_hit
                && self.lexicon.role(next) & !role::GIVEN == 0
        })
    }

    /// «Михаил Турецкий»: in Russian an adjective has a capital at the beginning of a sentence, or in a name.
    fn is_a_surname_as_adjectives_are(&self, hit: &Hit) -> bool {
        let token = &self.scanned.tokens[hit.first];
        hit.sense.kind == Kind::Adjective
            && token.script == Script::Cyrillic
            && token.case == Case::Capital
            && hit.first == hit.last
            && self.before(hit).is_some_and(|(token, gap)| {
                gap == Gap::Joined && token.case == Case::Capital && self.lexicon.role(token) & role::GIVEN != 0
            })
    }

    /// «Россия-24», «Тегеран-43»: a channel, a film. The Games of a year, «Париж-2024», are held where they say.
    fn is_numbered(&self, hit: &Hit) -> bool {
        let text = self.scanned.text;
        self.after(hit).is_some_and(|(token, gap)| {
            gap == Gap::Joined
                && token.chars <= 2
                && text[hit.end..token.start] == *"-"
                && text[token.start..token.end].bytes().all(|byte| byte.is_ascii_digit())
        })
    }

    /// «Индира Петровна».
    fn is_patronymic(&self, (token, gap): (&Token, Gap)) -> bool {
        let word = &self.scanned.text[token.start..token.end];
        gap == Gap::Joined
            && token.case == Case::Capital
            && ["овна", "евна", "овны", "евны", "ович", "евич", "овича", "евича"].iter().any(|end| word.ends_with(end))
    }

    /// «Китайский летчик»: a few words between quotation marks are the name of something.
    fn is_in_a_title(&self, hit: &Hit) -> bool {
        /// Words after the country's in such a name.
        const WORDS_MAX: usize = 2;
        let tokens = self.scanned.tokens;
        let text = self.scanned.text;
        let place = matches!(
            hit.sense.kind,
            Kind::Name | Kind::Adjective | Kind::People | Kind::Capital | Kind::Town | Kind::Region
        );
        place
            && tokens[hit.first].case != Case::Small
            && text[..hit.start].ends_with(['«', '“', '„', '"'])
            && tokens[hit.last..]
                .iter()
                .take(WORDS_MAX + 1)
                .any(|token| text[token.end..].starts_with(['»', '”', '“', '"']))
    }

    /// A street, a dish, a breed, a newspaper, a hotel.
    fn names_a_thing(&self, index: usize) -> bool {
        let hit = &self.hits[index];
        let kind = hit.sense.kind;
        if matches!(kind, Kind::Body | Kind::Money | Kind::Organisation) {
            return false;
        }
        let adjective =
            matches!(kind, Kind::Adjective | Kind::People | Kind::Region | Kind::Town | Kind::Name | Kind::Capital);
        let after = self.after(hit).map_or(0, |(token, gap)| {
            let role = if gap <= Gap::Line { self.lexicon.role(token) } else { 0 };
            let capital = token.case != Case::Small;
            // A newspaper's second word is a capital; `River` and `Street` too, in Latin script.
            let proper = !matches!(token.script, Script::Latin) || capital;
            role & if proper { u16::MAX } else { !(role::STREET | role::PAPER) }
        });
        if adjective && after & (role::AFTER | role::STREET) != 0 {
            return true;
        }
        if self.is_numbered(hit)
            || after & role::PAPER != 0 && self.capitals_tell
            || self.is_in_a_state(index)
            || self.follows_a_house(hit)
        {
            return true;
        }
        self.before(hit).is_some_and(|(token, gap)| {
            let role = self.lexicon.role(token);
            role & role::STREET != 0 && gap <= Gap::Quoted && token.script == Script::Cyrillic
                || role & role::BEFORE != 0 && gap == Gap::Quoted
        })
    }

    /// `Lebanon, Indiana`: a town over there.
    fn is_in_a_state(&self, index: usize) -> bool {
        let hit = &self.hits[index];
        let state = |next: &Hit| {
            let token = &self.scanned.tokens[next.first];
            next.first == hit.last + 1
                && token.gap == Gap::Parted
                && token.script == Script::Latin
                && next.sense.kind == Kind::Region
                && next.sense.countries[0].is_some_and(|country| country.code() == "US")
        };
        let place = matches!(hit.sense.kind, Kind::Name | Kind::Capital | Kind::Town);
        place && hit.first == hit.last && self.hits.get(index + 1).is_some_and(state)
    }

    /// `rue de Chine`, `hotel Indonesia`, «بفندق الأردن».
    fn follows_a_house(&self, hit: &Hit) -> bool {
        /// Letters in a word that may stand between a street and its name: `de`, `du`, `la`.
        const PARTICLE_CHARS_MAX: u16 = 3;
        /// As many as there are in `rue de la Chine`.
        const PARTICLES_MAX: usize = 2;
        if self.scanned.tokens[hit.first].case == Case::Small && self.scanned.tokens[hit.first].script == Script::Latin
        {
            return false;
        }
        let mut gap = self.scanned.tokens[hit.first].gap;
        for (particles, token) in self.scanned.tokens[..hit.first].iter().rev().take(PARTICLES_MAX + 1).enumerate() {
            let role = self.lexicon.role(token);
            if gap > Gap::Quoted || particles == 0 && role & role::HOUSE_BEFORE != 0 || role & role::STREET_BEFORE != 0
            {
                return gap <= Gap::Quoted;
            }
            // `Le Pékin` is all of a name, `de Chine` is where.
            let whole_name = particles == 0 && token.case == Case::Capital;
            if token.chars > PARTICLE_CHARS_MAX || token.case != Case::Small && !whole_name {
                return false;
            }
            if whole_name {
                let house = self.scanned.tokens[..hit.first].iter().rev().nth(1);
                return token.gap <= Gap::Quoted
                    && house.is_some_and(|house| self.lexicon.role(house) & role::HOUSE_BEFORE != 0);
            }
            gap = token.gap;
        }
        false
    }

    /// Two more names stand within a word of it, or of one another.
    fn is_listed(&self, index: usize) -> bool {
        let near = |a: usize, b: usize| {
            self.hits[b].first <= self.hits[a].last + 2
                && self.hits[a].sense.countries[0] != self.hits[b].sense.countries[0]
        };
        let last = self.hits.len();
        (index.saturating_sub(2)..=index)
            .any(|from| from + 2 < last && near(from, from + 1) && near(from + 1, from + 2))
    }

    fn is_first(&self, hit: &Hit) -> bool {
        let tokens = self.scanned.tokens;
        let article =
            |at: usize| tokens[at].gap >= Gap::Sentence && tokens[at].chars == 3 && tokens[at].script == Script::Latin;
        tokens[hit.first].gap >= Gap::Sentence || hit.first > 0 && article(hit.first - 1)
    }

    /// «Не Мальдивы, а Карелия».
    fn is_denied(&self, hit: &Hit) -> bool {
        let written = |token: &Token, words: [&str; 2]| {
            let word = &self.scanned.text[token.start..token.end];
            words.contains(&word)
        };
        self.before(hit).is_some_and(|(token, gap)| gap == Gap::Joined && written(token, ["не", "Не"]))
            && self.after(hit).is_some_and(|(token, gap)| gap == Gap::Parted && written(token, ["а", "но"]))
    }

    /// A word of comparison or of the past stands shortly before, in the same sentence.
    fn is_aside(&self, hit: &Hit) -> bool {
        /// Words between: «ранее такой же мост построили в».
        const WORDS_MAX: usize = 5;
        let tokens = self.scanned.tokens;
        let mut at = hit.first;
        for _ in 0..WORDS_MAX {
            if at == 0 || tokens[at].gap >= Gap::Sentence {
                return false;
            }
            at -= 1;
            if self.lexicon.role(&tokens[at]) & role::ASIDE != 0 {
                return true;
            }
        }
        false
    }
}
