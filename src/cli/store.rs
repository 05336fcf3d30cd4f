//! `feedatlas store …`: look into the store, export it, import into it, copy it, verify it.

use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::upkeep;
use crate::model::article::Article;
use crate::model::cluster::Stored;
use crate::model::fault::with_causes;
use crate::model::settings::StoreSettings;
use crate::store;
use crate::store::contract::Store;
use crate::store::copy;
use crate::store::error::StoreError;
use crate::store::export::{self, Told};

/// Articles read from the store at once, so that a listing of a million needs little memory.
const PAGE: usize = 500;

/// What to do with the store.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Every article, one a line.
    List(ListArguments),
    /// Read every record, every body, every index; ends with 0 only when all are whole.
    Verify,
    /// Everything as JSON lines, packed with zstd when the file's name ends in .zst; to standard output without a file.
    Export {
        /// Where to.
        file: Option<PathBuf>,
    },
    /// Write what is alive to a new folder, which takes the old one's place: gives disk back, and takes away the bodies of
    /// removed articles. Safe at any moment; needs room for what is alive once more.
    Compact,
    /// Take an article down: out of the store, every feed and page; it is never fetched again.
    Remove {
        /// Its address, or its guid (urn:uuid:…).
        link: String,
    },
    /// Take in what `export` wrote; what is there already stays. From standard input without a file.
    Import {
        /// Where from.
        file: Option<PathBuf>,
    },
    /// Everything of one store into another; what is there already stays, so it may be repeated.
    Copy {
        /// `sled`, `sled:FOLDER`, `postgres`, `postgres://…` or `env:NAME`; without an address, that of feeds.toml.
        #[arg(long, value_name = "STORE")]
        from: String,
        /// The same.
        #[arg(long, value_name = "STORE")]
        to: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// With text, html and photos.
    #[arg(long, requires = "json")]
    full: bool,
}

pub(crate) fn run(config: &Path, action: &Action) -> Exit {
    let outcome = load::settings(config).and_then(|settings| {
        match action {
            Action::Compact => return upkeep::compact(&settings),
            Action::Remove { link } => return upkeep::remove(settings, link),
            _ => {}
        }
        let runtime = build::runtime()?;
        if let Action::Copy { from, to } = action {
            let (from, to) = (named(&settings.store, from)?, named(&settings.store, to)?);
            return runtime.block_on(async { tell(copy::copy(&*from, &*to).await, "copied") });
        }
        let store = build::store(&settings)?;
        runtime.block_on(async {
            match action {
                Action::List(arguments) => list(&*store, arguments).await,
                Action::Verify => verify(&*store).await,
                Action::Export { file } => export(&*store, file.as_deref()).await,
                Action::Import { file } => import(&*store, file.as_deref()).await,
                Action::Compact | Action::Remove { .. } | Action::Copy { .. } => Ok(()),
            }
        })
    });
    outcome.err().unwrap_or(Exit::Done)
}

/// A store by its engine, with its address or that of feeds.toml.
fn named(settings: &StoreSettings, name: &str) -> Result<Arc<dyn Store>, Exit> {
    let wrong = |words: String| {
        say!("feedatlas: {words}");
        Exit::Usage
    };
    let in_environment = name.strip_prefix("env:").map(|variable| {
        std::env::var(variable).map_err(|_| wrong(format!("the environment has no `{variable}`: export {variable}=…")))
    });
    let name = in_environment.transpose()?.unwrap_or_else(|| name.to_owned());
    let opened = match name.split_once(':') {
        None if name == "sled" => store::folder(&settings.path),
        Some(("sled", folder)) => store::folder(Path::new(folder)),
        None if name == "postgres" => {
            let shared = settings.shared.as_ref();
            let shared =
                shared.ok_or_else(|| wrong("feeds.toml names no postgres: write `postgres://…`".to_owned()))?;
            store::database(&shared.url)
        }
        Some(("postgres" | "postgresql", _)) => store::database(&name),
        _ => {
            return Err(wrong(format!(
                "`{name}` is no store: `sled`, `sled:FOLDER`, `postgres`, `postgres://…`, `env:NAME`"
            )));
        }
    };
    let opened = opened.map_err(|error| build::told(&error))?;
    opened.notes.iter().for_each(|note| say!("feedatlas: {note}"));
    Ok(opened.store)
}

