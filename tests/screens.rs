//! What `status`, `check`, `inspect` and `run` print at 80, 120 and 40 columns, in a pipe, without colours, and on a terminal.
//!
//! Whole outputs are snapshots. A terminal is made by util-linux's `script`; where there is none its test is skipped, in words.

mod support;

use std::fs;
use std::process::Command;

use feedatlas::model::alarm::{Alarm, AlarmKind};
use feedatlas::model::country::Country;
use feedatlas::model::fault::Fault;
use feedatlas::model::source::{Rights, SourceKind};
use feedatlas::publish::status::{CountryStatus, Failure, HubPhase, HubStatus, PATH, SourceStatus, State, StatusFile};
use jiff::{SignedDuration, Timestamp};
use support::house::{House, PROGRAM, Ran};
use support::web::{Answer, Web};
use unicode_width::UnicodeWidthStr;

/// Where the snapshots are, beside this file.
const FOLDER: &str = "screens";

/// Names of the four kinds that break tables: wide letters, letters on letters, letters from right to left, long ones.
const NAMES: [&str; 7] = [
    "中国新闻网 国际频道",
    "Vie\u{302}\u{323}t Nam Ne\u{302}\u{301}t",
    "خبرگزاری باشگاه خبرنگاران",
    "Большая Азия",
    "חדשות הנמל",
    "연합뉴스 북한",
    "A source whose name is as long as its editors could make it, and then a little longer still",
];

fn status(now: Timestamp) -> StatusFile {
    // Half a unit more, so that no minute that passes meanwhile changes a word.
    let ago = |hours: i64| now - SignedDuration::from_mins(hours * 60 + 30);
    let ahead = |hours: i64| now + SignedDuration::from_mins(hours * 60 + 30);
    let source = |(index, name): (usize, &&str)| {
        let state =
            [State::Well, State::Failing, State::Well, State::Waiting, State::Gone, State::Well, State::Well][index];
        let is_bad = matches!(state, State::Failing | State::Gone);
        let class = if state == State::Gone { Fault::Gone } else { Fault::Timeout };
        SourceStatus {
            name: (*name).to_owned(),
            url: format!("https://example.org/{index}"),
            kind: Some(SourceKind::Feed),
            publish: Rights::Full,
            state,
            since: (state != State::Waiting).then(|| ago(5)),
            failures: if is_bad { 3 } else { 0 },
            last_error: is_bad.then(|| Failure {
                class,
                message: format!("https://example.org/{index}: no answer within 30s, and nothing was heard of it since the day before"),
                will: "asked again then; each failure doubles the wait, up to a day".to_owned(),
                cure: "often passes; if it stays, [limits] request gives it more time".to_owned(),
            }),
            refused: None,
            last_asked: Some(ago(1)),
            last_new: (index != 3).then(|| ago(30)),
            next: (state != State::Gone).then(|| ahead(3)),
            quiet_until: None,
            entries: 20,
            hub: (index == 0).then(|| HubStatus {
                url: "https://hub.example/".to_owned(),
                phase: HubPhase::Tells,
                until: Some(now + SignedDuration::from_hours(9 * 24 + 12)),
                tries: 0,
            }),
            alarms: if index == 2 {
                vec![Alarm { kind: AlarmKind::Quiet, since: ago(72), words: "nothing new; its longest silence was 9h".to_owned() }]
            } else {
                Vec::new()
            },
            note: None,
        }
    };
    let country = |code: &str, articles| {
        let country = Country::from_code(code).expect("a land");
        CountryStatus {
            code: country,
            slug: country.slug().to_owned(),
            name: country.name_ru().to_owned(),
            articles,
            newest: Some(ago(2)),
        }
    };
    StatusFile {
        passed: Some(ago(0)),
        articles: 1204,
        sources: NAMES.iter().enumerate().map(source).collect(),
        countries: vec![country("KP", 700), country("RU", 504)],
        ..StatusFile::default()
    }
}

fn house() -> House {
    let house = House::new(&[], "");
    fs::create_dir_all(house.path("public")).expect("a folder");
    fs::write(house.path("public").join(PATH), status(Timestamp::now()).to_bytes()).expect("a file");
    house
}

