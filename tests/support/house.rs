//! A folder of an operator: feeds.toml, a store, a published folder, and the program run in it.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_feedatlas");

/// A folder of an operator; gone when dropped.
pub struct House {
    folder: tempfile::TempDir,
}

/// How the program ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl House {
    /// A folder whose feeds.toml lets `allow` through and then says `rest`.
    pub fn new(allow: &[SocketAddr], rest: &str) -> Self {
        let house = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        house.write_config(allow, "", rest);
        house
    }

    /// Writes feeds.toml anew; `head` stands before the sections that every test needs.
    pub fn write_config(&self, allow: &[SocketAddr], head: &str, rest: &str) {
        let allow: Vec<String> = allow.iter().map(ToString::to_string).collect();
        let text = format!("{head}\n[network]\nallow = {allow:?}\n[worker]\ndelay = \"0s\"\n{rest}\n");
        fs::write(self.path("feeds.toml"), text).expect("feeds.toml can be written");
    }

    /// A path below the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, ready to be started in the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let output = tokio::task::block_in_place(|| command.output().expect("the program starts"));
        Ran::of(&output)
    }

    /// One pass over all sources, told in JSON.
    pub fn pass(&self) -> Ran {
        self.run(&["run", "--force", "--report", "json"])
    }

    /// Every published file but packed ones, by path; status.json apart, which tells when a pass was.
    pub fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.path("public");
        let mut files = BTreeMap::new();
        collect(&root, &root, &mut files);
        files.remove("status.json");
        files
    }

    /// One published file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path("public").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            collect(root, &path, files);
            continue;
        }
        let name = path.strip_prefix(root).expect("below root").to_string_lossy().into_owned();
        if !name.ends_with(".gz") && !name.ends_with(".br") {
            files.insert(name, fs::read(&path).expect("a published file can be read"));
        }
    }
}

impl Ran {
    /// How a finished program ended.
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The events of a pass, of one kind.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let events = self.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events.filter(|event| event["event"] == kind).collect()
    }

    /// The event of one source.
    pub fn source(&self, name: &str) -> Value {
        let found = self.events("source").into_iter().find(|event| event["name"] == name);
        found.unwrap_or_else(|| panic!("no event of `{name}` in:\n{}\n{}", self.stdout, self.stderr))
    }
}
