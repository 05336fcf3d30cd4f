//! `[alert]`: an operator told unasked, once when something becomes wrong and once when it is over; over a fake web, with a program of
//! their own, over restarts. When a source is quiet or has lost its pictures is tested in `pipeline::alarm` and `model::habit`.

#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::Value;
use support::house::{House, Ran};
use support::web::{Answer, Step, Web};

const FEED: &str = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>";

/// A house with one source, which fails once and is well then; with these lines in `[alert]`.
async fn failing(lines: &str) -> (House, Web) {
    let web = Web::start().await;
    web.script("/feed", vec![Answer::status(500), Answer::status(500), Answer::feed(FEED)]);
    let source = format!("[[source]]\nname = \"Вести\"\nurl = \"{}\"\n", web.url("/feed"));
    let alert = format!("[alert]\nfailing = \"1ms\"\nrest = \"0s\"\n{lines}\n");
    (House::new(&[web.address()], &(source + &alert)), web)
}

/// The messages that were posted.
fn posted(web: &Web, path: &str) -> Vec<Value> {
    let asked = web.asked(path);
    assert!(asked.iter().all(|asked| asked.method == "POST"));
    asked.iter().map(|asked| serde_json::from_slice(&asked.body).expect("a message is JSON")).collect()
}

/// Source, kind and state of each alert of a message.
fn told(message: &Value) -> Vec<[String; 3]> {
    let alerts = message["alerts"].as_array().expect("a list");
    let text = |alert: &Value, key: &str| alert[key].as_str().unwrap_or_default().to_owned();
    alerts.iter().map(|alert| ["source", "kind", "state"].map(|key| text(alert, key))).collect()
}

