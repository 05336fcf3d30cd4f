//! Sources added to feeds.toml: behind the last one, every other byte of the file as it was; or printed for whoever edits it.
//!
//! What would not be read back without mistakes is not written.

use std::io::Write;
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use crate::cli::build::unusable;
use crate::cli::exit::Exit;
use crate::config;

/// The lines of a source: what is said of it, and why, in words.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    /// Words that stand above it.
    pub(crate) comments: Vec<String>,
    keys: Vec<(&'static str, Value)>,
}

impl Lines {
    /// A source of this address.
    pub(crate) fn new(url: &str) -> Self {
        Self { comments: Vec::new(), keys: vec![("url", url.into())] }
    }

    /// A key and its text.
    pub(crate) fn text(&mut self, key: &'static str, text: &str) {
        self.keys.push((key, text.into()));
    }

    /// A key and its list of texts.
    pub(crate) fn list<'a>(&mut self, key: &'static str, texts: impl IntoIterator<Item = &'a str>) {
        self.keys.push((key, Value::Array(texts.into_iter().collect::<Array>())));
    }

    /// A key and its table of texts.
    pub(crate) fn table<'a>(&mut self, key: &'static str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.keys.push((key, Value::InlineTable(pairs.into_iter().collect::<InlineTable>())));
    }

    fn as_table(&self) -> Table {
        let mut table = Table::new();
        for (key, value) in &self.keys {
            table.insert(key, Item::Value(value.clone()));
        }
        // A comment is one line, whatever a foreign list says.
        let comments = self.comments.iter().map(|words| format!("# {}\n", words.replace(['\n', '\r'], " ")));
        table.decor_mut().set_prefix(format!("\n{}", comments.collect::<String>()));
        table
    }
}

/// Sources as feeds.toml writes them.
pub(crate) fn printed(sources: &[Lines]) -> String {
    let mut document = DocumentMut::new();
    document.insert("source", Item::ArrayOfTables(sources.iter().map(Lines::as_table).collect::<ArrayOfTables>()));
    document.to_string().trim_start_matches('\n').to_owned()
}

/// The text of a feeds.toml with these sources behind its last one; or why that cannot be, in words.
fn added(text: &str, sources: &[Lines]) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let before = document.to_string();
    let last = document.entry("source").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tables) = last.as_array_of_tables_mut() else {
        return Err(
            "its sources are a list in one line: write them as [[source]], then they can be added to".to_owned()
        );
    };
    for lines in sources {
        tables.push(lines.as_table());
    }
    let after = document.to_string();
    // The library keeps what it read; where it would not (line ends of other systems), the sources stand at the end.
    if before == text && is_insertion(text, &after) {
        return Ok(after);
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.ends_with('\n') || text.is_empty() { newline.to_owned() } else { newline.repeat(2) };
    Ok(format!("{text}{gap}{}", printed(sources).replace('\n', newline)))
}

/// Whether a text is another one with something put into it, and nothing else.
fn is_insertion(before: &str, after: &str) -> bool {
    let head = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let rest = before.len() - head;
    after.len() >= before.len() && after.as_bytes()[after.len() - rest..] == before.as_bytes()[head..]
}

/// Writes sources into a feeds.toml that has none of them yet. It is replaced whole, or stays as it is.
pub(crate) fn write(config: &Path, sources: &[Lines]) -> Result<(), Exit> {
    let refused = |why: &str| {
        say!("feedatlas: {}: {why}; nothing was changed", config.display());
        Exit::Usage
    };
    // A link stays one: what it leads to is replaced.
    let path = std::fs::canonicalize(config).map_err(|error| unusable(config, &error))?;
    let text = std::fs::read_to_string(&path).map_err(|error| unusable(config, &error))?;
    let text_after = added(&text, sources).map_err(|why| refused(&why))?;
    if let Err(mistakes) = config::read(&text_after, config, &|name| std::env::var(name).ok()) {
        return Err(refused(&format!("with what would be added it has mistakes:\n{mistakes}\nso")));
    }
    replace(&path, &text_after).map_err(|error| unusable(config, &error))
}

/// A file replaced whole: a new one beside it, flushed, with the permissions of the old one, put in its place.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = || -> std::io::Result<()> {
        let mut file = std::fs::File::create_new(&beside)?;
        file.set_permissions(std::fs::metadata(path)?.permissions())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    written().inspect_err(|_| {
        // What stays behind is told by the error that is about to be shown.
        let _ = std::fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Lines {
        let mut lines = Lines::new("https://example.org/feed?a=1&b=\"2\"");
        lines.comments.push("from a list\nwith a line".to_owned());
        lines.text("name", "A \"b\" \\ c");
        lines.list("countries", ["KP", "RU"]);
        lines.table("select", [("item", "li > a"), ("title", "h2")]);
        lines
    }

    #[test]
    fn a_source_stands_behind_the_last_one_and_nothing_else_moves() {
        for text in [
            config::TEMPLATE,
            "",
            "# only a comment",
            "[[source]]\nurl = 'a' # why\nselect = { item = \"b\" }   \n\n\n# of the land\n[country.KP]\nslug='x'\n# the end\n",
            "[[source]]\nurl='a'\n[source.select]\nitem='b'\n[worker]\nevery = '1h'\n",
            "\u{feff}[worker]\r\nevery = \"1h\"\r\n[[source]]\r\nurl = 'https://a/'\r\n",
            "[[source]]\nurl = 'https://a/'",
        ] {
            let after = added(text, &[lines(), lines()]).expect("it can be added to");
            assert!(is_insertion(text, &after), "{text:?}\n{after:?}");
            let document: DocumentMut = after.trim_start_matches('\u{feff}').parse().expect("it is TOML");
            let sources = document["source"].as_array_of_tables().expect("sources");
            let last = sources.iter().last().expect("one at least");
            assert_eq!(last["name"].as_str(), Some("A \"b\" \\ c"));
            assert!(after.contains("# from a list with a line\n") || after.contains("# from a list with a line\r\n"));
        }
        let after =
            added("[[source]]\nurl = 'a'\n\n# of the land\n[country.KP]\nslug = 'x'\n", &[lines()]).expect("it can");
        assert!(after.find("example.org") < after.find("# of the land"), "{after}");
        assert!(added("source = [{ url = 'a' }]\n", &[lines()]).is_err());
    }
}