/// Runs the program with these variables alone of those that screens heed.
fn run(house: &House, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = house.command(arguments);
    command.env_remove("COLUMNS").env_remove("NO_COLOR").env_remove("FEEDATLAS_LOG").envs(variables.iter().copied());
    tokio::task::block_in_place(|| Ran::of(&command.output().expect("the program starts")))
}

/// Runs the program on a terminal so wide; what it shows there, if a terminal can be had.
fn on_terminal(house: &House, arguments: &str, columns: u16, before: &str) -> Option<String> {
    let line = format!("stty cols {columns} rows 24; {before} {PROGRAM} {arguments}");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(house.path("")).env_remove("COLUMNS").env_remove("NO_COLOR");
    match command.env("TERM", "xterm-256color").stdin(std::process::Stdio::null()).output() {
        Ok(output) if cfg!(target_os = "linux") => Some(String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")),
        _ => {
            eprintln!("skipped: there is no `script` of util-linux to make a terminal");
            None
        }
    }
}

/// Compares with the snapshot of this name: in a folder of their own, for those of published files are counted.
fn shown(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => FOLDER, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn every_snapshot_is_compared_with_something() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(FOLDER);
    let tests = include_str!("screens.rs");
    for file in fs::read_dir(folder).expect("a folder") {
        let file = file.expect("a file").file_name().to_string_lossy().into_owned();
        let Some(name) = file.strip_suffix(".snap").filter(|name| !name.starts_with('.')) else { continue };
        // `status_80` is written as `status_{width}`.
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        assert!(tests.contains(&format!("\"{name}\"")) || tests.contains(&format!("\"{stem}{{")), "{file}");
    }
}

fn columns(line: &str) -> usize {
    line.width()
}

/// Letters without what colours them.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            out.push(character);
            continue;
        }
        // A sequence ends with its first letter.
        characters.by_ref().find(char::is_ascii_alphabetic);
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn status_fits_every_width() {
    let house = house();
    for width in ["40", "80", "120", "200"] {
        let ran = run(&house, &["status"], &[("COLUMNS", width)]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let max: usize = width.parse().expect("a number");
        for line in ran.stdout.lines() {
            assert!(columns(line) <= max, "{width}: {} columns: {line}", columns(line));
        }
        // Every rule of a table is as wide as the others: no row moves its columns.
        let rules: Vec<usize> = ran.stdout.lines().filter(|line| line.starts_with(['─', '═'])).map(columns).collect();
        assert!(rules.iter().all(|rule| *rule <= max), "{width}: {rules:?}");
        shown(&format!("status_{width}"), &ran.stdout);
    }
    shown("status_pipe", &run(&house, &["status"], &[]).stdout);
    assert_eq!(run(&house, &["status"], &[]).stdout, run(&house, &["status"], &[("NO_COLOR", "1")]).stdout);
    let json = run(&house, &["status", "--json"], &[("COLUMNS", "40")]);
    let told: StatusFile = serde_json::from_str(&json.stdout).expect("the file as it is");
    assert_eq!(told.sources.len(), NAMES.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_has_its_own_width_and_colours_that_can_be_taken_out() {
    let house = house();
    for width in [80, 120] {
        let Some(shown) = on_terminal(&house, "status", width, "") else { return };
        assert!(shown.contains("\u{1b}["), "colours:\n{shown}");
        let expected = run(&house, &["status"], &[("COLUMNS", &width.to_string())]).stdout;
        assert_eq!(plain(&shown), expected);
        let colourless = on_terminal(&house, "status", width, "NO_COLOR=1").expect("there was one");
        assert_eq!(colourless, expected, "and not a byte beside it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tells_mistakes_and_warnings_the_same_everywhere() {
    let house = House::new(&[], "");
    let text = "[worker]\nevry = \"30m\"\n\n[[source]]\nurl = \"https://example.org/新闻\"\nname = \"中国新闻网\"   # 名字\ncountries = [\"kndr\"]\n";
    fs::write(house.path("feeds.toml"), text).expect("feeds.toml can be written");
    let ran = run(&house, &["check"], &[]);
    assert_eq!(ran.code, Some(2));
    shown("check_mistakes", &ran.stderr);
    for width in ["80", "120"] {
        assert_eq!(run(&house, &["check"], &[("COLUMNS", width), ("NO_COLOR", "1")]).stderr, ran.stderr);
    }
    let text = "[[source]]\nurl = \"https://example.org/list\"\nselect = { item = \"a\", link = \"a@href\" }\n";
    fs::write(house.path("feeds.toml"), text).expect("feeds.toml can be written");
    let ran = run(&house, &["check"], &[]);
    assert_eq!(ran.code, Some(0));
    shown("check_warnings", &format!("{}{}", ran.stderr, ran.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_ends_its_lines_between_words_on_a_terminal_and_leaves_them_whole_in_a_pipe() {
    let house = House::new(&[], "");
    let text = "<p>A new bridge over the Taedong opened to traffic in the capital of North Korea on Monday, officials of the city said, and buses crossed it.</p>\
                <p>朝鲜首都平壤大同江上的一座新桥于周一通车，市政府官员说，第一批公共汽车在中午驶过大桥，渡轮将继续运行到夏末。</p>";
    let page = format!(
        "<html lang=en><head><title>Bridge opens</title></head><body><article><h1>Bridge opens in Pyongyang</h1>\
        <figure><img src=/b.jpg width=900 height=600><figcaption>Photo: Ada Bell</figcaption></figure>{text}{text}</article></body></html>"
    );
    fs::write(house.path("page.html"), page).expect("a page can be written");
    let arguments = ["inspect", "page.html", "--url", "https://example.org/bridge"];
    for width in ["80", "120"] {
        let ran = run(&house, &arguments, &[("COLUMNS", width)]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        shown(&format!("inspect_{width}"), &ran.stdout);
    }
    let pipe = run(&house, &arguments, &[]).stdout;
    shown("inspect_pipe", &pipe);
    assert_eq!(pipe, run(&house, &arguments, &[("NO_COLOR", "1")]).stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn run_tells_a_pass_in_lines_in_json_and_on_a_terminal() {
    let web = Web::start().await;
    web.route("/feed", Answer::feed("<rss version=\"2.0\"><channel><title>t</title></channel></rss>"));
    web.route("/broken", Answer::status(500));
    let source = |name: &str, path: &str| format!("[[source]]\nname = \"{name}\"\nurl = \"{}\"\n", web.url(path));
    let house = House::new(&[web.address()], &(source("中国新闻网", "/feed") + &source("Порт", "/broken")));
    // Seconds and ports are another each time; how many files an empty house has is not this test's matter.
    let same = |text: &str| {
        let text = text.replace(&web.address().to_string(), "HOST");
        let seconds = |line: &str| match line.rsplit_once("; ") {
            Some((head, tail)) if tail.ends_with(" s") => {
                let head = head.rsplit_once("; ").map_or(head, |(head, _)| head);
                format!("{head}; FILES written; SECONDS")
            }
            _ => line.to_owned(),
        };
        text.lines().map(seconds).collect::<Vec<_>>().join("\n")
    };
    let ran = run(&house, &["run", "--force"], &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    shown("run_pipe", &same(&ran.stderr));
    let json = run(&house, &["--log-format", "json", "run", "--force"], &[]);
    let lines: Vec<serde_json::Value> =
        json.stderr.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let told: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| (line["level"].as_str().unwrap_or_default(), line["source.name"].as_str().unwrap_or_default()))
        .collect();
    for expected in [("INFO", "中国新闻网"), ("WARN", "Порт"), ("INFO", "")] {
        assert!(told.contains(&expected), "{told:?}");
    }
    assert_eq!(lines.last().expect("the pass")["failed_sources"], 1);
    for (width, before) in [(80, ""), (120, ""), (80, "NO_COLOR=1")] {
        let Some(shown) = on_terminal(&house, "run --force", width, before) else { return };
        let last = plain(&shown);
        assert!(last.contains("2 of 2 sources asked, 1 failed"), "{last}");
        assert!(before.is_empty() || !shown.contains("\u{1b}[3"), "colours: {shown:?}");
    }
}
