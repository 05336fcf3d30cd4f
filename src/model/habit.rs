//! The habit of a source: how long it is silent at most, and how many of its articles have photos.
//!
//! Learned from what was new, so that an answer without news costs no write. Half-learned habits are not believed.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is usual with a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Habit {
    /// When it last had something new.
    news: Option<Timestamp>,
    /// Silences that were seen, the latest of them longer than none.
    silences: u32,
    /// The longest of them, in seconds; it fades, so that one holiday is not remembered for ever.
    longest_seconds: f64,
    /// Articles that were looked at for photos, the past less and less of them.
    articles: f64,
    /// Those of them with photos.
    pictured: f64,
    /// Articles in a row that had none, up to the latest.
    bare: u32,
    /// When the first of them came.
    bare_since: Option<Timestamp>,
}

/// Silences that must have been seen before a habit is believed.
const SILENCES_MIN: u32 = 10;

/// What is left of the longest silence with each new one: after some hundred news it counts half. A paper that rests on Sundays
/// and prints twenty articles on other days keeps its Sunday.
const LONGEST_KEPT: f64 = 0.994;

/// What is left of the count of photos with each article: about the last hundred count.
const PICTURED_KEPT: f64 = 0.99;

/// Articles that must have been looked at before their photos are a habit.
const ARTICLES_MIN: f64 = 20.0;

/// Part of the articles that has photos where that is a habit.
const SHARE_MIN: f64 = 0.5;

/// Articles without photos in a row that are no chance, where each has one as often as its habit says: one in a thousand.
const CHANCE_MAX: f64 = 0.001;

/// Articles in a row that must be bare at least, however sure the habit.
const BARE_MIN: u32 = 5;

/// A source whose last hundred articles have no photos has no habit of photos any more.
const BARE_MAX: u32 = 100;

impl Habit {
    /// An answer had something new: for each article, the oldest first, whether it has photos.
    ///
    /// ```
    /// use feedatlas::model::habit::Habit;
    /// let (mut habit, mut now) = (Habit::default(), jiff::Timestamp::UNIX_EPOCH);
    /// for _ in 0..12 {
    ///     habit.brought([true, true], now);
    ///     now += jiff::SignedDuration::from_hours(2);
    /// }
    /// assert_eq!(habit.longest_silence().unwrap().as_secs().div_ceil(60), 120);
    /// assert_eq!(habit.bare_since(), None);
    /// habit.brought([false; 5], now);
    /// assert_eq!(habit.bare_since(), Some(now));
    /// ```
    pub fn brought(&mut self, pictured: impl IntoIterator<Item = bool>, now: Timestamp) {
        let mut any = false;
        for has_photos in pictured {
            any = true;
            self.looked_at(has_photos, now);
        }
        if !any {
            return;
        }
        if let Some(silence) = self.news.map(|news| now.duration_since(news).as_secs_f64()).filter(|time| *time > 0.0) {
            self.silences = self.silences.saturating_add(1);
            self.longest_seconds = (self.longest_seconds * LONGEST_KEPT).max(silence);
        }
        // A clock that was set back must not make the next silence longer than it was.
        self.news = Some(now);
    }

    fn looked_at(&mut self, has_photos: bool, now: Timestamp) {
        if !has_photos {
            self.bare = self.bare.saturating_add(1);
            self.bare_since = self.bare_since.or(Some(now));
            if self.bare >= BARE_MAX {
                *self = Self { bare: 0, bare_since: None, articles: 0.0, pictured: 0.0, ..*self };
            }
            return;
        }
        // Those that were bare count in the habit only now: while they last, the habit is what was before them.
        for _ in 0..std::mem::take(&mut self.bare) {
            self.count(0.0);
        }
        self.bare_since = None;
        self.count(1.0);
    }

    fn count(&mut self, pictured: f64) {
        self.articles = self.articles * PICTURED_KEPT + 1.0;
        self.pictured = self.pictured * PICTURED_KEPT + pictured;
    }

    /// When it last had something new.
    #[must_use]
    pub fn news(&self) -> Option<Timestamp> {
        self.news
    }

    /// The longest silence that is usual, if enough were seen.
    #[must_use]
    pub fn longest_silence(&self) -> Option<Duration> {
        let is_believed = self.silences >= SILENCES_MIN;
        is_believed.then(|| Duration::try_from_secs_f64(self.longest_seconds).ok()).flatten()
    }

    /// The part of its articles that usually has photos, if enough were seen.
    #[must_use]
    pub fn pictured_share(&self) -> Option<f64> {
        (self.articles >= ARTICLES_MIN).then(|| self.pictured / self.articles)
    }

    /// Articles in a row without photos, up to the latest.
    #[must_use]
    pub fn bare(&self) -> u32 {
        self.bare
    }

    /// Since when its articles have no photos, where that is against its habit and no chance.
    #[must_use]
    pub fn bare_since(&self) -> Option<Timestamp> {
        let share = self.pictured_share().filter(|share| *share >= SHARE_MIN)?;
        let chance = (1.0 - share).max(f64::EPSILON).powi(i32::try_from(self.bare).unwrap_or(i32::MAX));
        self.bare_since.filter(|_| self.bare >= BARE_MIN && chance < CHANCE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn after(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_silence_is_believed_after_ten_and_a_rest_on_sundays_is_part_of_the_habit() {
        let (mut habit, mut hour) = (Habit::default(), 0);
        for news in 0..=9 {
            assert_eq!(habit.longest_silence(), None, "{news}");
            habit.brought([true], after(news));
        }
        for _week in 0..4 {
            for _news in 0..24 * 6 {
                hour += 1;
                habit.brought([true], after(100 + hour));
            }
            hour += 24;
        }
        habit.brought([true], after(100 + hour));
        let longest = habit.longest_silence().map(|time| time.as_secs() / 3600);
        assert_eq!(
            longest,
            Some(24),
            "the Sunday of this week is the longest, or that of the last one: it fades slowly"
        );
        habit.brought([], after(9999));
        assert_eq!(habit.news(), Some(after(100 + hour)), "nothing new is no news");
    }

    #[test]
    fn photos_are_missed_where_they_were_usual_and_their_absence_is_no_chance() {
        let run = |share: fn(u32) -> bool, bare: usize| {
            let mut habit = Habit::default();
            (0..60).for_each(|number| habit.brought([share(number)], after(i64::from(number))));
            habit.brought(std::iter::repeat_n(false, bare), after(100));
            habit.bare_since()
        };
        assert_eq!((run(|_| true, 4), run(|_| true, 5)), (None, Some(after(100))));
        assert!(run(|n| n % 4 != 0, 4).is_none() && run(|n| n % 4 != 0, 6).is_some());
        assert!(run(|n| n % 2 == 1, 7).is_none() && run(|n| n % 2 == 1, 12).is_some());
        assert!(run(|n| n % 3 == 2, 50).is_none(), "photos were no habit");
        assert!(run(|_| true, 99).is_some() && run(|_| true, 100).is_none(), "it has another habit now");
    }

    #[test]
    fn one_photo_ends_it_and_a_habit_of_nineteen_articles_is_none() {
        let mut habit = Habit::default();
        habit.brought([true; 19], after(0));
        habit.brought([false; 30], after(1));
        assert_eq!(habit.bare_since(), None);
        let mut habit = Habit::default();
        habit.brought([true; 30], after(0));
        habit.brought([false; 9], after(1));
        assert_eq!((habit.bare(), habit.bare_since()), (9, Some(after(1))));
        habit.brought([true], after(2));
        assert_eq!((habit.bare(), habit.bare_since()), (0, None));
    }
}
