//! `feedatlas demo`: the whole pipeline on the sample site inside the binary, served by feedatlas itself on loopback.
//!
//! Nothing here is a short cut: the same worker, guard, store and publisher as `run`, over HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::run::pass;
use crate::cli::serve::listen;
use crate::cli::signals;
use crate::cli::watch::Screen;
use crate::config;
use crate::model::settings::Settings;
use crate::model::url::PageUrl;
use crate::pipeline::Options;
use crate::publish::status;
use crate::serve;

/// The sample site: path and bytes of each file of `fixtures/site`.
static SITE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sample_site.rs"));

/// How the site's own files write its address.
const ORIGIN: &str = "127.0.0.1:8099";

/// Files below this folder take the place of others before the second pass.
const SECOND_PASS: &str = "second-pass/";

const EXAMPLES: &str = "\
Examples:
  feedatlas demo                  then open the address that it prints
  feedatlas demo --once shown     publishes into a folder and ends";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Publish into this folder and end, instead of serving.
    #[arg(long, value_name = "DIR")]
    once: Option<PathBuf>,
    /// Where to serve what was published.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
}

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let folder = match Scratch::new() {
        Ok(folder) => folder,
        Err(error) => {
            say!("feedatlas: {}: {error}", std::env::temp_dir().display());
            return Exit::Unusable;
        }
    };
    let outcome = build::runtime().and_then(|runtime| build::block_on(runtime, demo(&folder.0, arguments)));
    outcome.err().unwrap_or(Exit::Done)
}

async fn demo(scratch: &Path, arguments: &Arguments) -> Result<(), Exit> {
    let stop = signals::stop_token();
    // The sample site ends with the process, after the published one: pictures stay visible to the last.
    let site_stop = CancellationToken::new();
    let site = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let origin = site.local_addr().map_err(|error| build::unusable(scratch, &error))?;
    let site_folder = scratch.join("site");
    write_site(&site_folder, origin, "").map_err(|error| build::unusable(&site_folder, &error))?;
    let serving = tokio::spawn(serve::serve(site, site_folder.clone(), site_stop.clone()));

    let public = arguments.once.clone().unwrap_or_else(|| scratch.join("public"));
    let listener = if arguments.once.is_none() { Some(listen_somewhere(arguments.listen).await?) } else { None };
    let shown_at = listener.as_ref().and_then(|listener| listener.local_addr().ok()).unwrap_or(arguments.listen);
    let settings = settings(scratch, &public, origin, shown_at)?;
    say!("feedatlas: the sample site is at http://{origin}/; the address guard lets this one address through");
    publish(settings, &site_folder, origin, &stop).await?;
    match listener {
        None => println!("published into {}: open {}", public.display(), public.join("index.html").display()),
        Some(listener) => {
            println!("open http://{shown_at}/ (Ctrl-C ends)");
            serve::serve(listener, public.clone(), stop).await.map_err(|error| build::unusable(&public, &error))?;
        }
    }
    site_stop.cancel();
    // Its end is awaited so that no request is cut; how it ended no longer matters.
    let _ = serving.await;
    Ok(())
}

/// Two passes: between them one source turns from a feed into an error page.
async fn publish(
    settings: Settings,
    site_folder: &Path,
    origin: SocketAddr,
    stop: &CancellationToken,
) -> Result<(), Exit> {
    // A demo that published here before had another site: its articles are not read back. None there is no failure.
    let _ = std::fs::remove_file(settings.publish.to.join(status::PATH));
    let worker = build::worker(settings)?;
    for round in ["first", "second"] {
        say!("feedatlas: {round} pass");
        let screen = Screen::new(false);
        let options = Options { force: true, ..Options::default() };
        pass(&worker, &options, stop, &screen).await?;
        write_site(site_folder, origin, SECOND_PASS).map_err(|error| build::unusable(site_folder, &error))?;
    }
    drop(Arc::into_inner(worker));
    Ok(())
}

/// The site's feeds.toml, with its paths and addresses put in place.
fn settings(scratch: &Path, public: &Path, origin: SocketAddr, shown_at: SocketAddr) -> Result<Settings, Exit> {
    let text = SITE.iter().find(|(name, _)| *name == "feeds.toml").map_or(&[][..], |(_, bytes)| *bytes);
    let text = String::from_utf8_lossy(text).replace(ORIGIN, &origin.to_string());
    let reading = config::read(&text, &scratch.join("feeds.toml"), &|_| None).map_err(|error| {
        say!("{error}");
        Exit::Usage
    })?;
    let mut settings = reading.settings;
    settings.store.path = scratch.join("data");
    settings.publish.to = public.to_path_buf();
    settings.publish.base_url = PageUrl::parse(&format!("http://{shown_at}")).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Usage
    })?;
    Ok(settings)
}

/// The address asked for, or any free port where that one is taken.
async fn listen_somewhere(address: SocketAddr) -> Result<TcpListener, Exit> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(_) => listen(SocketAddr::new(address.ip(), 0)).await,
    }
}

/// Writes the site's files below `prefix`, with the address it is really served at.
fn write_site(folder: &Path, origin: SocketAddr, prefix: &str) -> std::io::Result<()> {
    for (name, bytes) in SITE {
        let Some(name) = name.strip_prefix(prefix) else { continue };
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, with_origin(bytes, &origin.to_string()))?;
    }
    Ok(())
}

/// Puts the address in place: byte by byte, because not all of the site is UTF-8.
fn with_origin(bytes: &[u8], origin: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(ORIGIN.len()).position(|window| window == ORIGIN.as_bytes()) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(origin.as_bytes());
        rest = &rest[at + ORIGIN.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// A folder that is gone when demo ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("feedatlas-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that stays behind in the system's temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
