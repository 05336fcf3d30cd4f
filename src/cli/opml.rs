//! `feedatlas opml import|export`: lists of other readers into feeds.toml, and feeds.toml into a list for them.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use askama::Template;
use clap::{Args, Subcommand};

use crate::cli::build::unusable;
use crate::cli::exit::Exit;
use crate::cli::feeds_file::{self, Lines};
use crate::cli::load;
use crate::dedup::canonical::canonical;
use crate::model::country::Country;
use crate::model::settings::Settings;
use crate::model::source::{Source, SourceKind};
use crate::model::url::PageUrl;
use crate::parse::opml::{self, Line};

/// What to do with lists of feeds.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Read lists (OPML) of other readers, also those that are not well-formed, and print them as [[source]] lines.
    Import(ImportArguments),
    /// Print the sources of feeds.toml as a list (OPML 2.0) that other readers take.
    Export,
}

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ImportArguments {
    /// The lists; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write the lines into feeds.toml, behind its last source; all else in it stays byte for byte.
    #[arg(long)]
    write: bool,
    /// All of them write of this land alone: `countries = ["KP"]` in each, by code.
    #[arg(long, value_name = "CODE", value_parser = country)]
    country: Option<Country>,
}

const EXAMPLES: &str = "\
What is mended is told on standard error with its line and column, and so is what is left out: addresses that are there
already (by their canonical form), lines without an address. Folders and categories that name a land are told in a comment:
that a list files a source under a land does not mean that all it writes is about it. `--country` says so.

Examples:
  feedatlas opml import subscriptions.opml | less
  feedatlas opml import --write *.opml && feedatlas check --probe
  feedatlas opml export > sources.opml";

fn country(code: &str) -> Result<Country, String> {
    Country::from_code(&code.to_uppercase())
        .or_else(|| Country::from_slug(&code.to_lowercase()))
        .ok_or_else(|| "countries are named by their ISO 3166-1 code of two letters: KP".to_owned())
}

pub(crate) fn run(config: &Path, action: &Action) -> Exit {
    let outcome = match action {
        Action::Import(arguments) => import(config, arguments),
        Action::Export => load::settings(config).map(|settings| export(&settings)),
    };
    outcome.err().unwrap_or(Exit::Done)
}

fn import(config: &Path, arguments: &ImportArguments) -> Result<(), Exit> {
    let mut import = Import { country: arguments.country, ..Import::default() };
    if config.exists() || arguments.write {
        load::settings(config)?.sources.iter().for_each(|source| import.is_known(source));
    }
    for file in &arguments.files {
        import.file(file)?;
    }
    import.told();
    if arguments.write && !import.sources.is_empty() {
        feeds_file::write(config, &import.sources)?;
        println!(
            "{}: {} sources added; `feedatlas check --probe` asks each once",
            config.display(),
            import.sources.len()
        );
    } else if !arguments.write {
        // Whoever closed the stream has read enough.
        let _ = io::stdout().write_all(feeds_file::printed(&import.sources).as_bytes());
    }
    Ok(())
}

/// Lists while they are read.
#[derive(Default)]
struct Import {
    country: Option<Country>,
    sources: Vec<Lines>,
    /// Canonical addresses, and whose they are.
    known: HashMap<String, String>,
    names: HashSet<String>,
    lists: usize,
    mended: usize,
    mended_lists: usize,
    twice: usize,
    left_out: usize,
}

impl Import {
    /// It is in feeds.toml.
    fn is_known(&mut self, source: &Source) {
        self.known.insert(canonical(source.url.as_str()), format!("`{}` of feeds.toml", source.name));
        self.names.insert(source.name.as_str().to_owned());
    }

    fn file(&mut self, path: &Path) -> Result<(), Exit> {
        let is_standard = path == Path::new("-");
        let bytes = if is_standard {
            let mut bytes = Vec::new();
            io::Read::read_to_end(&mut io::stdin(), &mut bytes).map(|_| bytes)
        } else {
            std::fs::read(path)
        };
        let bytes = bytes.map_err(|error| unusable(path, &error)).map_err(|_| Exit::Usage)?;
        let shown = if is_standard { "standard input".to_owned() } else { path.display().to_string() };
        let list = opml::read(&bytes).map_err(|error| {
            say!("feedatlas: {shown}: {error}");
            Exit::Usage
        })?;
        self.lists += 1;
        self.mended += list.mended.len();
        self.mended_lists += usize::from(!list.mended.is_empty());
        for mended in &list.mended {
            say!("{shown}:{}:{}: mended: {}", mended.line, mended.column, mended.what);
        }
        for line in list.lines {
            if let Err(why) = self.line(&line, &shown) {
                say!("{shown}:{}: left out: {why}", line.at);
            }
        }
        Ok(())
    }

    /// A line as a source; or why it is none.
    fn line(&mut self, line: &Line, list: &str) -> Result<(), String> {
        let named = line.title.as_deref().unwrap_or("a line without a name");
        let written = match (&line.feed, &line.page, line.kind.as_deref()) {
            (Some(feed), ..) => feed,
            (None, Some(list), Some("include")) => {
                self.left_out += 1;
                return Err(format!("`{named}` names another list: import {list} by itself"));
            }
            (None, Some(page), _) => page,
            (None, None, _) => {
                self.left_out += 1;
                return Err(format!("`{named}` has no address"));
            }
        };
        let url = address(written).inspect_err(|_| self.left_out += 1)?;
        let key = canonical(url.as_str());
        if let Some(known) = self.known.get(&key) {
            self.twice += 1;
            return Err(format!("`{named}`: {url} is there already, as {known}"));
        }
        let name = self.name(line, &url);
        self.known.insert(key, format!("`{name}` of {list}, line {}", line.at));
        self.sources.push(self.lines(line, (written, &url), &name));
        Ok(())
    }

