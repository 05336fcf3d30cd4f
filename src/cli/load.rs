//! feeds.toml from disk, its mistakes told.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::config;
use crate::extract::site_rules;
use crate::model::settings::Settings;

/// The settings of a file, or every mistake in it, printed.
pub(crate) fn settings(path: &Path) -> Result<Settings, Exit> {
    let text = text(path)?;
    match config::read(&text, path, &|name| std::env::var(name).ok()) {
        Ok(reading) => {
            if !reading.warnings.is_empty() {
                say!("{}", reading.warnings);
            }
            site_rules(&reading.settings)?;
            Ok(reading.settings)
        }
        Err(error) => {
            say!("{error}");
            Err(Exit::Usage)
        }
    }
}

/// The settings of feeds.toml; those of an empty one where there is none.
pub(crate) fn settings_or_defaults(config: &Path) -> Result<Settings, Exit> {
    if config.exists() {
        return settings(config);
    }
    config::read("", config, &|_| None).map(|reading| reading.settings).map_err(|error| {
        say!("{error}");
        Exit::Usage
    })
}

/// The operator's folder of rules of sites, where feeds.toml names one.
fn site_rules(settings: &Settings) -> Result<(), Exit> {
    let Some(folder) = &settings.worker.site_rules else { return Ok(()) };
    site_rules::take_folder(folder).map(drop).map_err(|error| {
        say!(
            "feedatlas: {}: {error}; [worker] site_rules names a folder of `<host>.txt` files, or is left out",
            folder.display()
        );
        Exit::Usage
    })
}

/// The words of a file; a missing one is answered with the command that makes it.
pub(crate) fn text(path: &Path) -> Result<String, Exit> {
    std::fs::read_to_string(path).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::NotFound => say!(
                "feedatlas: {}: there is no such file; `feedatlas init` writes one, `--config FILE` names another",
                path.display()
            ),
            std::io::ErrorKind::InvalidData => say!("feedatlas: {}: is not UTF-8 text", path.display()),
            _ => say!("feedatlas: {}: {error}", path.display()),
        }
        Exit::Usage
    })
}
