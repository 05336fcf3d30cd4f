//! The languages in which the published pages speak to people. Articles keep their own.
//!
//! Both texts stand side by side where they are used, so neither can be forgotten: `language.say("Поиск", "Search")`.

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Russian: the language of the first newsroom, and the default.
    #[default]
    Russian,
    /// English.
    English,
}

impl Language {
    /// The language of a tag, `ru` or `en`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        [Self::Russian, Self::English].into_iter().find(|language| language.tag() == tag)
    }

    /// Its tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.say("ru", "en")
    }

    /// What it is called in itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.say("Русский", "English")
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Russian => Self::English,
            Self::English => Self::Russian,
        }
    }

    /// The one of two that is in this language.
    #[must_use]
    pub fn say<T>(self, russian: T, english: T) -> T {
        match self {
            Self::Russian => russian,
            Self::English => english,
        }
    }

    /// A number with its noun: in Russian for 1, for 2 to 4 and for 5; in English for 1 and for all others.
    ///
    /// ```
    /// use feedatlas::model::language::Language;
    /// let articles = |count| Language::Russian.count(count, ["статья", "статьи", "статей"], ["article", "articles"]);
    /// assert_eq!(articles(21), "21 статья");
    /// assert_eq!(articles(112), "112 статей");
    /// ```
    #[must_use]
    pub fn count(self, count: u64, russian: [&str; 3], english: [&str; 2]) -> String {
        let noun = match self {
            Self::Russian => russian[russian_form(count)],
            Self::English => english[usize::from(count != 1)],
        };
        format!("{count} {noun}")
    }
}

/// Which of three forms a Russian noun takes beside a number.
fn russian_form(count: u64) -> usize {
    match (count % 100, count % 10) {
        (11..=14, _) => 2,
        (_, 1) => 0,
        (_, 2..=4) => 1,
        _ => 2,
    }
}
