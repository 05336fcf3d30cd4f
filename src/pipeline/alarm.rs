//! When an operator is told of a source unasked, and when that it is over.
//!
//! Pure: `now` is an argument. Nothing is told here (`cli::alert`), and nothing that the source's own page of status does not show.

use jiff::{SignedDuration, Timestamp};

use crate::model::alarm::{Alarm, AlarmKind, Told};
use crate::model::cure::cure;
use crate::model::settings::Alert;
use crate::model::source::SourceState;
use crate::publish::words::field;

/// A silence is against the habit from so many times the longest usual one on.
const SILENCES: u32 = 3;

/// The words of a failure, cut: an address in them may be long.
const WORDS_CHARS_MAX: usize = 300;

/// Something that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was or is wrong.
    pub alarm: Alarm,
    /// Whether it is over.
    pub is_over: bool,
    /// What helps, in words.
    pub cure: Option<&'static str>,
}

/// What is wrong with a source now.
#[must_use]
pub fn raised(state: &SourceState, alert: &Alert, now: Timestamp) -> Vec<Alarm> {
    if state.failures > 0 || state.gone {
        // One that fails has nothing new because it fails.
        return failing(state, alert, now).into_iter().collect();
    }
    let pictures = if alert.pictures { pictures(state) } else { None };
    quiet(state, alert, now).into_iter().chain(pictures).collect()
}

/// It fails for long; one that is gone is told at once, for it is not asked again.
fn failing(state: &SourceState, alert: &Alert, now: Timestamp) -> Option<Alarm> {
    let since = state.failing_since?;
    let is_long = now.duration_since(since) >= signed(alert.failing);
    let (class, words) = state.last_error.as_ref()?;
    (is_long || state.gone).then(|| Alarm {
        kind: AlarmKind::Failing,
        since,
        words: format!("{class}: {}", field(words, WORDS_CHARS_MAX)),
    })
}

/// It answers, and has had nothing new for much longer than is usual.
fn quiet(state: &SourceState, alert: &Alert, now: Timestamp) -> Option<Alarm> {
    let (habit, since) = (&state.learned.habit, state.learned.habit.news()?);
    let longest = habit.longest_silence()?;
    let allowed = signed(longest.saturating_mul(SILENCES).max(alert.quiet));
    let is_quiet = now.duration_since(since) > allowed;
    let words = || format!("nothing new; its longest silence was {:#}", rounded(longest));
    is_quiet.then(|| Alarm { kind: AlarmKind::Quiet, since, words: words() })
}

/// Its articles had photos, and the latest have none.
fn pictures(state: &SourceState) -> Option<Alarm> {
    let habit = &state.learned.habit;
    let since = habit.bare_since()?;
    let percent = habit.pictured_share().unwrap_or_default() * 100.0;
    let words = format!("no photo in its last {} articles; {percent:.0} of 100 had one", habit.bare());
    Some(Alarm { kind: AlarmKind::Pictures, since, words })
}

/// What is to be told of a source: what became wrong since it was last told, and what is over.
///
/// Another `[alert]`, under which it would not be told, ends an alarm too.
#[must_use]
pub fn changes(state: &SourceState, alert: &Alert, now: Timestamp) -> Vec<Change> {
    let raised = raised(state, alert, now);
    let told = &state.learned.told;
    let class = state.last_error.as_ref().map(|(class, _)| *class);
    let new = raised.iter().filter(|alarm| told.iter().all(|told| told.kind != alarm.kind)).map(|alarm| Change {
        alarm: alarm.clone(),
        is_over: false,
        cure: class.filter(|_| alarm.kind == AlarmKind::Failing).map(cure),
    });
    let over = told.iter().filter(|told| raised.iter().all(|alarm| alarm.kind != told.kind)).filter_map(|told| {
        // While it fails, whether it is still quiet is not known; and one that fails again, not yet for long, is not well.
        let is_well = state.failures == 0 && !state.gone;
        let words = match told.kind {
            AlarmKind::Failing => "it answers again",
            AlarmKind::Quiet => "it has something new again",
            AlarmKind::Pictures => "its articles have photos again, or have done without for long",
        };
        let alarm = Alarm { kind: told.kind, since: told.since, words: words.to_owned() };
        is_well.then_some(Change { alarm, is_over: true, cure: None })
    });
    new.chain(over).collect()
}

/// What is remembered of a source once its changes were told.
pub fn told(state: &mut SourceState, changes: &[Change], now: Timestamp) {
    let learned = &mut state.learned;
    for Change { alarm, is_over, .. } in changes {
        learned.told.retain(|told| told.kind != alarm.kind);
        if !is_over {
            learned.told.push(Told { kind: alarm.kind, since: alarm.since });
        }
    }
    learned.told_at = Some(now);
}

