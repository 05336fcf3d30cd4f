//! Small feeds by class, `fixtures/feeds/*.toml`: what `feedatlas parse` prints of each, by JSON pointers.
//!
//! To add a case, add a `[[case]]` to the file of its class. What feeds mean is told by the specifications, and where
//! those are silent by the public documentation of feedparser, which most readers follow.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

/// Cases below which some are gone.
const CASES_MIN: usize = 120;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is about.
    about: String,
    /// What stands around the text: `document` (nothing), `rss`, `item`, `rdf`, `atom`, `entry`, `atom03`, `entry03`.
    #[serde(default = "document")]
    within: String,
    text: String,
    /// The charset that the bytes are in.
    #[serde(default = "utf8")]
    charset: String,
    /// Whether a byte-order mark stands in front.
    #[serde(default)]
    mark: bool,
    #[serde(default)]
    content_type: String,
    #[serde(default = "url")]
    url: String,
    /// What stands where, by JSON pointers.
    #[serde(default)]
    want: BTreeMap<String, Value>,
    /// Where nothing stands.
    #[serde(default)]
    none: Vec<String>,
    /// The class of the error; empty where there is none.
    #[serde(default)]
    error: String,
}

fn document() -> String {
    String::from("document")
}

fn utf8() -> String {
    String::from("utf-8")
}

fn url() -> String {
    String::from("http://example.org/feed/")
}

const NAMES: &str = "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
    xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:media=\"http://search.yahoo.com/mrss/\" \
    xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" xmlns:a10=\"http://www.w3.org/2005/Atom\" \
    xmlns:xhtml=\"http://www.w3.org/1999/xhtml\" xmlns:yandex=\"http://news.yandex.ru\" \
    xmlns:admin=\"http://webns.net/mvcb/\" xmlns:other=\"http://other.example/\"";

impl Case {
    fn whole(&self) -> String {
        let text = self.text.trim();
        let atom = |version: &str, name: &str| format!("<feed {version}xmlns=\"{name}\" {NAMES}>{text}</feed>");
        let atom10 = "http://www.w3.org/2005/Atom";
        let atom03 = "http://purl.org/atom/ns#";
        match self.within.as_str() {
            "document" => text.to_owned(),
            "rss" => format!("<rss version=\"2.0\" {NAMES}><channel>{text}</channel></rss>"),
            "item" => format!("<rss version=\"2.0\" {NAMES}><channel><item>{text}</item></channel></rss>"),
            "rdf" => format!(
                "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
                 xmlns=\"http://purl.org/rss/1.0/\" {NAMES}>{text}</rdf:RDF>"
            ),
            "atom" => atom("", atom10),
            "entry" => atom("", atom10).replacen(text, &format!("<entry>{text}</entry>"), 1),
            "atom03" => atom("version=\"0.3\" ", atom03),
            "entry03" => atom("version=\"0.3\" ", atom03).replacen(text, &format!("<entry>{text}</entry>"), 1),
            other => panic!("{}: within what: {other}", self.about),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let text = self.whole();
        let units = |big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let codes = |big: bool| -> Vec<u8> {
            text.chars()
                .flat_map(|c| if big { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() })
                .collect()
        };
        let (mark, bytes): (&[u8], Vec<u8>) = match self.charset.as_str() {
            "utf-8" => (b"\xef\xbb\xbf", text.into_bytes()),
            "utf-16be" => (b"\xfe\xff", units(true)),
            "utf-16le" => (b"\xff\xfe", units(false)),
            "utf-32be" => (b"\0\0\xfe\xff", codes(true)),
            "utf-32le" => (b"\xff\xfe\0\0", codes(false)),
            name => {
                let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).expect("a charset of the web");
                let (bytes, _, was_lossy) = encoding.encode(&text);
                assert!(!was_lossy, "{}: not every letter is in {name}", self.about);
                (b"", bytes.into_owned())
            }
        };
        if self.mark { [mark, &bytes].concat() } else { bytes }
    }

    fn mistakes(&self, printed: &Value) -> Vec<String> {
        let told = printed["err"].as_str().map(|words| words.split(':').next().unwrap_or_default());
        if told.unwrap_or_default() != self.error {
            return vec![format!("{}: {printed}", self.about)];
        }
        let feed = &printed["feed"];
        let is_nothing = |value: &Value| value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
        let wrong = self.want.iter().filter_map(|(pointer, wanted)| {
            let found = feed.pointer(pointer).unwrap_or(&Value::Null);
            (found != wanted).then(|| format!("{}: {pointer}: found {found}, not {wanted}", self.about))
        });
        let there = self.none.iter().filter_map(|pointer| {
            let found = feed.pointer(pointer).filter(|found| !is_nothing(found))?;
            Some(format!("{}: {pointer}: found {found}, not nothing", self.about))
        });
        wrong.chain(there).collect()
    }
}

fn printed(lines: &str) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_feedatlas"))
        .arg("parse")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn every_case_reads_as_its_class_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/feeds");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the cases").map(|file| file.unwrap().path()).collect();
    files.sort();
    let written = tempfile::tempdir().expect("a folder");
    let mut cases: Vec<(String, Case)> = Vec::new();
    let mut lines = String::new();
    for file in &files {
        let class = file.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(file).expect("a file");
        let read: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for case in read.case {
            let path = written.path().join(cases.len().to_string());
            fs::write(&path, case.bytes()).expect("a file");
            lines += &format!("{}\t{}\t{}\n", path.display(), case.url, case.content_type);
            cases.push((class.to_owned(), case));
        }
    }
    assert!(cases.len() >= CASES_MIN, "only {} cases", cases.len());
    let printed = printed(&lines);
    assert_eq!(printed.len(), cases.len());
    let mut right = 0;
    let mut wrong = Vec::new();
    for ((class, case), printed) in cases.iter().zip(&printed) {
        let mistakes = case.mistakes(printed);
        right += usize::from(mistakes.is_empty());
        wrong.extend(mistakes.into_iter().map(|mistake| format!("{class}: {mistake}")));
    }
    assert!(wrong.is_empty(), "{right} of {} are right\n{}", cases.len(), wrong.join("\n"));
}
