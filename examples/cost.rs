//! Does the work of one stage on the pages of `fixtures/articles`, as often as asked, and nothing else: for
//! `scripts/instructions.py`, which counts instructions. Two counts apart by their repeats leave the start out.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use feedatlas::charset::{self, Form};
use feedatlas::html::dom;
use feedatlas::model::article::Article;
use feedatlas::model::entry::Entry;
use feedatlas::model::source::Source;
use feedatlas::model::url::PageUrl;
use feedatlas::route::Gazetteer;
use feedatlas::{dedup, extract, route};
use jiff::Timestamp;

/// Depth to which elements may nest, as `[limits]` has it.
const DEPTH: usize = 256;

/// A page and where it stood.
struct Sample {
    url: PageUrl,
    html: String,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(stage), Some(Ok(repeats))) = (arguments.next(), arguments.next().map(|repeats| repeats.parse::<u32>()))
    else {
        eprintln!("usage: cost dom|read|route|fingerprint REPEATS");
        return ExitCode::from(2);
    };
    let samples = samples();
    let articles: Vec<Article> = samples.iter().filter_map(article).collect();
    let (gazetteer, source) = (Gazetteer::new(&[]), source(&samples[0].url));
    let mut done = 0;
    for _ in 0..repeats {
        done = match stage.as_str() {
            "dom" => samples.iter().map(|sample| black_box(dom::parse(&sample.html, DEPTH)).tree.nodes().len()).sum(),
            "read" => samples.iter().filter_map(article).map(|article| black_box(article).text.len()).sum(),
            "route" => {
                let routed = articles.iter().map(|article| route::countries(article.clone(), &source, &gazetteer));
                routed.map(|routed| black_box(routed).countries.len()).sum()
            }
            "fingerprint" => {
                articles.iter().map(|article| black_box(dedup::fingerprint(article)).sketch.len()).sum::<usize>()
            }
            other => {
                eprintln!("there is no stage `{other}`: dom, read, route or fingerprint");
                return ExitCode::from(2);
            }
        };
    }
    println!("{} pages, {} articles: {done}", samples.len(), articles.len());
    ExitCode::SUCCESS
}

/// The pages, in the order of their names: the same on every machine.
fn samples() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/articles");
    let mut pages = Vec::new();
    for site in fs::read_dir(folder).expect("the fixtures are there").flatten() {
        pages.extend(fs::read_dir(site.path()).into_iter().flatten().flatten().map(|date| date.path()));
    }
    pages.sort();
    let sample = |folder: &std::path::PathBuf| {
        let bytes = fs::read(folder.join("page.html")).ok()?;
        let about: toml::Table = fs::read_to_string(folder.join("page.toml")).ok()?.parse().ok()?;
        let url = PageUrl::parse(about.get("url")?.as_str()?).ok()?;
        Some(Sample { url, html: charset::decode(&bytes, None, Form::Html).0.into_owned() })
    };
    pages.iter().filter_map(sample).collect()
}

fn source(url: &PageUrl) -> Source {
    Source::bare(url.clone(), Duration::from_secs(1))
}

fn article(sample: &Sample) -> Option<Article> {
    let source = source(&sample.url);
    let page = extract::reading::Page {
        url: &sample.url,
        html: &sample.html,
        rule: &source.article,
        entry: None,
        language: None,
        zone: &source.zone,
        depth: DEPTH,
        now: Timestamp::UNIX_EPOCH,
    };
    let reading = extract::read(&page).ok()?;
    let entry = Entry { id: sample.url.to_string(), link: Some(sample.url.clone()), ..Entry::default() };
    Some(extract::article(entry, sample.url.clone(), reading, &source))
}
