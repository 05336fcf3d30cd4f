//! When a source is asked next: its own word first, then the operator's, then how it has failed.
//!
//! Pure: `now` is an argument. Nothing here asks a server.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::source::{PollHints, Source, SourceState};

/// Longest time for which a source's own word keeps us away. A year-long max-age is a mistake more often than a wish.
const OWN_WORD_MAX: Duration = Duration::from_hours(7 * 24);

/// Longest time between two tries of a source that fails.
const BACKOFF_MAX: Duration = Duration::from_hours(24);

/// After 429 and 403 without Retry-After. Servers that block by rate reset within hours
/// (goldenhillsoftware.com, 2024-08: "four hours").
const BLOCKED_FOR: Duration = Duration::from_hours(4);

/// Why a source is not asked in this pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Its time has not come.
    NotDue,
    /// It asked for quiet (Retry-After); `--force` does not override it.
    Quiet,
    /// It said 410 Gone; `--force` does not override it.
    Gone,
}

/// Whether a source is asked now; if not, why.
///
/// `force` ignores our schedule, max-age, Expires, ttl and skipHours; never Retry-After and 410.
pub fn due(source: &Source, state: &SourceState, now: Timestamp, force: bool) -> Result<(), Rest> {
    let moved_by_operator = state.asked_url.is_some() && state.configured_url.as_ref() != Some(&source.url);
    if moved_by_operator {
        return Ok(());
    }
    if state.gone {
        return Err(Rest::Gone);
    }
    if is_ahead(state.quiet_until, now, OWN_WORD_MAX) {
        return Err(Rest::Quiet);
    }
    if force {
        return Ok(());
    }
    // A clock that was set back must not silence a source: what was asked "later than now" is due.
    let clock_went_back = state.last_asked.is_some_and(|asked| asked > now);
    if !clock_went_back && is_ahead(state.not_before, now, OWN_WORD_MAX.max(source.every)) {
        return Err(Rest::NotDue);
    }
    if skipped(&state.hints, now) {
        return Err(Rest::NotDue);
    }
    Ok(())
}

/// How long until a source is due; `None` when it never is again.
#[must_use]
pub fn wait(source: &Source, state: &SourceState, now: Timestamp) -> Option<Duration> {
    match due(source, state, now, false) {
        Ok(()) => Some(Duration::ZERO),
        Err(Rest::Gone) => None,
        Err(Rest::Quiet | Rest::NotDue) => {
            let until = state.quiet_until.max(state.not_before).filter(|until| *until > now);
            // Only `skipHours` or `skipDays` hold it back: they change with the hour.
            let until = until.unwrap_or_else(|| next_hour(now));
            Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
        }
    }
}

/// A time that is ahead of us, and near enough to be believed: no clock of ours ever set one further than `bound`.
fn is_ahead(time: Option<Timestamp>, now: Timestamp, bound: Duration) -> bool {
    time.is_some_and(|time| time > now && time.duration_since(now) <= signed(bound))
}

fn next_hour(now: Timestamp) -> Timestamp {
    const HOUR_SECONDS: i64 = 3600;
    let seconds = (now.as_second().div_euclid(HOUR_SECONDS) + 1) * HOUR_SECONDS;
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// Whether `skipHours` or `skipDays` name this hour or day (GMT, as RSS 2.0 says).
fn skipped(hints: &PollHints, now: Timestamp) -> bool {
    let gmt = now.to_zoned_datetime(TimeZone::UTC);
    let hour = u8::try_from(gmt.hour()).unwrap_or_default();
    let day = u8::try_from(gmt.weekday().to_monday_zero_offset()).unwrap_or_default();
    // A feed that skips every hour or every day would never be read: such a list is a mistake.
    let hours = hints.skip_hours.len() < 24 && hints.skip_hours.contains(&hour);
    let days = hints.skip_days.len() < 7 && hints.skip_days.contains(&day);
    hours || days
}

/// When to ask again after an answer that was good: never sooner than the source itself allows (max-age, Expires, ttl, sy:*).
///
/// A source that says that it may be asked sooner than `every`, and changes so often that it is worth it, is asked twice in the time
/// between two of its changes, `soonest` at the soonest. Where it says nothing, `every` holds, however often it changes.
#[must_use]
pub fn after_success(source: &Source, state: &SourceState, fresh_for: Option<Duration>, now: Timestamp) -> Timestamp {
    let own = fresh_for.unwrap_or_default().max(state.hints.interval.unwrap_or_default()).min(OWN_WORD_MAX);
    if own.is_zero() || own >= source.every {
        return later(now, source.every.max(own));
    }
    let worth_it = state.learned.rhythm.between_changes().map(|between| between / 2);
    let soonest = own.max(source.soonest).min(source.every);
    later(now, worth_it.unwrap_or(source.every).clamp(soonest, source.every))
}

/// When to ask again after a failure, the last of `failures` in a row: twice as late each time.
///
/// A server that keeps us out (429, 403, a challenge) without saying for how long is left alone for hours; where it says so, its
/// word is kept beside this (`quiet_until`).
#[must_use]
pub fn after_failure(source: &Source, keeps_out: bool, failures: u32, now: Timestamp) -> Timestamp {
    // 2^16 times any interval is beyond the longest wait already.
    let doubled = source.every.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let wait = if keeps_out { doubled.max(BLOCKED_FOR) } else { doubled };
    later(now, wait.min(BACKOFF_MAX).max(source.every))
}

/// Up to when old articles are dropped now: once a day, and never more than two days further than last time.
///
/// A clock that jumps ahead by decades would else empty the store in one pass.
#[must_use]
pub fn forget_until(forgot: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    const EVERY: Duration = Duration::from_hours(24);
    const STRIDE_MAX: Duration = Duration::from_hours(48);
    let forgot = forgot?;
    (now >= later(forgot, EVERY)).then(|| now.min(later(forgot, STRIDE_MAX)))
}

/// `now` and a wait; the end of time if that is beyond it.
#[must_use]
pub fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(signed(wait)).unwrap_or(Timestamp::MAX)
}