fn well(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_is_told_once_and_once_that_it_is_well_to_a_private_address_that_no_source_may_name() {
    // Not among `[network] allow`: the operator's own address needs no leave.
    let hook = Web::start().await;
    hook.route("/hook/secret", Answer::ok("ok"));
    let (house, _web) = failing(&format!("webhook = \"{}\"", hook.url("/hook/secret"))).await;
    well(&house.pass());
    let first = posted(&hook, "/hook/secret");
    assert_eq!(first.iter().map(told).collect::<Vec<_>>(), [vec![["Вести", "failing", "raised"].map(str::to_owned)]]);
    assert_eq!(first[0]["count"], 1);
    let text = first[0]["text"].as_str().expect("words");
    assert!(text.starts_with("Вести: failing since ") && text.contains("http_status"), "{text}");
    assert!(first[0]["alerts"][0]["cure"].as_str().is_some_and(|cure| cure.len() > 10), "{}", first[0]);
    // It fails again: nothing new is told. Each pass is a process of its own.
    well(&house.pass());
    assert_eq!(posted(&hook, "/hook/secret").len(), 1);
    well(&house.pass());
    let all = posted(&hook, "/hook/secret");
    assert_eq!((all.len(), told(&all[1])), (2, vec![["Вести", "failing", "over"].map(str::to_owned)]));
    well(&house.pass());
    assert_eq!(posted(&hook, "/hook/secret").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_gets_the_message_on_its_input_and_in_its_environment_and_no_shell_reads_it() {
    let (house, _web) = failing("command = [\"./notify\", \"$HOME; echo x\"]").await;
    let program = "#!/bin/sh\ncat > input.json\nprintf '%s' \"$1\" > argument\nprintf '%s' \"$FEEDATLAS_ALERT\" > words\necho noise\n";
    fs::write(house.path("notify"), program).expect("a program can be written");
    fs::set_permissions(house.path("notify"), fs::Permissions::from_mode(0o755)).expect("it can be made one");
    let ran = house.pass();
    well(&ran);
    assert!(!ran.stdout.contains("noise"), "what it prints is no part of the report");
    let read = |name| fs::read_to_string(house.path(name)).expect("it was written");
    assert_eq!(read("argument"), "$HOME; echo x");
    assert!(read("words").starts_with("Вести: failing since "), "{}", read("words"));
    let message: Value = serde_json::from_str(&read("input.json")).expect("JSON");
    assert_eq!(told(&message), [["Вести", "failing", "raised"].map(str::to_owned)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reached_nobody_is_told_on_standard_error_without_its_secret_and_sent_again() {
    let hook = Web::start().await;
    hook.script("/hook/secret", vec![Answer::status(503), Answer::ok("ok")]);
    let (house, _web) = failing(&format!("webhook = \"{}\"", hook.url("/hook/secret"))).await;
    let ran = house.pass();
    well(&ran);
    assert!(ran.stderr.contains("[alert] webhook could not be told: 127.0.0.1: answered 503"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
    well(&house.pass());
    assert_eq!(posted(&hook, "/hook/secret").len(), 2);
    assert!(!house.read("status.json").contains("secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_or_is_not_there_holds_up_no_pass_beyond_the_deadline() {
    let hook = Web::start().await;
    hook.route("/hook", Answer::steps(vec![Step::Hang]));
    let lines = format!(
        "webhook = \"{0}\"\nping = \"{0}?p\"\ncommand = [\"sleep\", \"600\"]\ndeadline = \"300ms\"",
        hook.url("/hook")
    );
    hook.route("/hook?p", Answer::steps(vec![Step::Hang]));
    let (house, _web) = failing(&lines).await;
    let ran = house.pass();
    well(&ran);
    for words in [
        "[alert] webhook could not be told",
        "[alert] ping did not arrive",
        "command `sleep` could not tell: it had not ended",
    ] {
        assert!(ran.stderr.contains(words), "no {words} in\n{}", ran.stderr);
    }
    let (house, _web) = failing("command = \"/nowhere/notify\"").await;
    let ran = house.pass();
    well(&ran);
    assert!(ran.stderr.contains("command `/nowhere/notify` could not tell"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_have_their_distance() {
    let hook = Web::start().await;
    hook.route("/hook", Answer::ok("ok"));
    let (house, web) = failing(&format!("webhook = \"{}\"", hook.url("/hook"))).await;
    let source = format!("[[source]]\nname = \"Вести\"\nurl = \"{}\"\n", web.url("/feed"));
    let alert = format!("[alert]\nfailing = \"1ms\"\nrest = \"1h\"\nwebhook = \"{}\"\n", hook.url("/hook"));
    house.write_config(&[web.address()], "", &(source + &alert));
    for _ in 0..4 {
        well(&house.pass());
    }
    assert_eq!(posted(&hook, "/hook").len(), 1, "that it is well again waits for its hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_follows_every_whole_pass_and_no_other() {
    let hook = Web::start().await;
    hook.route("/ping", Answer::ok("ok"));
    let (house, _web) = failing(&format!("ping = \"{}\"", hook.url("/ping"))).await;
    well(&house.run(&["run", "--dry-run"]));
    well(&house.run(&["run", "--source", "Вести"]));
    assert_eq!(hook.asked("/ping").len(), 0);
    well(&house.pass());
    well(&house.run(&["run"]));
    assert_eq!(hook.asked("/ping").len(), 2, "a pass in which nothing was due is one too");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_check_ends_with_1_and_says_what_is_wrong() {
    let (house, web) = failing("").await;
    assert_eq!(house.run(&["status", "--check"]).code, Some(3), "there was no pass yet");
    // What is published is what a pass knew when it began: the first failure is no moment old then.
    well(&house.pass());
    well(&house.pass());
    let ran = house.run(&["status", "--check"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("Вести: failing for ") && ran.stdout.lines().count() == 1, "{}", ran.stdout);
    well(&house.pass());
    let ran = house.run(&["status", "--check"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    house.write_config(&[web.address()], "", "[alert]\npass = \"1ms\"\n");
    let ran = house.run(&["status", "--check"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.starts_with("no pass has ended for too long; the last one: "), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_tells_that_passes_end_no_more() {
    let hook = Web::start().await;
    hook.route("/hook", Answer::ok("ok"));
    let house = House::new(&[], &format!("[alert]\npass = \"100ms\"\nwebhook = \"{}\"\n", hook.url("/hook")));
    well(&house.run(&["run"]));
    hook.forget();
    let mut server = house.command(&["serve", "--listen", "127.0.0.1:0"]).spawn().expect("it starts");
    // No cron runs here: it must be told some time. The wait ends with the first message.
    for _ in 0..600 {
        if !hook.asked("/hook").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let messages = posted(&hook, "/hook");
    server.kill().expect("it runs");
    server.wait().expect("it ends");
    assert_eq!(told(&messages[0]), [["", "pass", "raised"].map(str::to_owned)]);
    assert_eq!(messages.len(), 1, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_pictures_are_told_through_the_whole_pipeline() {
    let web = Web::start().await;
    let text =
        "<p>The new bridge over the river was opened to traffic on Monday, and the first buses crossed it at noon.</p>";
    let page = move |asked: &support::web::Asked| {
        let number: usize = asked.path.rsplit('/').next().and_then(|part| part.parse().ok()).unwrap_or_default();
        let photo = if number < 30 {
            format!(
                "<figure><img src=\"/photo-{number}.jpg\" width=\"900\" height=\"600\"><figcaption>Photo: Ada Bell</figcaption></figure>"
            )
        } else {
            String::new()
        };
        let words = text.replace("Monday", &format!("day {number} of the month")).repeat(6);
        Answer::page(format!(
            "<html><body><article><h1>Report number {number} of it</h1>{photo}{words}</article></body></html>"
        ))
    };
    web.rule("/story/", page);
    let feed = |numbers: std::ops::Range<usize>| {
        let items: String = numbers
            .map(|n| {
                format!(
                    "<item><title>Report number {n} of it</title><link>{}</link></item>",
                    web.url(&format!("/story/{n}"))
                )
            })
            .collect();
        Answer::feed(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>"))
    };
    web.script("/feed", vec![feed(0..30), feed(25..40)]);
    let hook = Web::start().await;
    hook.route("/hook", Answer::ok("ok"));
    let source = format!("[[source]]\nname = \"s\"\nurl = \"{}\"\n", web.url("/feed"));
    let house = House::new(&[web.address()], &format!("{source}[alert]\nwebhook = \"{}\"\n", hook.url("/hook")));
    well(&house.pass());
    assert_eq!(posted(&hook, "/hook").len(), 0);
    well(&house.pass());
    let messages = posted(&hook, "/hook");
    assert_eq!(messages.iter().map(told).collect::<Vec<_>>(), [vec![["s", "pictures", "raised"].map(str::to_owned)]]);
    let status = house.run(&["status"]);
    assert!(status.stdout.contains("s: pictures for "), "{}", status.stdout);
}
