//! What is asked of which hub now: to begin, to renew before the lease ends, to end what nobody wants any more. Pure: `now` is handed in.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::model::learned::Hub;
use crate::model::source::SourceName;
use crate::model::subscription::{Phase, Subscription};
use crate::model::url::PageUrl;

/// A hub that has not verified within this time is asked again, then twice as late each time.
const AGAIN: Duration = Duration::from_mins(10);

/// Longest time between two tries, and how long a hub that denied is left alone.
const AGAIN_MAX: Duration = Duration::from_hours(24);

/// How often a hub is asked to end a subscription. One that never verifies it stops by itself when the lease ends, or when its
/// calls find nobody.
const LEAVE_TRIES_MAX: u32 = 3;

/// A lease is renewed when a fifth of it is left, or a day where that is less.
const RENEW_PART: u32 = 5;
const RENEW_MAX: Duration = Duration::from_hours(24);

/// No time of ours is further ahead: what is was set by a clock that jumped, and does not count.
const AHEAD_MAX: Duration = Duration::from_hours(31 * 24);

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Subscribe, for the first time or anew.
    Begin(SourceName, Hub),
    /// Ask the hub, for what the subscription's phase says; it is as it is to be remembered before the hub is asked.
    Ask(Subscription),
    /// Remember it no longer.
    Forget(Subscription),
}

/// What to do. `wanted`: the hubs that sources name now. `base`: where hubs may call, if anywhere.
#[must_use]
pub fn plan(
    wanted: &BTreeMap<SourceName, Hub>,
    held: Vec<Subscription>,
    base: Option<&PageUrl>,
    now: Timestamp,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut served = Vec::new();
    for subscription in held {
        let is_reached =
            base.is_some_and(|base| callback(base, &subscription.token).as_ref() == Some(&subscription.callback));
        let is_wanted = is_reached && wanted.get(&subscription.source) == Some(&subscription.hub);
        if subscription.phase != Phase::Leaving && is_wanted {
            served.push(subscription.source.clone());
            steps.extend(kept(subscription, now));
        } else {
            steps.extend(left(subscription, is_reached, now));
        }
    }
    if base.is_some() {
        let missing = wanted.iter().filter(|(source, _)| !served.contains(source));
        steps.extend(missing.map(|(source, hub)| Step::Begin(source.clone(), hub.clone())));
    }
    steps
}

/// Where a hub calls about the subscription of a token.
#[must_use]
pub fn callback(base: &PageUrl, token: &str) -> Option<PageUrl> {
    PageUrl::parse(&format!("{}/websub/{token}", base.as_str().trim_end_matches('/'))).ok()
}

/// A subscription that goes on: renewed when it is time, begun again when it lapsed.
fn kept(mut subscription: Subscription, now: Timestamp) -> Option<Step> {
    if subscription.lease_until.is_some_and(|until| until <= now) {
        subscription.phase = Phase::Asked;
        subscription.lease_until = None;
    }
    is_due(&subscription, now).then(|| Step::Ask(asked(subscription, now)))
}

/// A subscription that nobody wants: its hub is told, where there is something to end and somewhere to verify it.
fn left(mut subscription: Subscription, is_reached: bool, now: Timestamp) -> Option<Step> {
    let is_over = subscription.lease_until.is_none_or(|until| until <= now);
    let tried = subscription.phase == Phase::Leaving && subscription.tries >= LEAVE_TRIES_MAX;
    if is_over || !is_reached || (tried && is_due(&subscription, now)) {
        return Some(Step::Forget(subscription));
    }
    if subscription.phase != Phase::Leaving {
        subscription = Subscription { phase: Phase::Leaving, tries: 0, next: now, ..subscription };
    }
    is_due(&subscription, now).then(|| Step::Ask(asked(subscription, now)))
}

fn is_due(subscription: &Subscription, now: Timestamp) -> bool {
    let wait = subscription.next.duration_since(now);
    !wait.is_positive() || wait > signed(AHEAD_MAX)
}

/// As it is remembered once its hub was asked: asked again later, if it does not verify.
#[must_use]
pub fn asked(subscription: Subscription, now: Timestamp) -> Subscription {
    let again = AGAIN.saturating_mul(1 << subscription.tries.min(16)).min(AGAIN_MAX);
    Subscription { tries: subscription.tries.saturating_add(1), next: later(now, again), ..subscription }
}

/// As it is remembered once its hub verified it for a time.
#[must_use]
pub fn verified(subscription: Subscription, lease: Duration, now: Timestamp) -> Subscription {
    let left = (lease / RENEW_PART).min(RENEW_MAX);
    Subscription {
        phase: Phase::Active,
        lease_until: Some(later(now, lease)),
        next: later(now, lease.saturating_sub(left)),
        tries: 0,
        ..subscription
    }
}

