//! feedatlas reads many news sources and republishes one feed per country, with whole articles and their photographers named.
//!
//! The modules, in the order in which an article passes them; every import points down (`docs/ARCHITECTURE.md`).

/// 4: the commands; builds concrete things, reads clock, environment, signals.
pub mod cli;

/// 3: one pass, from source to published feed.
pub mod pipeline;
/// 3: HTTP out, from the published folder alone.
pub mod serve;

/// 2: feeds.toml in, every mistake with its place and its cure.
pub mod config;
/// 2: which articles are copies of one text.
pub mod dedup;
/// 2: an entry and its page in, an article out: body, photos with credits, dates, language.
pub mod extract;
/// 2: an address in, a document out; guarded, paced, bounded.
pub mod fetch;
/// 2: a document in, its entries out.
pub mod parse;
/// 2: clusters in, files out: RSS, Atom, JSON Feed, OPML, pages.
pub mod publish;
/// 2: an article in, its countries out, with reasons.
pub mod route;
/// 2: what is remembered; nothing acknowledged is lost.
pub mod store;
/// 2: what hubs and we say to each other, so that a change is known at once.
pub mod websub;

/// 1: the words of the house.
pub mod model;

/// 0: bytes to text.
pub mod charset;
/// 0: dates as machines and as sites print them.
pub mod date;
/// 0: HTML as a bounded tree, selectors, plain text.
pub mod html;
/// 0: letters only.
pub mod text;
