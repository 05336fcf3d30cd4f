//! What repeats on a source's pages: TV schedules, newsletter boxes, footers, ways to other articles.
//!
//! The memory of a source: hashes of the lines and boxes of its last pages, each with the pages it stood on. Pure and
//! bounded: it is handed what a page teaches (`Lesson`) and asked what it knows. Not here: what a line or a box of a page
//! is, and what is done with those that are known (`furniture`).

/// Bytes of a memory as it is kept; a news site's pages have some hundred lines that are not the article.
pub const TEMPLATE_BYTES_MAX: usize = 8 * 1024;

/// The form of the kept bytes; bytes of another form are no memory, and it is learned anew.
const FORM: u8 = 1;

/// Pages that are remembered: what stood on none of them is forgotten.
const PAGES_MAX: u32 = u16::BITS;

/// Bytes before the pages: form, number of pages; pages in a row that were strange, were emptied, that no rule fitted.
const HEAD_BYTES: usize = 5;

/// Bytes of a page's identity: its address, its headline.
const PAGE_BYTES: usize = 8;

/// Bytes of a hash: among a thousand lines a page of four hundred meets a stranger once in 700 million.
const HASH_BYTES: usize = 6;

/// Bytes of a line or box: its hash, the pages it stood on.
const UNIT_BYTES: usize = HASH_BYTES + 2;

/// Lines and boxes that are remembered.
const UNITS_MAX: usize = (TEMPLATE_BYTES_MAX - HEAD_BYTES - PAGE_BYTES * PAGES_MAX as usize) / UNIT_BYTES;

/// Pages on which anything must have stood: two articles may well quote the same sentence.
const SEEN_MIN: u32 = 3;

/// Pages on which a sentence must have stood: articles about one event tell its story in the same words.
const PROSE_SEEN_MIN: u32 = 4;

/// Pages in a row without what stood on most before: the site was redesigned.
const STRANGE_MAX: u8 = 3;

/// Pages in a row of which the memory left nothing: it is the memory that is wrong.
const EMPTIED_MAX: u8 = 2;

/// Pages in a row on which the rule of the source or of its site named no text: it is old.
const UNFIT_MIN: u8 = 3;

/// What stands on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A line that leads elsewhere.
    Link,
    /// A label, a short line, a box.
    Label,
    /// A sentence or more.
    Prose,
}

/// What a page teaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lesson {
    /// Hash of the page's address.
    pub(super) address: u32,
    /// Hash of its headline; 0 where it has none.
    pub(super) headline: u32,
    /// Lines and boxes that could be taken for the article's.
    pub(super) near: Vec<u64>,
    /// All others: they are looked for, and not learned.
    pub(super) far: Vec<u64>,
    /// The sentences of its article that the memory did not know, with their letters.
    pub(super) prose: Vec<(u64, u32)>,
    /// The memory left nothing of the page, and was not heeded.
    pub(super) emptied: bool,
    /// Whether a rule that names the text does so still; none where no rule does.
    pub(super) fits: Option<bool>,
}

/// A line or a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    hash: u64,
    /// A bit a page, the last page lowest.
    pages: u16,
}

/// What is remembered of a source's pages. The default is a memory of nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// Pages in a row that had next to nothing of what is known.
    strange: u8,
    /// Pages in a row of which nothing was left.
    emptied: u8,
    /// Pages in a row that a rule should have fitted and did not.
    unfit: u8,
    /// Addresses and headlines of the pages that are remembered, the last one first.
    recent: Vec<(u32, u32)>,
    /// In the order of their hashes.
    units: Vec<Known>,
}

