//! The man page and the completions are those of the command line as it is.
//!
//! `UPDATE=1 cargo test --test man` writes the page anew.

use std::process::Command;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/man/feedatlas.1");
const PROGRAM: &str = env!("CARGO_BIN_EXE_feedatlas");

/// One page for all commands: the head, the options of all, then each command with its own.
fn page() -> String {
    let mut root = feedatlas::cli::command().term_width(0).disable_help_subcommand(true);
    root.build();
    let man = Man::new(root.clone()).date("").source(format!("feedatlas {}", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page).expect("a Vec takes everything");
    man.render_name_section(&mut page).expect("a Vec takes everything");
    man.render_synopsis_section(&mut page).expect("a Vec takes everything");
    man.render_description_section(&mut page).expect("a Vec takes everything");
    man.render_options_section(&mut page).expect("a Vec takes everything");
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    commands(&root, "feedatlas", &mut roff);
    roff.control("SH", ["EXIT STATUS AND ENVIRONMENT"]);
    lines(&root.get_after_help().map(ToString::to_string).unwrap_or_default(), &mut roff);
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman("docs/TUTORIAL.md, docs/OPERATING.md, docs/FEEDS_TOML.md")]);
    page.extend(roff.render().into_bytes());
    String::from_utf8(page).expect("a page is text")
}

fn commands(command: &clap::Command, path: &str, roff: &mut Roff) {
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let path = format!("{path} {}", below.get_name());
        let usage = below.clone().render_usage().to_string();
        roff.control("SS", [path.as_str()]);
        roff.text([roman(usage.trim_start_matches("Usage: ").to_owned())]);
        roff.control("PP", []);
        let about = below.get_long_about().or(below.get_about()).map(ToString::to_string).unwrap_or_default();
        roff.text([roman(about)]);
        for argument in
            below.get_arguments().filter(|argument| !argument.is_global_set() && argument.get_id() != "help")
        {
            let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
            roff.control("TP", []);
            roff.text([bold(argument.to_string())]);
            roff.text([roman(help)]);
        }
        if let Some(words) = below.get_after_long_help() {
            roff.control("PP", []);
            lines(&words.to_string(), roff);
        }
        commands(below, &path, roff);
    }
}

/// Lines that stay lines.
fn lines(text: &str, roff: &mut Roff) {
    roff.control("nf", []);
    for line in text.lines() {
        roff.text([roman(line.to_owned())]);
    }
    roff.control("fi", []);
}

#[test]
fn the_man_page_is_that_of_the_command_line() {
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &page).expect("the page can be written");
    }
    assert_eq!(std::fs::read_to_string(PAGE).unwrap_or_default(), page, "UPDATE=1 writes it anew");
    let printed = Command::new(PROGRAM).arg("man").output().expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&printed.stdout), page);
}

#[test]
fn every_command_says_what_it_is_for_and_so_does_every_option() {
    fn look(command: &clap::Command) {
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            assert!(below.get_about().is_some(), "{}", below.get_name());
            for argument in below.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", below.get_name(), argument.get_id());
            }
            look(below);
        }
    }
    look(&feedatlas::cli::command());
}

#[test]
fn each_shell_gets_completions_that_it_can_read() {
    for (shell, check) in
        [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"]), ("powershell", &[]), ("elvish", &[])]
    {
        let script = Command::new(PROGRAM).args(["completions", shell]).output().expect("the program starts");
        assert!(script.status.success());
        let text = String::from_utf8_lossy(&script.stdout);
        for word in ["sources", "opml", "--force", "status"] {
            assert!(text.contains(word) || text.contains(word.trim_start_matches('-')), "{shell}: no {word}");
        }
        if check.is_empty() {
            continue;
        }
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), &script.stdout).expect("it can be written");
        match Command::new(shell).args(check).arg(file.path()).output() {
            Ok(read) => assert!(read.status.success(), "{shell}: {}", String::from_utf8_lossy(&read.stderr)),
            Err(_) => eprintln!("skipped: there is no {shell} to read its completions"),
        }
    }
}