/// As it is remembered once its hub refused it: left alone for a day.
#[must_use]
pub fn denied(subscription: Subscription, now: Timestamp) -> Subscription {
    Subscription { phase: Phase::Asked, lease_until: None, next: later(now, AGAIN_MAX), ..subscription }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(signed(wait)).unwrap_or(Timestamp::MAX)
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn url(text: &str) -> PageUrl {
        PageUrl::parse(text).unwrap()
    }

    fn base() -> PageUrl {
        url("https://atlas.example/news/")
    }

    fn hub(topic: &str) -> Hub {
        Hub { hub: url("https://hub.example/"), topic: url(topic) }
    }

    fn now() -> Timestamp {
        "2026-03-02T10:00:00Z".parse().unwrap()
    }

    fn wanted() -> BTreeMap<SourceName, Hub> {
        [(SourceName("s".to_owned()), hub("https://news.example/feed"))].into()
    }

    /// As it is when it was asked for just now.
    fn begun() -> Subscription {
        let (source, hub) = wanted().pop_first().unwrap();
        let callback = callback(&base(), "77").unwrap();
        let (token, secret) = ("77".to_owned(), "ab".to_owned());
        let new = Subscription {
            source,
            hub,
            callback,
            token,
            secret,
            phase: Phase::Asked,
            next: now(),
            lease_until: None,
            tries: 0,
        };
        asked(new, now())
    }

    fn steps(held: &Subscription, after: Duration) -> Vec<Step> {
        plan(&wanted(), vec![held.clone()], Some(&base()), later(now(), after))
    }

    #[test]
    fn what_a_source_names_is_begun_where_a_hub_can_call() {
        let begin = Step::Begin(SourceName("s".to_owned()), hub("https://news.example/feed"));
        assert_eq!(plan(&wanted(), Vec::new(), Some(&base()), now()), [begin]);
        assert_eq!(plan(&wanted(), Vec::new(), None, now()), []);
        assert_eq!(begun().callback.as_str(), "https://atlas.example/news/websub/77");
    }

    #[test]
    fn a_hub_that_does_not_verify_is_asked_again_less_and_less_often() {
        let (mut held, mut at, mut waits) = (begun(), Duration::ZERO, Vec::new());
        while waits.len() < 9 {
            let wait = Duration::try_from(held.next.duration_since(later(now(), at))).unwrap();
            assert_eq!(steps(&held, at + wait / 2), []);
            at += wait;
            waits.push(wait.as_secs() / 60);
            let asked = steps(&held, at);
            let [Step::Ask(again)] = asked.as_slice() else { panic!("{asked:?}") };
            held = again.clone();
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1280, 1440]);
    }

    #[test]
    fn a_lease_is_renewed_before_it_ends_and_begun_again_after() {
        let held = verified(begun(), 10 * HOUR, now());
        assert_eq!((held.phase, held.tries), (Phase::Active, 0));
        assert_eq!(steps(&held, 7 * HOUR), []);
        let asked = steps(&held, 8 * HOUR);
        let [Step::Ask(renewed)] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!((renewed.phase, &renewed.token), (Phase::Active, &held.token));
        let asked = steps(&held, 11 * HOUR);
        let [Step::Ask(lapsed)] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!((lapsed.phase, lapsed.lease_until), (Phase::Asked, None));
        // A long one is renewed a day before its end.
        assert_eq!(verified(begun(), 240 * HOUR, now()).next, later(now(), 216 * HOUR));
    }

    #[test]
    fn what_nobody_wants_is_ended_and_then_forgotten() {
        let (nobody, held) = (BTreeMap::new(), verified(begun(), 240 * HOUR, now()));
        let without =
            |held: &Subscription, after| plan(&nobody, vec![held.clone()], Some(&base()), later(now(), after));
        let asked = without(&held, HOUR);
        let [Step::Ask(leaving)] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!((leaving.phase, leaving.tries), (Phase::Leaving, 1));
        assert_eq!(without(leaving, HOUR), []);
        let mut leaving = leaving.clone();
        for hours in [2, 3] {
            let asked = without(&leaving, hours * HOUR);
            let [Step::Ask(again)] = asked.as_slice() else { panic!("{asked:?}") };
            leaving = again.clone();
        }
        assert_eq!(without(&leaving, 9 * HOUR), [Step::Forget(leaving.clone())]);
        // One that was never verified, whose lease is over, or whose hub could not call to verify: nothing is to be ended.
        assert!(matches!(without(&begun(), HOUR).as_slice(), [Step::Forget(_)]));
        assert!(matches!(without(&held, 241 * HOUR).as_slice(), [Step::Forget(_)]));
        assert!(matches!(plan(&nobody, vec![held.clone()], None, now()).as_slice(), [Step::Forget(_)]));
        // Another topic is another subscription: the old one ends, the new one begins.
        let other = [(SourceName("s".to_owned()), hub("https://news.example/other"))].into();
        let steps = plan(&other, vec![held], Some(&base()), later(now(), HOUR));
        assert!(matches!(steps.as_slice(), [Step::Ask(Subscription { phase: Phase::Leaving, .. }), Step::Begin(..)]));
    }

    #[test]
    fn who_denied_is_left_alone_for_a_day_and_a_clock_that_jumped_holds_up_nothing() {
        let held = denied(begun(), now());
        assert_eq!(steps(&held, 23 * HOUR), []);
        assert!(matches!(steps(&held, 25 * HOUR).as_slice(), [Step::Ask(_)]));
        let decades = Duration::from_hours(24 * 365 * 30);
        let ahead = Subscription { next: later(now(), decades), lease_until: Some(later(now(), decades)), ..begun() };
        assert!(matches!(steps(&ahead, HOUR).as_slice(), [Step::Ask(_)]));
    }
}
