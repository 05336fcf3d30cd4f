//! Which articles of the window have a key: a table of eight bytes a key and article, without memory of its own for any.
//!
//! A look-up among many articles should take as long as one among few, and what it waits for is memory. So the table is
//! small, and the places of all keys of an article are asked for together before the first of them is looked at.
//!
//! Knows of keys 32 bits: what it finds is compared whole by `window`.

use std::hint::black_box;

/// The number of an article.
pub(super) type Number = u32;

/// Articles that one key leads to. Where more share it, it is a phrase of the trade, and the newest are the likeliest copies.
const KEY_ARTICLES_MAX: usize = 24;

/// Places of an empty table, as a power of two.
const BITS_MIN: u32 = 12;

/// Of eight places five are taken at most: beyond, keys stand far from their places.
const FULL: (usize, usize) = (5, 8);

/// A place of the table.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The upper half of the key, whose first bits say where it should stand. 0: nothing stands here.
    key: u32,
    number: Number,
}

/// Keys of articles, each as near behind its own place as there was room.
#[derive(Debug)]
pub(super) struct Table {
    places: Vec<Place>,
    bits: u32,
    used: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { places: vec![Place::default(); 1 << BITS_MIN], bits: BITS_MIN, used: 0 }
    }
}

/// The half of a key that is kept.
fn half(key: u64) -> u32 {
    /// The golden ratio's: keys are the lowest of many hashes, and so are alike in their upper bits.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    ((key.wrapping_mul(FACTOR) >> 32) as u32).max(1)
}

impl Table {
    fn home(&self, half: u32) -> usize {
        (half >> (u32::BITS - self.bits)) as usize
    }

    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.places.len() - 1)
    }

    /// Reads the places of all keys: the machine fetches them side by side, and each is near when it is looked at.
    fn touch(&self, keys: &[u64]) {
        black_box(keys.iter().fold(0, |sum: u32, key| sum.wrapping_add(self.places[self.home(half(*key))].number)));
    }

    /// Adds the articles that have these keys to `found`: each as often as it has one.
    pub(super) fn find(&self, keys: &[u64], found: &mut Vec<Number>) {
        self.touch(keys);
        for key in keys {
            let half = half(*key);
            let mut at = self.home(half);
            while self.places[at].key != 0 {
                if self.places[at].key == half {
                    found.push(self.places[at].number);
                }
                at = self.next(at);
            }
        }
    }

    /// Notes that an article has these keys. `first`: the oldest article there is, from which age is counted.
    pub(super) fn add(&mut self, keys: &[u64], number: Number, first: Number) {
        if (self.used + keys.len()) * FULL.1 > self.places.len() * FULL.0 {
            self.grow();
        }
        for key in keys {
            self.put(Place { key: half(*key), number }, first);
        }
    }

    fn put(&mut self, place: Place, first: Number) {
        let mut at = self.home(place.key);
        let (mut same, mut oldest) = (0, at);
        while self.places[at].key != 0 {
            let there = self.places[at];
            if there.key == place.key {
                let is_older =
                    there.number.wrapping_sub(first) < self.places[oldest].number.wrapping_sub(first) || same == 0;
                oldest = if is_older { at } else { oldest };
                same += 1;
            }
            at = self.next(at);
        }
        if same >= KEY_ARTICLES_MAX {
            self.places[oldest] = place;
            return;
        }
        self.places[at] = place;
        self.used += 1;
    }

    /// Forgets that an article has these keys.
    pub(super) fn forget(&mut self, keys: &[u64], number: Number) {
        self.touch(keys);
        for key in keys {
            let half = half(*key);
            let mut at = self.home(half);
            while self.places[at].key != 0 && (self.places[at].key != half || self.places[at].number != number) {
                at = self.next(at);
            }
            if self.places[at].key != 0 {
                self.close(at);
                self.used -= 1;
            }
        }
    }

    /// Takes a place out: what stands behind it and may stand here moves up, so that no search ends too early.
    fn close(&mut self, mut gap: usize) {
        let mask = self.places.len() - 1;
        let mut at = self.next(gap);
        while self.places[at].key != 0 {
            let from_home = at.wrapping_sub(self.home(self.places[at].key)) & mask;
            let from_gap = at.wrapping_sub(gap) & mask;
            if from_home >= from_gap {
                self.places[gap] = self.places[at];
                gap = at;
            }
            at = self.next(at);
        }
        self.places[gap] = Place::default();
    }

    fn grow(&mut self) {
        self.bits += 1;
        let old = std::mem::replace(&mut self.places, vec![Place::default(); 1 << self.bits]);
        for place in old.into_iter().filter(|place| place.key != 0) {
            let mut at = self.home(place.key);
            while self.places[at].key != 0 {
                at = self.next(at);
            }
            self.places[at] = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// A key that articles share, some that a few share, and one of their own.
    fn keys(number: u64) -> Vec<u64> {
        let mixed = |n: u64| (n + 1).wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(31);
        vec![mixed(number % 3), mixed(1_000 + number % 700), mixed(1_000_000 + number)]
    }

    #[test]
    fn it_answers_as_a_map_does_while_articles_come_and_go() {
        let (mut table, mut map) = (Table::default(), BTreeMap::<u64, Vec<u32>>::new());
        // Numbers begin anew in the midst.
        let start = u32::MAX - 5_000;
        let mut first = start;
        for count in 0..20_000_u32 {
            let number = start.wrapping_add(count);
            let all = keys(u64::from(count));
            table.add(&all, number, first);
            for key in &all {
                let numbers = map.entry(*key).or_default();
                numbers.push(number);
                if numbers.len() > KEY_ARTICLES_MAX {
                    numbers.remove(0);
                }
            }
            if count >= 3_000 {
                let gone = keys(u64::from(count - 3_000));
                table.forget(&gone, first);
                for key in gone {
                    map.entry(key).or_default().retain(|number| *number != first);
                }
                first = first.wrapping_add(1);
            }
            let probe = keys(u64::from(count / 2));
            let mut found = Vec::new();
            table.find(&probe, &mut found);
            let expected: Vec<u32> = probe.iter().flat_map(|key| map.get(key).cloned().unwrap_or_default()).collect();
            let sorted = |numbers: &[u32]| numbers.iter().copied().collect::<BTreeSet<u32>>();
            assert_eq!(sorted(&found), sorted(&expected), "{count}");
        }
        assert!(table.places.len() <= 1 << 15, "it grows with what is remembered alone: {}", table.places.len());
    }
}