impl Template {
    /// Reads a memory; bytes of another form or in disorder are a memory of nothing.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::read(bytes).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
        if head[0] != FORM || u32::from(head[1]) > PAGES_MAX {
            return None;
        }
        let (recent, units) = rest.split_at_checked(usize::from(head[1]) * PAGE_BYTES)?;
        let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let recent = recent.chunks_exact(PAGE_BYTES).map(|page| (word(page), word(&page[4..]))).collect();
        if !units.len().is_multiple_of(UNIT_BYTES) || units.len() / UNIT_BYTES > UNITS_MAX {
            return None;
        }
        let unit = |unit: &[u8]| {
            let hash = u64::from(word(unit)) | u64::from(unit[4]) << 32 | u64::from(unit[5]) << 40;
            Known { hash, pages: u16::from_le_bytes([unit[6], unit[7]]) }
        };
        let units: Vec<Known> = units.chunks_exact(UNIT_BYTES).map(unit).collect();
        let in_order = units.is_sorted_by(|one, next| one.hash < next.hash);
        in_order.then_some(Self { strange: head[2], emptied: head[3], unfit: head[4], recent, units })
    }

    /// The memory as it is kept: at most `TEMPLATE_BYTES_MAX`, none for a memory of nothing.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        if *self == Self::default() {
            return Vec::new();
        }
        let pages = u8::try_from(self.recent.len()).unwrap_or(u8::MAX);
        let mut bytes = vec![FORM, pages, self.strange, self.emptied, self.unfit];
        for (address, headline) in &self.recent {
            bytes.extend_from_slice(&address.to_le_bytes());
            bytes.extend_from_slice(&headline.to_le_bytes());
        }
        for unit in &self.units {
            bytes.extend_from_slice(&unit.hash.to_le_bytes()[..HASH_BYTES]);
            bytes.extend_from_slice(&unit.pages.to_le_bytes());
        }
        bytes
    }

    /// On how many pages it rests.
    #[must_use]
    pub fn pages(&self) -> u32 {
        u32::try_from(self.recent.len()).unwrap_or(PAGES_MAX)
    }

    /// Whether the rule of the source, or of its site, no longer names a text on its pages.
    #[must_use]
    pub fn has_old_rule(&self) -> bool {
        self.unfit >= UNFIT_MIN
    }

    /// Whether too few pages are remembered for anything to be known.
    pub(super) fn knows_nothing(&self) -> bool {
        self.pages() < SEEN_MIN
    }

    /// Whether a line or box stood on so many pages that it is none of the article's.
    pub(super) fn knows(&self, hash: u64, unit: Unit) -> bool {
        let Some(known) = self.find(hash).map(|at| self.units[at]) else { return false };
        let seen = known.pages.count_ones();
        match unit {
            Unit::Link => seen >= SEEN_MIN,
            Unit::Label => seen >= SEEN_MIN && seen * 2 >= self.pages(),
            Unit::Prose => seen >= PROSE_SEEN_MIN && seen * 4 >= self.pages() * 3,
        }
    }

    fn find(&self, hash: u64) -> Option<usize> {
        self.units.binary_search_by_key(&clipped(hash), |unit| unit.hash).ok()
    }

    /// Learns from a page. The same article again, at its address or elsewhere, teaches nothing.
    pub fn learn(&mut self, lesson: &Lesson) {
        if self.is_same_article(lesson) {
            return;
        }
        self.unfit = if lesson.fits == Some(false) { self.unfit.saturating_add(1) } else { 0 };
        self.emptied = if lesson.emptied { self.emptied.saturating_add(1) } else { 0 };
        if self.emptied >= EMPTIED_MAX {
            *self = Self { unfit: self.unfit, ..Self::default() };
            return;
        }
        let (near, far) = (hashes(&lesson.near), hashes(&lesson.far));
        self.strange = if self.is_strange(&near, &far) { self.strange.saturating_add(1) } else { 0 };
        for unit in &mut self.units {
            let is_here = near.binary_search(&unit.hash).is_ok() || far.binary_search(&unit.hash).is_ok();
            unit.pages = unit.pages << 1 | u16::from(is_here);
        }
        let unknown = near.iter().filter(|hash| self.find(**hash).is_none());
        let unknown: Vec<Known> = unknown.map(|hash| Known { hash: *hash, pages: 1 }).collect();
        self.units.extend(unknown);
        self.recent.insert(0, (lesson.address, lesson.headline));
        if self.strange >= STRANGE_MAX {
            self.strange = 0;
            self.keep_last(u32::from(STRANGE_MAX));
        }
        self.recent.truncate(PAGES_MAX as usize);
        self.shrink();
    }

    /// The same address or headline, or the same text under another: an update, a copy, a page for printing.
    fn is_same_article(&self, lesson: &Lesson) -> bool {
        let again = |(address, headline): &(u32, u32)| {
            *address == lesson.address || (*headline != 0 && *headline == lesson.headline)
        };
        if self.recent.iter().any(again) {
            return true;
        }
        let all: u32 = lesson.prose.iter().map(|(_, letters)| letters).sum();
        let on_page = |page: u32| {
            let stood = |hash: u64| self.find(hash).is_some_and(|at| self.units[at].pages >> page & 1 == 1);
            lesson.prose.iter().filter(|(hash, _)| stood(*hash)).map(|(_, letters)| letters).sum::<u32>()
        };
        // Four fifths: updates add a sentence.
        all > 0 && (0..self.pages()).any(|page| on_page(page) * 5 >= all * 4)
    }

    /// Whether next to nothing of what is known stands on a page.
    fn is_strange(&self, near: &[u64], far: &[u64]) -> bool {
        let known: Vec<u64> =
            self.units.iter().map(|unit| unit.hash).filter(|hash| self.knows(*hash, Unit::Label)).collect();
        let found = known.iter().filter(|hash| near.binary_search(hash).is_ok() || far.binary_search(hash).is_ok());
        !known.is_empty() && found.count() * 5 < known.len()
    }

    fn keep_last(&mut self, pages: u32) {
        self.recent.truncate(pages as usize);
        let kept = (1u16 << pages) - 1;
        self.units.iter_mut().for_each(|unit| unit.pages &= kept);
    }

    /// Forgets what stood on no page that is remembered, and what has stood on the fewest for longest where it is too much.
    fn shrink(&mut self) {
        self.units.retain(|unit| unit.pages != 0);
        if self.units.len() > UNITS_MAX {
            let worth = |unit: &Known| (unit.pages.count_ones(), std::cmp::Reverse(unit.pages.trailing_zeros()));
            self.units.sort_unstable_by_key(|unit| (std::cmp::Reverse(worth(unit)), unit.hash));
            self.units.truncate(UNITS_MAX);
        }
        self.units.sort_unstable_by_key(|unit| unit.hash);
    }
}

