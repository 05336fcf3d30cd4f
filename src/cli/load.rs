//! feeds.toml from disk, its mistakes told.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::config;
use crate::model::settings::Settings;

/// The settings of a file, or every mistake in it, printed.
pub(crate) fn settings(path: &Path) -> Result<Settings, Exit> {
    let text = text(path)?;
    match config::read(&text, path, &|name| std::env::var(name).ok()) {
        Ok(reading) => {
            if !reading.warnings.is_empty() {
                eprintln!("{}", reading.warnings);
            }
            Ok(reading.settings)
        }
        Err(error) => {
            eprintln!("{error}");
            Err(Exit::Usage)
        }
    }
}

/// The words of a file; a missing one is answered with the command that makes it.
pub(crate) fn text(path: &Path) -> Result<String, Exit> {
    std::fs::read_to_string(path).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::NotFound => eprintln!(
                "feedatlas: {}: there is no such file; `feedatlas init` writes one, `--config FILE` names another",
                path.display()
            ),
            std::io::ErrorKind::InvalidData => eprintln!("feedatlas: {}: is not UTF-8 text", path.display()),
            _ => eprintln!("feedatlas: {}: {error}", path.display()),
        }
        Exit::Usage
    })
}
