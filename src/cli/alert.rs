//! Tells an operator unasked, as `[alert]` says: by a command, by a webhook, and by a ping after every pass that ended.
//!
//! After a pass, never in it, and within a deadline. What is told is remembered in the store: once when it becomes wrong, once when it is
//! over. A message that reached nobody is told on standard error, and sent again after the next pass.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::fetch::messenger::Messenger;
use crate::model::cluster::Batch;
use crate::model::fault::with_causes;
use crate::model::settings::{Alert, Settings};
use crate::model::source::{Source, SourceState};
use crate::pipeline::alarm::{self, Change};
use crate::pipeline::worker::Worker;
use crate::publish::status::{PATH, StatusFile};
use crate::store::error::StoreError;

/// Alarms that one message spells out; of more, it says how many there are.
const TOLD_MAX: usize = 50;

/// How often the time of the last pass is looked at.
const LOOK: Duration = Duration::from_mins(1);

/// A pass over all sources ended: who waits for that is pinged, and what changed with the sources is told.
pub(crate) async fn after_pass(worker: &Worker, now: Timestamp) -> Result<(), StoreError> {
    let alert = &worker.settings.alert;
    let Some(teller) = Teller::new(&worker.settings) else { return Ok(()) };
    let (told, ()) = tokio::join!(tell_changes(worker, &teller, now), teller.ping(alert));
    told
}

/// Tells what changed, if enough time has passed since the last message, and remembers it once it arrived.
async fn tell_changes(worker: &Worker, teller: &Teller<'_>, now: Timestamp) -> Result<(), StoreError> {
    if !worker.settings.alert.has_ears() {
        return Ok(());
    }
    let mut last = None;
    let mut sources: Vec<(&Source, SourceState, Vec<Change>)> = Vec::new();
    for source in &worker.settings.sources {
        let state = worker.store.source(&source.name).await?;
        last = last.max(state.learned.told_at);
        let changes = alarm::changes(&state, &worker.settings.alert, now);
        if !changes.is_empty() {
            sources.push((source, state, changes));
        }
    }
    if sources.is_empty() || !alarm::may_tell(last, &worker.settings.alert, now) {
        return Ok(());
    }
    let alerts: Vec<Told> = sources
        .iter()
        .flat_map(|(source, _, changes)| changes.iter().map(|change| Told::of_source(source, change)))
        .collect();
    if !teller.tell(&alerts, now).await {
        return Ok(());
    }
    for (source, mut state, changes) in sources {
        alarm::told(&mut state, &changes, now);
        worker.store.commit(Batch::of(source.name.clone(), state)).await?;
    }
    Ok(())
}