/// Whether enough time has passed since anything was told last. A clock that was set back silences nothing.
#[must_use]
pub fn may_tell(last: Option<Timestamp>, alert: &Alert, now: Timestamp) -> bool {
    last.is_none_or(|last| last > now || now.duration_since(last) >= signed(alert.rest))
}

/// To the minute, from ten minutes on: nobody reads seconds there.
fn rounded(time: std::time::Duration) -> SignedDuration {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    SignedDuration::from_secs(if seconds >= 600 { seconds / 60 * 60 } else { seconds })
}

fn signed(duration: std::time::Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fault::Fault;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn told_of(state: &mut SourceState, now: Timestamp) -> Vec<(AlarmKind, bool)> {
        let changes = changes(state, &Alert::default(), now);
        told(state, &changes, now);
        changes.into_iter().map(|change| (change.alarm.kind, change.is_over)).collect()
    }

    #[test]
    fn a_source_that_fails_for_hours_is_told_once_and_once_that_it_is_well() {
        let mut state = SourceState {
            failures: 1,
            failing_since: Some(at(0)),
            last_error: Some((Fault::Timeout, "no answer".to_owned())),
            ..SourceState::default()
        };
        assert_eq!(told_of(&mut state, at(5)), []);
        assert_eq!(told_of(&mut state, at(6)), [(AlarmKind::Failing, false)]);
        assert_eq!(told_of(&mut state, at(60)), []);
        state = SourceState { failures: 0, failing_since: None, last_error: None, ..state };
        assert_eq!(told_of(&mut state, at(61)), [(AlarmKind::Failing, true)]);
        assert_eq!(told_of(&mut state, at(62)), []);
    }

    #[test]
    fn one_that_is_gone_is_told_at_once_and_one_that_failed_again_is_not_told_as_well() {
        let mut state = SourceState {
            gone: true,
            failures: 1,
            failing_since: Some(at(0)),
            last_error: Some((Fault::Gone, "410".to_owned())),
            ..SourceState::default()
        };
        assert_eq!(told_of(&mut state, at(0)), [(AlarmKind::Failing, false)]);
        state = SourceState { gone: false, failing_since: Some(at(9)), ..state };
        assert_eq!(told_of(&mut state, at(10)), [], "it fails for an hour only, and it fails");
    }

    #[test]
    fn a_source_is_quiet_by_its_own_habit() {
        let quiet_at = |every: i64| {
            let mut state = SourceState::default();
            (0..=12).for_each(|number| state.learned.habit.brought([true], at(number * every)));
            (1..3000).find(|hours| !raised(&state, &Alert::default(), at(12 * every + hours)).is_empty())
        };
        // Three times its longest silence, and a day at least.
        assert_eq!((quiet_at(1), quiet_at(10), quiet_at(168)), (Some(25), Some(31), Some(505)));
        let mut state = SourceState::default();
        (0..=12).for_each(|number| state.learned.habit.brought([true], at(number)));
        assert_eq!(told_of(&mut state, at(100)), [(AlarmKind::Quiet, false)]);
        state.failures = 1;
        assert_eq!(told_of(&mut state, at(101)), [], "nobody knows");
        state.failures = 0;
        state.learned.habit.brought([true], at(102));
        assert_eq!(told_of(&mut state, at(102)), [(AlarmKind::Quiet, true)]);
    }

    #[test]
    fn lost_pictures_are_told_where_feeds_toml_wants_it() {
        let mut state = SourceState::default();
        state.learned.habit.brought([true; 40], at(0));
        state.learned.habit.brought([false; 8], at(1));
        let alarms = raised(&state, &Alert::default(), at(1));
        assert_eq!(alarms[0].words, "no photo in its last 8 articles; 100 of 100 had one");
        assert_eq!(raised(&state, &Alert { pictures: false, ..Alert::default() }, at(1)), []);
        assert_eq!(told_of(&mut state, at(1)), [(AlarmKind::Pictures, false)]);
        state.learned.habit.brought([true], at(2));
        assert_eq!(told_of(&mut state, at(2)), [(AlarmKind::Pictures, true)]);
    }

    #[test]
    fn messages_have_their_distance_whatever_the_clock_does() {
        let may_tell = |last, now| may_tell(last, &Alert::default(), now);
        assert!(may_tell(None, at(0)) && may_tell(Some(at(0)), at(1)) && may_tell(Some(at(5)), at(1)));
        assert!(!may_tell(Some(at(1)), at(1) + SignedDuration::from_mins(9)));
    }
}