/// A hash as it is kept.
fn clipped(hash: u64) -> u64 {
    hash & ((1 << (8 * HASH_BYTES)) - 1)
}

/// Each hash once, in order.
fn hashes(of: &[u64]) -> Vec<u64> {
    let mut hashes: Vec<u64> = of.iter().copied().map(clipped).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page of an article: ten lines of its own, and those of the site.
    fn page(number: u32, site: &[u64]) -> Lesson {
        let own = (0..10).map(|line| u64::from(number) * 1_000 + line + 1_000_000);
        let near: Vec<u64> = own.chain(site.iter().copied()).collect();
        let prose = near.iter().take(10).map(|hash| (*hash, 100)).collect();
        Lesson { address: number, headline: number, near, prose, ..Lesson::default() }
    }

    fn taught(pages: std::ops::Range<u32>, site: &[u64]) -> Template {
        let mut template = Template::default();
        pages.for_each(|number| template.learn(&page(number, site)));
        template
    }

    #[test]
    fn what_stands_on_three_articles_of_five_is_known_and_a_sentence_needs_more() {
        let template = taught(1..4, &[7, 8, 9]);
        assert!(template.knows(7, Unit::Label) && !template.knows(7, Unit::Prose));
        let mut template = taught(1..5, &[7, 8, 9]);
        assert!(template.knows(7, Unit::Prose));
        assert!(!template.knows(1_001_000, Unit::Link), "a line of one article");
        (5..9).for_each(|number| template.learn(&page(number, &[8, 9])));
        assert!(template.knows(7, Unit::Label) && !template.knows(7, Unit::Prose), "on half of the pages");
        template.learn(&page(9, &[8, 9]));
        assert!(template.knows(7, Unit::Link) && !template.knows(7, Unit::Label));
    }

    #[test]
    fn an_article_read_again_teaches_nothing() {
        let mut template = Template::default();
        for edition in 0..9 {
            let mut again = page(1, &[7]);
            again.headline += edition;
            template.learn(&again);
            let mut elsewhere = page(1, &[7]);
            elsewhere.address += edition;
            template.learn(&elsewhere);
            let mut retitled = page(1, &[7]);
            (retitled.address, retitled.headline) = (retitled.address + edition, retitled.headline + edition);
            template.learn(&retitled);
        }
        assert_eq!(template.pages(), 1);
        assert!(!template.knows(1_001_000, Unit::Link));
    }

    #[test]
    fn a_redesign_is_forgotten_after_three_pages_and_the_new_design_known() {
        let mut template = taught(1..30, &[1, 2, 3, 4, 5]);
        (30..32).for_each(|number| template.learn(&page(number, &[6, 7, 8])));
        assert!(template.knows(1, Unit::Label), "two pages may be of another kind");
        template.learn(&page(32, &[6, 7, 8]));
        assert!(!template.knows(1, Unit::Link) && template.knows(6, Unit::Label));
        assert_eq!(template.pages(), 3);
    }

    #[test]
    fn a_memory_that_leaves_nothing_is_forgotten() {
        let mut template = taught(1..9, &[1]);
        template.learn(&Lesson { emptied: true, ..page(9, &[1]) });
        assert!(template.knows(1, Unit::Label));
        template.learn(&Lesson { emptied: true, ..page(10, &[1]) });
        assert_eq!(template, Template::default());
    }

    #[test]
    fn a_rule_that_fits_no_page_any_more_is_old_until_it_fits_again() {
        let mut template = Template::default();
        for (number, fits) in [(1, Some(true)), (2, Some(false)), (3, Some(false))] {
            template.learn(&Lesson { fits, ..page(number, &[]) });
        }
        assert!(!template.has_old_rule());
        template.learn(&Lesson { fits: Some(false), ..page(4, &[]) });
        assert!(Template::from_bytes(&template.to_bytes()).has_old_rule());
        template.learn(&Lesson { fits: Some(true), ..page(5, &[]) });
        assert!(!template.has_old_rule());
    }

    #[test]
    fn it_is_bounded_and_forgets_lines_of_single_pages_first() {
        let site: Vec<u64> = (1..=300).collect();
        let mut template = Template::default();
        for number in 1..40 {
            let mut lesson = page(number, &site);
            lesson.near.extend((0..400).map(|line| u64::from(number) << 20 | line << 8));
            template.learn(&lesson);
        }
        let bytes = template.to_bytes();
        assert!(bytes.len() <= TEMPLATE_BYTES_MAX, "{}", bytes.len());
        assert!(site.iter().all(|line| template.knows(*line, Unit::Prose)));
        assert_eq!(Template::from_bytes(&bytes), template);
    }

    #[test]
    fn bytes_that_are_no_memory_are_a_memory_of_nothing() {
        let bytes = taught(1..9, &[1, 2]).to_bytes();
        let mut newer = bytes.clone();
        newer[0] = FORM + 1;
        let mut disorder = bytes.clone();
        let end = disorder.len();
        disorder[end - UNIT_BYTES..].fill(0);
        for broken in
            [&[][..], &[FORM], &bytes[..bytes.len() - 1], &newer, &disorder, &[FORM, 200, 0, 0, 0], &[1, 2, 3]]
        {
            assert_eq!(Template::from_bytes(broken), Template::default(), "{broken:?}");
        }
        assert!(Template::default().to_bytes().is_empty());
    }
}
