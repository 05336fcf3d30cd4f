//! The schedule of `pipeline::schedule` against a web that is made up: a million feeds on many hosts, in virtual time.
//!
//! ```text
//! cargo run --release --example simulate_web -- [FEEDS] [HOURS]
//! ```
//! Prints polls a second, what politeness was kept, and how fresh what is found is: by the adaptive schedule, and by a fixed one.
//! Real are the rules of when a source is asked next, and how its rhythm is learned. Made up are the web, its failures, the
//! queue, and a network in which every request takes no time. Nothing is fetched, read or stored.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use feedatlas::model::learned::Rhythm;
use feedatlas::model::source::{Source, SourceState};
use feedatlas::model::url::PageUrl;
use feedatlas::pipeline::schedule;
use jiff::Timestamp;

/// Between two requests of a host, in milliseconds: feedatlas's own default.
const DELAY_MS: u64 = 1000;
/// 2026-11-24T00:00:00Z.
const BEGIN: Timestamp = Timestamp::constant(1_795_478_400, 0);
const HOUR_MS: u64 = 3_600_000;

/// What a feed says of its own pace, and how often that is so, in hundredths.
const OWN_WORDS: [(u64, u32); 4] = [(0, 40), (300, 30), (1800, 10), (3600, 20)];

/// Numbers that look like chance and are not: each run is the same.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }

    /// 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are a float's own")]
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What is held of a feed while it waits: the queue's own part apart.
struct Feed {
    host: u32,
    own_word: u8,
    failures: u8,
    is_dead: bool,
    /// Articles in an hour.
    rate: f32,
    asked_ms: u64,
    rhythm: Rhythm,
}

/// Delays in steps of a minute, those of a day and more together.
struct Delays(Vec<u64>);

impl Delays {
    fn add(&mut self, ms: u64) {
        let minute = usize::try_from(ms / 60_000).unwrap_or(usize::MAX).min(self.0.len() - 1);
        self.0[minute] += 1;
    }

    fn at(&self, hundredths: u64) -> usize {
        let all: u64 = self.0.iter().sum();
        let mut sum = 0;
        self.0
            .iter()
            .position(|count| {
                sum += count;
                sum * 100 >= all * hundredths
            })
            .unwrap_or_default()
    }
}

struct Outcome {
    polls: u64,
    news: u64,
    busiest: u64,
    waited: u64,
    found: u64,
    delays: Delays,
    memory: u64,
    seconds: f64,
}

impl Outcome {
    fn begin(memory: u64) -> Self {
        let delays = Delays(vec![0; 24 * 60 + 1]);
        Self { polls: 0, news: 0, busiest: 0, waited: 0, found: 0, delays, memory, seconds: 0.0 }
    }
}

fn web(count: u32, numbers: &mut Numbers) -> Vec<Feed> {
    let feed = |_| {
        // Half of the feeds have a host of their own; the others are on platforms, a few hundred to each.
        let host = if numbers.below(2) == 0 {
            numbers.below(u64::from(count))
        } else {
            numbers.below(u64::from(count / 500 + 1))
        };
        let mut word = u32::try_from(numbers.below(100)).unwrap_or_default();
        let own_word = OWN_WORDS.iter().position(|(_, share)| {
            let is_it = word < *share;
            word = word.saturating_sub(*share);
            is_it
        });
        // From six articles an hour to one in a month, as many of each order.
        #[expect(clippy::cast_possible_truncation, reason = "a rate needs no more")]
        let rate = (6.0 * (-8.3 * numbers.share()).exp()) as f32;
        Feed {
            host: u32::try_from(host).unwrap_or_default(),
            own_word: u8::try_from(own_word.unwrap_or_default()).unwrap_or_default(),
            failures: 0,
            is_dead: numbers.below(100) < 3,
            rate,
            asked_ms: 0,
            rhythm: Rhythm::default(),
        }
    };
    (0..count).map(feed).collect()
}

/// How many came in a time in which this many were to be expected (Knuth).
fn poisson(expected: f64, numbers: &mut Numbers) -> u64 {
    let (limit, mut product, mut count) = ((-expected.min(200.0)).exp(), numbers.share(), 0);
    while product > limit {
        product *= numbers.share();
        count += 1;
    }
    count
}

fn moment(ms: u64) -> Timestamp {
    schedule::later(BEGIN, Duration::from_millis(ms))
}

fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond() - BEGIN.as_millisecond()).unwrap_or_default()
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() * 1024
}

/// Runs the web for so long. The second half is measured: in the first, rhythms are learned.
fn run(count: u32, hours: u64, is_adaptive: bool) -> Outcome {
    let (began, before) = (Instant::now(), resident_bytes());
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut feeds = web(count, &mut numbers);
    let mut free_ms = vec![0_u64; feeds.len()];
    let source = Source::bare(PageUrl::parse("https://example.org/feed").expect("an address"), Duration::from_secs(1));
    let every = u64::try_from(source.every.as_millis()).unwrap_or(u64::MAX);
    let mut queue: BinaryHeap<Reverse<(u64, u32)>> =
        (0..count).map(|number| Reverse((numbers.below(every), number))).collect();
    let memory = resident_bytes().saturating_sub(before);
    let (end, measured_from) = (hours * HOUR_MS, hours * HOUR_MS / 2);
    let mut outcome = Outcome::begin(memory);
    let (mut second, mut in_second) = (0, 0);
    while let Some(Reverse((now_ms, number))) = queue.pop() {
        if now_ms >= end {
            break;
        }
        let feed = &mut feeds[number as usize];
        let free = &mut free_ms[feed.host as usize];
        if *free > now_ms {
            outcome.waited += u64::from(now_ms >= measured_from);
            queue.push(Reverse((*free, number)));
            continue;
        }
        *free = now_ms + DELAY_MS;
        let own = Duration::from_secs(OWN_WORDS[usize::from(feed.own_word)].0);
        let since = now_ms - feed.asked_ms;
        assert!(feed.asked_ms == 0 || since >= u64::try_from(own.as_millis()).unwrap_or(u64::MAX), "asked too soon");
        let is_measured = now_ms >= measured_from;
        if now_ms / 1000 != second {
            (second, in_second) = (now_ms / 1000, 0);
        }
        in_second += 1;
        let now = moment(now_ms);
        let mut state = SourceState::default();
        let next = if feed.is_dead || numbers.below(100) == 0 {
            feed.failures = feed.failures.saturating_add(1);
            schedule::after_failure(&source, false, u32::from(feed.failures), now)
        } else {
            feed.failures = 0;
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few days")]
            let expected = f64::from(feed.rate) * since as f64 / HOUR_MS as f64;
            let news = poisson(expected, &mut numbers);
            if feed.asked_ms > 0 {
                feed.rhythm.watched(Duration::from_millis(since), news > 0);
                if is_measured {
                    outcome.found += news;
                    outcome.news += u64::from(news > 0);
                    for _ in 0..news {
                        outcome.delays.add(numbers.below(since + 1));
                    }
                }
            }
            if is_adaptive {
                state.learned.rhythm = feed.rhythm;
            }
            feed.asked_ms = now_ms.max(1);
            schedule::after_success(&source, &state, Some(own), now)
        };
        state.last_asked = Some(now);
        state.not_before = Some(next);
        assert!(
            schedule::due(&source, &state, next, false).is_ok() && schedule::due(&source, &state, now, false).is_err()
        );
        if is_measured {
            outcome.polls += 1;
            outcome.busiest = outcome.busiest.max(in_second);
        }
        queue.push(Reverse((milliseconds(next), number)));
    }
    outcome.seconds = began.elapsed().as_secs_f64();
    outcome
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|text| text.parse::<u32>().ok());
    let (count, hours) = (arguments.next().unwrap_or(1_000_000), u64::from(arguments.next().unwrap_or(24)));
    println!("{count} feeds, {hours} h of which the second half is measured; at most one request a second to a host");
    for (name, is_adaptive) in [("fixed", false), ("adaptive", true)] {
        let told = run(count, hours, is_adaptive);
        let seconds = hours * 1800;
        println!(
            "{name:>8}: {} polls a second (busiest second {}), {} of 100 find news; {} articles found, late by {} min (p50), \
             {} min (p95); {} waits for a host; {} bytes a feed; run in {:.0} s",
            told.polls / seconds,
            told.busiest,
            told.news * 100 / told.polls.max(1),
            told.found,
            told.delays.at(50),
            told.delays.at(95),
            told.waited,
            told.memory / u64::from(count),
            told.seconds,
        );
    }
}
