//! feeds.toml in, settings out; or every mistake in it, each with its place and its cure.