/// Tells, beside a server, that no pass has ended for too long, and that one has again: once each.
///
/// A server cannot tell that it is down itself: for that there are `ping` and `status --check`.
pub(crate) async fn watch_passes(settings: &Settings, stop: &CancellationToken) {
    let alert = &settings.alert;
    let Some(teller) = Teller::new(settings).filter(|_| alert.has_ears()) else { return };
    let started = Timestamp::now();
    let mut is_told = false;
    while !stop.is_cancelled() {
        let passed = last_pass(&settings.publish.to);
        let now = Timestamp::now();
        // A server that was just started gives the first pass its time.
        let is_late = overdue(alert, Some(passed.unwrap_or(started).max(started)), now);
        if is_late != is_told {
            let told = Told::of_passes(alert, passed, is_late, now);
            if teller.tell(&[told], now).await {
                is_told = is_late;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK.min(alert.pass)) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// When the last pass ended, as it is published.
fn last_pass(published: &Path) -> Option<Timestamp> {
    let bytes = std::fs::read(published.join(PATH)).ok()?;
    serde_json::from_slice::<StatusFile>(&bytes).ok()?.passed
}

/// Whether no pass has ended for too long.
pub(crate) fn overdue(alert: &Alert, passed: Option<Timestamp>, now: Timestamp) -> bool {
    let allowed = jiff::SignedDuration::try_from(alert.pass).unwrap_or(jiff::SignedDuration::MAX);
    passed.is_none_or(|passed| now.duration_since(passed) > allowed)
}

/// One thing that is told.
#[derive(Debug)]
struct Told {
    words: String,
    json: Value,
}

impl Told {
    fn of_source(source: &Source, change: &Change) -> Self {
        let Change { alarm, is_over, cure } = change;
        let state = if *is_over { "over" } else { "raised" };
        let kind = alarm.kind.as_str();
        let words = if *is_over {
            format!("{}: no longer {kind}: {}", source.name, alarm.words)
        } else {
            format!("{}: {kind} since {}: {}", source.name, minute(alarm.since), alarm.words)
        };
        let json = json!({
            "kind": kind, "state": state, "source": source.name.as_str(), "url": source.url.as_str(),
            "since": alarm.since, "words": alarm.words, "cure": cure,
        });
        Self { words, json }
    }

    fn of_passes(alert: &Alert, passed: Option<Timestamp>, is_late: bool, now: Timestamp) -> Self {
        let last =
            passed.map_or_else(|| "there was none yet".to_owned(), |at| format!("the last one at {}", minute(at)));
        let allowed = jiff::SignedDuration::try_from(alert.pass).unwrap_or_default();
        let words = if is_late {
            format!("no pass has ended for {allowed:#}: {last}")
        } else {
            format!("passes end again: {last}")
        };
        let state = if is_late { "raised" } else { "over" };
        let cure = is_late.then_some("look whether cron or `serve --work` still runs, and what `feedatlas run` says");
        let json = json!({
            "kind": "pass", "state": state, "source": null, "url": null,
            "since": passed.unwrap_or(now), "words": words, "cure": cure,
        });
        Self { words, json }
    }
}

/// `2026-03-02 10:00 UTC`.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Who tells.
struct Teller<'a> {
    alert: &'a Alert,
    messenger: Messenger,
}

impl<'a> Teller<'a> {
    /// None where nobody is to be told.
    fn new(settings: &'a Settings) -> Option<Self> {
        let alert = &settings.alert;
        if !alert.has_ears() && alert.ping.is_none() {
            return None;
        }
        match Messenger::new(&settings.worker, &settings.network, alert.deadline) {
            Ok(messenger) => Some(Self { alert, messenger }),
            Err(error) => {
                say!("feedatlas: nobody can be told: {error}");
                None
            }
        }
    }

    async fn ping(&self, alert: &Alert) {
        let Some(url) = &alert.ping else { return };
        if let Err(error) = self.messenger.ping(url).await {
            say!("feedatlas: [alert] ping did not arrive: {}", with_causes(&error));
        }
    }

    /// One message by every way there is; whether it arrived by one of them.
    async fn tell(&self, alerts: &[Told], now: Timestamp) -> bool {
        let text = text(alerts);
        let listed: Vec<&Value> = alerts.iter().take(TOLD_MAX).map(|told| &told.json).collect();
        let message = json!({
            "program": concat!("feedatlas ", env!("CARGO_PKG_VERSION")), "at": now, "text": text,
            "count": alerts.len(), "alerts": listed,
        });
        let message = message.to_string();
        let (posted, started) = tokio::join!(self.post(&message), self.start(&message, &text, alerts.len()));
        posted || started
    }

    async fn post(&self, message: &str) -> bool {
        let Some(url) = &self.alert.webhook else { return false };
        let posted = self.messenger.post(url, message.to_owned()).await;
        if let Err(error) = &posted {
            say!("feedatlas: [alert] webhook could not be told: {}", with_causes(error));
        }
        posted.is_ok()
    }

    async fn start(&self, message: &str, text: &str, count: usize) -> bool {
        let [program, arguments @ ..] = self.alert.command.as_slice() else { return false };
        let mut command = Command::new(program);
        command.args(arguments).env("FEEDATLAS_ALERT", text).env("FEEDATLAS_ALERTS", count.to_string());
        // What it prints is no part of a report on standard output. It is ended with its time.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true);
        let ended = tokio::time::timeout(self.alert.deadline, ran(command, message)).await;
        let wrong = match ended {
            Ok(Ok(status)) if status.success() => return true,
            Ok(Ok(status)) => format!("it ended with {status}"),
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                let deadline = jiff::SignedDuration::try_from(self.alert.deadline).unwrap_or_default();
                format!("it had not ended after {deadline:#}")
            }
        };
        say!("feedatlas: [alert] command `{program}` could not tell: {wrong}");
        false
    }
}

/// Runs a program that may read a message.
async fn ran(mut command: Command, message: &str) -> std::io::Result<std::process::ExitStatus> {
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read is no failure: the message is in its environment too.
        let _ = input.write_all(message.as_bytes()).await;
    }
    child.wait().await
}

/// A line for each alert, the first of them as many as anybody reads.
fn text(alerts: &[Told]) -> String {
    let mut lines: Vec<&str> = alerts.iter().take(TOLD_MAX).map(|told| told.words.as_str()).collect();
    let more = format!("and {} more: `feedatlas status` has them", alerts.len().saturating_sub(TOLD_MAX));
    if alerts.len() > TOLD_MAX {
        lines.push(&more);
    }
    lines.join("\n")
}
