//! `feedatlas store compact` and `store remove`: what an operator changes in a store by hand.

use jiff::Timestamp;

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::run;
use crate::cli::watch::Screen;
use crate::model::settings::Settings;
use crate::model::url::PageUrl;
use crate::pipeline::takedown::{self, Named};
use crate::store;

pub(crate) fn compact(settings: &Settings) -> Result<(), Exit> {
    const MIB: u64 = 1024 * 1024;
    let (compacted, notes) = store::compact(&settings.store).map_err(|error| build::told(&error))?;
    for note in notes {
        say!("feedatlas: {note}");
    }
    let (before, after) = (compacted.before_bytes.div_ceil(MIB), compacted.after_bytes.div_ceil(MIB));
    say!("{} articles written anew: {before} MiB before, {after} MiB now", compacted.articles);
    Ok(())
}

pub(crate) fn remove(settings: Settings, link: &str) -> Result<(), Exit> {
    let named = match (link.parse(), PageUrl::parse(link)) {
        (Ok(id), _) => Named::Article(id),
        (_, Ok(link)) => Named::Link(link),
        (Err(_), Err(error)) => {
            say!("feedatlas: `{link}` is neither an address ({error}) nor a guid (urn:uuid:…)");
            return Err(Exit::Usage);
        }
    };
    // The bodies of a folder stay on disk until it is written anew; those of a database go with their rows.
    let bodies = if settings.store.shared.is_some() { "" } else { "; their bodies go with `store compact`" };
    let runtime = build::runtime()?;
    let worker = build::worker(settings)?;
    let taken = build::block_on(runtime, async {
        let screen = Screen::new(false);
        let taken = takedown::take_down(&worker, &named, Timestamp::now(), &screen).await;
        screen.end();
        taken
    });
    match taken.map_err(|error| run::told(&error.into()))? {
        None => {
            say!("feedatlas: no article with the guid `{link}` is kept; name it by its address");
            Err(Exit::Usage)
        }
        Some(takedown) if takedown.ids.is_empty() => {
            say!("{} is not kept; it will never be fetched", takedown.link);
            Ok(())
        }
        Some(takedown) => {
            let (count, link) = (takedown.ids.len(), takedown.link);
            say!("{count} articles of {link} are taken down, and never fetched again{bodies}");
            Ok(())
        }
    }
}