    /// A name that nobody has: a source is known by it.
    fn name(&mut self, line: &Line, url: &PageUrl) -> String {
        let wanted: String = line.title.as_deref().unwrap_or(url.host()).chars().take(NAME_CHARS_MAX).collect();
        let wanted = if wanted.trim().is_empty() { url.host().to_owned() } else { wanted };
        let (mut name, mut number) = (wanted.clone(), 1);
        while self.names.contains(&name) {
            number += 1;
            name = if number == 2 { format!("{wanted} ({})", url.host()) } else { format!("{wanted} ({number})") };
        }
        self.names.insert(name.clone());
        name
    }

    fn lines(&self, line: &Line, (written, url): (&str, &PageUrl), name: &str) -> Lines {
        let mut lines = Lines::new(url.as_str());
        lines.text("name", name);
        if line.feed.is_none() {
            lines
                .comments
                .push("the list names its page alone: a feed that the page names is read instead of it".to_owned());
        }
        let authority = written.split("//").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
        if authority.is_some_and(|authority| authority.contains('@')) {
            lines.comments.push("its user name and password are left out: addresses are published".to_owned());
        }
        if let Some(language) = line.language.as_deref().and_then(language) {
            lines.text("language", &language);
        }
        if let Some(country) = self.country {
            lines.list("countries", [country.code()]);
        }
        if !line.folders.is_empty() {
            let lands: Vec<&str> = line.folders.iter().filter_map(|folder| land(folder)).map(Country::code).collect();
            let lands = if lands.is_empty() { String::new() } else { format!(" (perhaps countries = {lands:?})") };
            lines.comments.push(format!("filed under {}{lands}", line.folders.join(" / ")));
        }
        lines
    }

    fn told(&self) {
        let Self { lists, mended, mended_lists, twice, left_out, .. } = self;
        say!(
            "{lists} lists read, {mended_lists} of them mended in {mended} places; {} sources, {twice} there already, {left_out} without \
             an address that can be asked",
            self.sources.len()
        );
    }
}

/// Longest name that is taken over: room is left for what makes it unlike the others.
const NAME_CHARS_MAX: usize = 150;

/// An address as readers' lists write it.
fn address(written: &str) -> Result<PageUrl, String> {
    // `feed://example.org/` and `feed:https://example.org/` are a reader's own words for it.
    let plain = match written.strip_prefix("feed:") {
        Some(rest) if rest.starts_with("//") => format!("https:{rest}"),
        Some(rest) => rest.to_owned(),
        None => written.to_owned(),
    };
    PageUrl::parse(&plain).map_err(|error| error.to_string())
}

/// A language tag as feeds.toml takes it.
fn language(written: &str) -> Option<String> {
    let tag = written.trim().to_ascii_lowercase().replace('_', "-");
    let text = format!("[[source]]\nurl = \"https://example.org\"\nlanguage = {tag:?}\n");
    crate::config::read(&text, Path::new("feeds.toml"), &|_| None).is_ok().then_some(tag)
}

/// The land that a folder is called after: by name, code or slug; `Myanmar (Burma)` by either name.
fn land(folder: &str) -> Option<Country> {
    let is_named = |country: &Country, name: &str| {
        country.name_en().to_lowercase() == name || country.name_ru().to_lowercase() == name
    };
    let folder = folder.to_lowercase();
    let mut names = folder.split(['(', ')']).map(str::trim).filter(|name| !name.is_empty());
    names.find_map(|name| {
        Country::all().find(|country| is_named(country, name)).or_else(|| Country::from_slug(&name.replace(' ', "-")))
    })
}

/// Sources as a list that readers take.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<opml version=\"2.0\">
<head>
<title>The sources of feedatlas</title>
</head>
<body>
{% for line in lines %}<outline text=\"{{ line.name }}\" title=\"{{ line.name }}\" type=\"{{ line.kind }}\" {{ line.key }}=\"{{ line.url }}\"{% if let Some(language) = line.language %} language=\"{{ language }}\"{% endif %}{% if !line.category.is_empty() %} category=\"{{ line.category }}\"{% endif %}/>
{% endfor %}</body>
</opml>
"
)]
struct List<'a> {
    lines: Vec<Listed<'a>>,
}

struct Listed<'a> {
    name: &'a str,
    url: &'a str,
    kind: &'static str,
    key: &'static str,
    language: Option<&'a str>,
    category: String,
}

fn export(settings: &Settings) {
    let lines = settings.sources.iter().map(|source| {
        // A page or a sitemap is no feed that a reader could ask.
        let is_page = matches!(source.kind, Some(SourceKind::Page | SourceKind::Sitemap)) || source.select.is_some();
        let (kind, key) = if is_page { ("link", "url") } else { ("rss", "xmlUrl") };
        Listed {
            name: source.name.as_str(),
            url: source.url.as_str(),
            kind,
            key,
            language: source.language.as_deref(),
            category: source.countries.iter().map(|country| country.name_en()).collect::<Vec<_>>().join(","),
        }
    });
    let list = List { lines: lines.collect() };
    let text = list.render().expect("writing to a String does not fail");
    // Whoever closed the stream has read enough.
    let _ = io::stdout().write_all(text.as_bytes());
}