fn signed(duration: Duration) -> jiff::SignedDuration {
    jiff::SignedDuration::try_from(duration).unwrap_or(jiff::SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::url::PageUrl;

    const MINUTE: Duration = Duration::from_mins(1);

    fn source() -> Source {
        Source::bare(PageUrl::parse("https://example.org/feed").expect("an address"), Duration::ZERO)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn asked(source: &Source, at: Timestamp) -> SourceState {
        let url = Some(source.url.clone());
        SourceState { configured_url: url.clone(), asked_url: url, last_asked: Some(at), ..SourceState::default() }
    }

    #[test]
    fn a_source_is_due_when_its_time_has_come_and_under_force_at_once() {
        let (source, now) = (source(), at("2026-03-02T10:00:00Z"));
        let state = SourceState { not_before: Some(later(now, MINUTE)), ..asked(&source, now) };
        assert_eq!(due(&source, &state, now, false), Err(Rest::NotDue));
        assert_eq!(due(&source, &state, now, true), Ok(()));
        assert_eq!(due(&source, &state, later(now, MINUTE), false), Ok(()));
        assert_eq!(wait(&source, &state, now), Some(MINUTE));
    }

    #[test]
    fn force_never_overrides_retry_after_and_410() {
        let (source, now) = (source(), at("2026-03-02T10:00:00Z"));
        let quiet = SourceState { quiet_until: Some(later(now, MINUTE)), ..asked(&source, now) };
        assert_eq!(due(&source, &quiet, now, true), Err(Rest::Quiet));
        let gone = SourceState { gone: true, ..asked(&source, now) };
        assert_eq!(due(&source, &gone, now, true), Err(Rest::Gone));
        // Another address in feeds.toml begins anew.
        let elsewhere = Source { url: PageUrl::parse("https://example.org/new").expect("an address"), ..source };
        assert_eq!(due(&elsewhere, &gone, now, false), Ok(()));
    }

    #[test]
    fn skip_hours_and_days_are_gmt_and_a_list_of_all_of_them_is_a_mistake() {
        let (source, monday) = (source(), at("2026-03-02T10:30:00Z"));
        let state = |hints| SourceState { hints, ..asked(&source, at("2026-03-01T00:00:00Z")) };
        let at_ten = state(PollHints { skip_hours: vec![10], ..PollHints::default() });
        assert_eq!(due(&source, &at_ten, monday, false), Err(Rest::NotDue));
        assert_eq!(due(&source, &at_ten, at("2026-03-02T11:00:00Z"), false), Ok(()));
        assert_eq!(wait(&source, &at_ten, monday), Some(MINUTE * 30));
        let on_monday = state(PollHints { skip_days: vec![0], ..PollHints::default() });
        assert_eq!(due(&source, &on_monday, monday, false), Err(Rest::NotDue));
        let always = state(PollHints { skip_hours: (0..24).collect(), ..PollHints::default() });
        assert_eq!(due(&source, &always, monday, false), Ok(()));
    }

    #[test]
    fn an_operator_may_ask_as_seldom_as_they_like() {
        let (source, now) = (Source { every: Duration::from_hours(24 * 30), ..source() }, at("2026-03-02T10:00:00Z"));
        let state = SourceState {
            not_before: Some(after_success(&source, &SourceState::default(), None, now)),
            ..asked(&source, now)
        };
        assert_eq!(due(&source, &state, later(now, Duration::from_hours(24)), false), Err(Rest::NotDue));
    }

    #[test]
    fn the_longest_of_its_own_words_and_ours_decides() {
        let (source, now) = (source(), at("2026-03-02T10:00:00Z"));
        let hints = |minutes| PollHints { interval: Some(MINUTE * minutes), ..PollHints::default() };
        let cases = [
            (None, PollHints::default(), 30),
            (Some(MINUTE * 5), PollHints::default(), 30),
            (Some(MINUTE * 90), PollHints::default(), 90),
            (Some(MINUTE * 45), hints(60), 60),
            (Some(Duration::from_hours(24 * 365)), PollHints::default(), 7 * 24 * 60),
        ];
        for (fresh_for, hints, minutes) in cases {
            let state = SourceState { hints, ..SourceState::default() };
            assert_eq!(after_success(&source, &state, fresh_for, now), later(now, MINUTE * minutes), "{minutes} min");
        }
    }

    #[test]
    fn a_source_that_changes_often_is_asked_sooner_where_it_allows_it_itself_and_never_later_than_every() {
        let (source, now) = (source(), at("2026-03-02T10:00:00Z"));
        let next = |between: u64, news: [bool; 6], own: Option<u64>| {
            let mut state = SourceState::default();
            for has_news in news {
                state.learned.rhythm.watched(Duration::from_mins(between), has_news);
            }
            let wait = after_success(&source, &state, own.map(Duration::from_mins), now).duration_since(now);
            wait.as_secs().div_euclid(60)
        };
        let (always, half, never) = ([true; 6], [false, true, false, true, false, true], [false; 6]);
        // It says nothing of its own: every 30 minutes, whatever it does.
        assert_eq!([next(30, always, None), next(30, always, Some(0)), next(10, always, None)], [30, 30, 30]);
        // It may be asked every five minutes: half the time between its changes, 10 minutes (`soonest`) at the soonest.
        assert_eq!([next(30, always, Some(5)), next(24, always, Some(5)), next(12, always, Some(5))], [15, 12, 10]);
        assert_eq!([next(15, half, Some(5)), next(30, half, Some(5))], [14, 28]);
        assert_eq!([next(30, never, Some(5)), next(10, never, Some(5))], [30, 30]);
        // Its own word is longer than `soonest`, then longer than `every`.
        assert_eq!([next(30, always, Some(20)), next(30, always, Some(45))], [20, 45]);
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_day() {
        let (source, now) = (source(), at("2026-03-02T10:00:00Z"));
        let waits = [(1, 30), (2, 60), (3, 120), (7, 24 * 60), (4_000_000, 24 * 60)];
        for (failures, minutes) in waits {
            assert_eq!(after_failure(&source, false, failures, now), later(now, MINUTE * minutes));
        }
        assert_eq!(after_failure(&source, true, 1, now), later(now, BLOCKED_FOR));
        assert_eq!(after_failure(&source, true, 5, now), later(now, BLOCKED_FOR * 2));
    }

    #[test]
    fn a_clock_that_jumps_ahead_drops_two_days_at_a_time() {
        let then = at("2026-03-02T10:00:00Z");
        let day = Duration::from_hours(24);
        assert_eq!(forget_until(None, then), None);
        assert_eq!(forget_until(Some(then), later(then, MINUTE)), None);
        assert_eq!(forget_until(Some(then), later(then, day)), Some(later(then, day)));
        assert_eq!(forget_until(Some(then), at("2096-03-02T10:00:00Z")), Some(later(then, day * 2)));
        assert_eq!(forget_until(Some(then), at("1976-03-02T10:00:00Z")), None);
    }

    #[test]
    fn a_clock_that_jumps_by_decades_silences_no_source() {
        let (source, now) = (source(), at("1976-03-02T10:00:00Z"));
        let then = at("2026-03-02T10:00:00Z");
        let state = SourceState {
            not_before: Some(later(then, MINUTE)),
            quiet_until: Some(later(then, MINUTE)),
            ..asked(&source, then)
        };
        assert_eq!(due(&source, &state, now, false), Ok(()));
        assert_eq!(due(&source, &state, at("2096-03-02T10:00:00Z"), false), Ok(()));
    }
}
