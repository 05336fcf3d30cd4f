//! One pass: what is due is asked, read, routed, compared, stored, published.
//!
//! ```text
//! feeds.toml → Source                                                    config
//!   Source   → Fetched (Fresh(Document) | NotModified | Refused)         fetch    ← the only concurrent stage,
//!   Document → [Entry]                                                   parse      bounded per host and in all
//!   Entry    → Plan (Skip | Scrape | Refresh)                            pipeline::decide, pure
//!   Plan     → Document → Article { body, photos with credits, … }       fetch, extract
//!   Article  → Routed { article, countries: [Match] }                    route
//!   Routed   → Verdict (New | CopyOf), an update where it is known       dedup
//!   Verdict  → Batch → committed                                         store
//!   Cluster  → CountryFeed → /feeds/kndr.xml .atom .json                 publish → serve
//! ```
