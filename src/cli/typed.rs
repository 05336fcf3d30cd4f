//! Addresses as people type them.

use crate::cli::exit::Exit;
use crate::model::url::PageUrl;

/// An address as people type it: `https://` may be left out.
pub(crate) fn typed(text: &str) -> Result<PageUrl, Exit> {
    let text = text.strip_prefix("feed:").map_or(text, |rest| rest.trim_start_matches('/'));
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    PageUrl::parse(&whole).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Usage
    })
}
