//! `docs/TUTORIAL.md` as a stranger would follow it: its blocks are run as they stand, in an empty folder, on free ports.
//!
//! The block for newsboat is skipped, in words, where there is none, unless `FEEDATLAS_REQUIRE` names it.

#![cfg(unix)]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

const PAGE: &str = include_str!("../docs/TUTORIAL.md");
const PROGRAM: &str = env!("CARGO_BIN_EXE_feedatlas");

/// The blocks of a page that are run: what is needed beside a shell, and the lines.
fn blocks(page: &str) -> Vec<(Option<String>, String)> {
    let mut blocks: Vec<(Option<String>, String)> = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(_) if is_inside => is_inside = false,
            Some(info) if info == "sh" || info.starts_with("sh ") => {
                is_inside = true;
                blocks.push((info.strip_prefix("sh ").map(str::to_owned), String::new()));
            }
            Some(info) => panic!("a block that is not run: {info:?}"),
            None if is_inside => blocks.last_mut().expect("one is open").1.push_str(&format!("{line}\n")),
            None => {}
        }
    }
    blocks
}

/// Whether a tool is there; one that is required and is not fails the test.
fn has(tool: &str) -> bool {
    let is_there = Command::new(tool).arg("--version").output().is_ok();
    let required = std::env::var("FEEDATLAS_REQUIRE").unwrap_or_default();
    assert!(is_there || !required.split(',').any(|name| name.trim() == tool), "{tool} is required and is not there");
    is_there
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

#[test]
fn the_tutorial_leads_from_an_empty_folder_to_a_subscribed_reader() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (site, serve) = (free_port(), free_port());
    assert_ne!(site, serve);
    // Whatever happens, the servers that it starts end with it.
    let mut script = "set -eu\ntrap 'kill ${site:-} ${serve:-} 2>/dev/null || true' EXIT\n".to_owned();
    let mut newsboat = false;
    let blocks = blocks(PAGE);
    assert!(blocks.len() >= 8, "{} blocks", blocks.len());
    for (tool, lines) in blocks {
        match tool {
            Some(tool) if !has(&tool) => eprintln!("skipped: a block for {tool}, which is not there"),
            Some(_) => {
                newsboat = true;
                script.push_str(&lines);
            }
            None => script.push_str(&lines),
        }
    }
    let script = script.replace("8099", &site.to_string()).replace("8080", &serve.to_string());
    let bin = Path::new(PROGRAM).parent().expect("a folder").display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("HOME", folder.path())
        .env_remove("FEEDATLAS_LOG")
        .output()
        .expect("there is a shell");
    let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}\n{wrong}");
    for words in [
        "names a feed",
        "a feed of 2 entries; 2 articles read",
        "photo: Ada Bell",
        "KP North Korea",
        "2 articles · 1 sources, 0 failing",
    ] {
        assert!(told.contains(words) || wrong.contains(words), "no {words} in\n{told}\n{wrong}");
    }
    let feed = |slug: &str| {
        let path = folder.path().join(format!("news/public/feeds/{slug}.xml"));
        fs::read_to_string(path).expect("a feed was published")
    };
    assert!(feed("kndr").contains("New bridge opens in Pyongyang") && feed("kndr").contains("Ada Bell"));
    assert!(feed("mongoliya").contains("plants a thousand trees") || feed("all").contains("plants a thousand trees"));
    if newsboat {
        assert!(told.contains("1 unread articles"), "newsboat has not read it:\n{told}\n{wrong}");
    }
}
