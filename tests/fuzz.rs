//! The fuzz targets on stable: every corpus file, then mutations of them for `FEEDATLAS_FUZZ_SECONDS` each (1 where not said).
//!
//! A panic prints the bytes it was given; they become a file of the corpus, `fuzz/corpus/<target>/`, and so a case for
//! ever. What a run draws depends on `FEEDATLAS_FUZZ_SEED` alone.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::time::{Duration, Instant};

use targets::TARGETS;

/// Bytes of an input: enough for every branch, small enough for many a second.
const BYTES_MAX: usize = 64 * 1024;

/// Seconds that one input may take; a limit that is broken takes minutes.
const INPUT_MAX: Duration = Duration::from_secs(5);

/// Pieces of syntax that chance would not find.
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml encoding=\"",
    "<!DOCTYPE x [",
    "<!ENTITY a \"&a;\">",
    "&#x",
    "&amp;",
    "&#0;",
    "xmlns=\"http://www.w3.org/2005/Atom\"",
    "xmlns:media=\"http://search.yahoo.com/mrss/\"",
    "xml:base=\"//[\"",
    "<item>",
    "</item>",
    "<entry>",
    "<title type=\"xhtml\">",
    "<content type=\"a/b\">",
    "<link href=\"",
    "<guid>",
    "<script>",
    "<p style=\"",
    "<table>",
    "<a href=",
    "srcset=\"",
    "{\"items\":[",
    "\\u",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "İ",
    "ß",
    "𝔘",
    "\u{300}",
    "%00",
    "%",
    "://",
    "@",
    "[::1]",
    "..",
    "?",
    "#",
    "xn--",
    "9999999999",
    "-",
    "+99:99",
    "T24:00",
    "2024-02-30",
    "AM",
    "年",
    "назад",
    "พ.ศ.",
    "User-agent: ",
    "Disallow: ",
    "*",
    "$",
    "[[source]]\n",
    "\"\"\"",
    "= [",
    "url = ",
    "env:",
    "\r\n",
    "\u{85}",
];

/// A small generator of numbers: xorshift, which is enough to draw mutations.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }
}

fn mutated(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(64)).min(bytes.len());
        match dice.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = PIECES[dice.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
            3 => {
                let piece = PIECES[dice.below(PIECES.len())];
                bytes.splice(at..at, piece.repeat(dice.below(300)).into_bytes());
            }
            4 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).expect("a byte"),
            5 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            6 => {
                let copied = bytes[at..end].to_vec();
                let to = dice.below(bytes.len() + 1);
                bytes.splice(to..to, copied);
            }
            _ => {
                let other = &corpus[dice.below(corpus.len())];
                let from = dice.below(other.len() + 1);
                bytes.splice(at..at, other[from..(from + dice.below(4096)).min(other.len())].iter().copied());
            }
        }
        bytes.truncate(BYTES_MAX);
    }
    bytes
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).expect("a corpus").map(|file| file.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).expect("a file")).collect()
}

fn hold(name: &str, target: fn(&[u8]), bytes: &[u8]) {
    let began = Instant::now();
    let done = panic::catch_unwind(AssertUnwindSafe(|| target(bytes)));
    let took = began.elapsed();
    if done.is_err() || took > INPUT_MAX {
        let kept = std::env::temp_dir().join(format!("feedatlas-fuzz-{name}"));
        fs::write(&kept, bytes).expect("a file");
        panic!("{name}: after {took:?}; the input is in {}: {:?}", kept.display(), String::from_utf8_lossy(bytes));
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs one target.
fn run(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    let corpus = corpus(name);
    assert!(!corpus.is_empty(), "no corpus for {name}");
    for bytes in &corpus {
        hold(name, *target, bytes);
    }
    let time = Duration::from_secs(number("FEEDATLAS_FUZZ_SECONDS").unwrap_or(1));
    let mut dice = Dice(number("FEEDATLAS_FUZZ_SEED").unwrap_or(0x9e37_79b9_7f4a_7c15) | 1);
    let (began, mut runs) = (Instant::now(), 0_u64);
    while began.elapsed() < time {
        hold(name, *target, &mutated(&corpus, &mut dice));
        runs += 1;
    }
    println!("{name}: {} files, {runs} mutations", corpus.len());
}

#[test]
fn feed() {
    run("feed");
}

#[test]
fn page() {
    run("page");
}

#[test]
fn date() {
    run("date");
}

#[test]
fn address() {
    run("address");
}

#[test]
fn robots() {
    run("robots");
}

#[test]
fn config() {
    run("config");
}