async fn list(store: &dyn Store, arguments: &ListArguments) -> Result<(), Exit> {
    let mut output = BufWriter::new(io::stdout().lock());
    let mut after = None;
    loop {
        let page = store.page(after, PAGE).await.map_err(|error| build::told(&error))?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for stored in &page {
            let line = if arguments.json { as_json(stored, arguments.full).to_string() } else { as_text(stored) };
            if let Err(error) = writeln!(output, "{line}") {
                return written(&error);
            }
        }
    }
    output.flush().or_else(|error| written(&error))
}

/// A reader that had enough (`| head`) is no failure.
fn written<T: Default>(error: &io::Error) -> Result<T, Exit> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(T::default());
    }
    say!("feedatlas: {error}");
    Err(Exit::Unusable)
}

fn as_text(stored: &Stored) -> String {
    let article = &stored.routed.article;
    let countries: Vec<&str> = stored.routed.countries.iter().map(|matched| matched.country.code()).collect();
    format!("{}  {:<14}  {}  {}", stored.published(), countries.join(" "), article.title, article.link)
}

fn as_json(stored: &Stored, full: bool) -> Value {
    let Article { link, title, source, text, html, photos, .. } = &stored.routed.article;
    let countries: Vec<&str> = stored.routed.countries.iter().map(|matched| matched.country.code()).collect();
    let credits: Vec<&str> =
        photos.iter().filter_map(|photo| photo.credit.as_ref()).map(|credit| credit.name.as_str()).collect();
    let mut line = json!({
        "link": link, "guid": stored.id.guid(), "title": title, "published": published(stored), "source": source,
        "countries": countries, "credits": credits, "cluster": stored.cluster.to_string(),
    });
    if full {
        let photos: Vec<Value> = photos
            .iter()
            .map(|photo| {
                let (credit, role) = (photo.credit.as_ref(), photo.credit.as_ref());
                json!({
                    "url": photo.url, "caption": photo.caption,
                    "credit": credit.map(|credit| credit.name.as_str()), "role": role.map(|credit| credit.role.as_str()),
                })
            })
            .collect();
        line["text"] = json!(text);
        line["html"] = json!(html);
        line["photos"] = json!(photos);
    }
    line
}

/// RFC 3339 with the offset that was printed, where the printed date is believed.
fn published(stored: &Stored) -> String {
    let at = stored.published();
    match stored.routed.article.published {
        Some(moment) if moment.timestamp() == at => moment.to_string(),
        _ => at.to_string(),
    }
}

async fn verify(store: &dyn Store) -> Result<(), Exit> {
    match store.verify().await {
        Ok(verified) => {
            let told = writeln!(
                io::stdout(),
                "{} articles, {} sources, {} index entries: all whole",
                verified.articles,
                verified.sources,
                verified.links
            );
            told.or_else(|error| written(&error))
        }
        Err(error) => Err(build::told(&error)),
    }
}

async fn export(store: &dyn Store, file: Option<&Path>) -> Result<(), Exit> {
    let told = match file {
        None => export::export(store, &mut BufWriter::new(io::stdout())).await,
        Some(path) => {
            let file = std::fs::File::create(path).map_err(|error| build::unusable(path, &error))?;
            if is_zstd(path) {
                let mut packer = zstd::Encoder::new(file, 0).map_err(|error| build::unusable(path, &error))?;
                let told = export::export(store, &mut packer).await;
                packer.finish().and_then(|file| file.sync_all()).map_err(|error| build::unusable(path, &error))?;
                told
            } else {
                export::export(store, &mut BufWriter::new(file)).await
            }
        }
    };
    tell(told, "written")
}

async fn import(store: &dyn Store, file: Option<&Path>) -> Result<(), Exit> {
    let told = match file {
        None => export::import(store, &mut BufReader::new(io::stdin())).await,
        Some(path) => {
            let file = std::fs::File::open(path).map_err(|error| build::unusable(path, &error))?;
            if is_zstd(path) {
                let unpacked = zstd::Decoder::new(file).map_err(|error| build::unusable(path, &error))?;
                export::import(store, &mut BufReader::new(unpacked)).await
            } else {
                export::import(store, &mut BufReader::new(file)).await
            }
        }
    };
    tell(told, "taken in")
}

fn is_zstd(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

fn tell(told: Result<Told, StoreError>, done: &str) -> Result<(), Exit> {
    match told {
        Ok(Told { articles, sources, noted, .. }) => {
            say!("{articles} articles, {sources} sources, {noted} noted entries {done}");
            Ok(())
        }
        Err(error) => {
            say!("feedatlas: {}", with_causes(&error));
            Err(Exit::Unusable)
        }
    }
}
