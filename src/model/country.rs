//! Countries: a code, a slug, names. Read once from `data/countries.toml`, which is inside the binary.
//!
//! A `Country` exists in that file; it cannot be made from anything else.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A country by its ISO 3166-1 code, or XP (Abkhazia) or XO (South Ossetia): `KP`, whose slug is `kndr`.
///
/// ```
/// use feedatlas::model::country::Country;
/// assert_eq!(Country::from_code("KP").unwrap().slug(), "kndr");
/// assert!(Country::from_code("kndr").is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// What `data/countries.toml` says of a country.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: String,
    slug: String,
    ru: String,
    en: String,
    /// Other slugs that people may try.
    #[serde(default)]
    also: Vec<String>,
    /// Has its own feeds without being asked for in feeds.toml.
    #[serde(default)]
    land: bool,
}

#[derive(Deserialize)]
struct File {
    country: Vec<Row>,
}

struct Table {
    rows: Vec<Row>,
    by_code: HashMap<[u8; 2], usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../data/countries.toml"))
        .expect("data/countries.toml is part of the program and is tested");
    let by_code = file.country.iter().enumerate().map(|(index, row)| (code_bytes(&row.code), index)).collect();
    Table { rows: file.country, by_code }
});

fn code_bytes(code: &str) -> [u8; 2] {
    let bytes = code.as_bytes();
    [bytes.first().copied().unwrap_or(b'?'), bytes.get(1).copied().unwrap_or(b'?')]
}

impl Country {
    /// The country of a code, in capitals.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let bytes = code_bytes(code);
        (code.len() == 2 && TABLE.by_code.contains_key(&bytes)).then_some(Self(bytes))
    }

    /// The country of a slug, or of another slug that people may try.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        let row = TABLE.rows.iter().find(|row| row.slug == slug || row.also.iter().any(|also| also == slug))?;
        Self::from_code(&row.code)
    }

    /// All of them, in the order of the file.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.rows.iter().map(|row| Self(code_bytes(&row.code)))
    }

    /// Those that have feeds of their own without being asked for.
    pub fn lands() -> impl Iterator<Item = Self> {
        TABLE.rows.iter().filter(|row| row.land).map(|row| Self(code_bytes(&row.code)))
    }

    fn row(self) -> &'static Row {
        &TABLE.rows[TABLE.by_code[&self.0]]
    }

    /// `KP`.
    #[must_use]
    pub fn code(self) -> &'static str {
        &self.row().code
    }

    /// `kndr`: the name of its files, unless feeds.toml renames it.
    #[must_use]
    pub fn slug(self) -> &'static str {
        &self.row().slug
    }

    /// Other slugs that people may try: `north-korea`.
    #[must_use]
    pub fn other_slugs(self) -> &'static [String] {
        &self.row().also
    }

    /// `КНДР`.
    #[must_use]
    pub fn name_ru(self) -> &'static str {
        &self.row().ru
    }

    /// `North Korea`.
    #[must_use]
    pub fn name_en(self) -> &'static str {
        &self.row().en
    }

    /// Whether it is one of the lands that have feeds by default.
    #[must_use]
    pub fn is_land(self) -> bool {
        self.row().land
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Country {
    type Error = String;
    fn try_from(code: String) -> Result<Self, String> {
        Self::from_code(&code).ok_or_else(|| format!("no country has the code `{code}`"))
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lands_are_51_and_every_slug_is_one_country_only() {
        assert_eq!(Country::lands().count(), 51);
        let mut slugs: Vec<&str> = Country::all().map(Country::slug).collect();
        slugs.extend(Country::all().flat_map(|country| country.other_slugs().iter().map(String::as_str)));
        let count = slugs.len();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), count);
    }
}
