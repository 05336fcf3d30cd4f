//! `feedatlas check`: every mistake of feeds.toml.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::load;

pub(crate) fn run(config: &Path) -> Exit {
    match load::settings(config) {
        Ok(settings) => {
            let countries = settings.countries.iter().filter(|country| country.enabled).count();
            println!(
                "{}: {} sources, {countries} countries with feeds; no mistakes",
                config.display(),
                settings.sources.len()
            );
            Exit::Done
        }
        Err(exit) => exit,
    }
}
