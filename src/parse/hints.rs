//! How often a feed wants to be asked: `ttl`, `sy:updatePeriod`, `skipHours`, `skipDays`.

use std::time::Duration;

use crate::model::source::PollHints;
use crate::parse::names::Space;
use crate::parse::tree::Element;

/// No wish for a longer pause is believed: a month of silence is a mistyped number.
const INTERVAL_MAX: Duration = Duration::from_hours(24 * 31);

/// Reads the wishes of a channel.
pub(super) fn read(channel: &Element<'_>) -> PollHints {
    let mut hints = PollHints::default();
    let mut period = None;
    let mut frequency = 1;
    for child in channel.elements() {
        match (child.space, &*child.name) {
            (Space::Core, "ttl") => longest(
                &mut hints.interval,
                child.text().parse().ok().map(|minutes: u64| Duration::from_secs(minutes.saturating_mul(60))),
            ),
            (Space::Syndication, "updateperiod") => period = period_of(&child.text()),
            (Space::Syndication, "updatefrequency") => frequency = child.text().parse().unwrap_or(1).max(1),
            (Space::Core, "skiphours") => {
                let hours = child.elements().filter_map(|hour| hour.text().parse::<u8>().ok());
                // RSS 0.91 counts from 1 to 24.
                hints.skip_hours.extend(hours.filter(|hour| *hour <= 24).map(|hour| hour % 24));
            }
            (Space::Core, "skipdays") => hints.skip_days.extend(child.elements().filter_map(|day| day_of(&day.text()))),
            _ => {}
        }
    }
    longest(&mut hints.interval, period.map(|period| period / frequency));
    for (times, all) in [(&mut hints.skip_hours, 24), (&mut hints.skip_days, 7)] {
        times.sort_unstable();
        times.dedup();
        // Never to be asked at all: a mistake, not a wish.
        if times.len() >= all {
            times.clear();
        }
    }
    hints
}

fn longest(interval: &mut Option<Duration>, other: Option<Duration>) {
    *interval = (*interval).max(other.filter(|other| !other.is_zero() && *other <= INTERVAL_MAX));
}

fn period_of(word: &str) -> Option<Duration> {
    const HOUR: Duration = Duration::from_hours(1);
    Some(match word.to_ascii_lowercase().as_str() {
        "hourly" => HOUR,
        "daily" => HOUR * 24,
        "weekly" => HOUR * 24 * 7,
        "monthly" => HOUR * 24 * 30,
        _ => return None,
    })
}

fn day_of(name: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let name = name.to_ascii_lowercase();
    DAYS.iter().position(|day| *day == name).and_then(|day| u8::try_from(day).ok())
}
