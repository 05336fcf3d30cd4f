//! The words of class names, ids and file names: `article__body`, `storyBody`, `photo-credit`, `AdSlot2`.
//!
//! Read for every element of every page, so nothing is allocated for a word: it is a slice of the small-lettered name.

/// Names in small letters, with the original beside them: where a capital follows a small letter a word begins.
pub(super) struct Names<'a> {
    original: &'a [u8],
    small: String,
}

impl<'a> Names<'a> {
    /// The names of an attribute, or of one class.
    pub(super) fn of(names: &'a str) -> Self {
        Self { original: names.as_bytes(), small: names.to_ascii_lowercase() }
    }

    /// The words, parted by what `is_part` refuses and before a capital that follows a small letter.
    ///
    /// Letters outside ASCII are parts of words whatever `is_part` says, so that no word ends inside a character.
    pub(super) fn words(&self, is_part: fn(u8) -> bool) -> impl Iterator<Item = &str> {
        let part = move |byte: u8| !byte.is_ascii() || is_part(byte);
        let mut at = 0;
        std::iter::from_fn(move || {
            at += self.original[at..].iter().take_while(|byte| !part(**byte)).count();
            let start = at;
            while at < self.original.len() && part(self.original[at]) && (at == start || !self.turns(at)) {
                at += 1;
            }
            (start < at).then(|| &self.small[start..at])
        })
    }

    /// Whether a capital stands there behind a small letter.
    fn turns(&self, at: usize) -> bool {
        self.original[at].is_ascii_uppercase() && self.original[at - 1].is_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_signs_and_before_capitals() {
        let words =
            |names| Names::of(names).words(|byte| byte.is_ascii_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words("article__body storyBody AdSlot2"), ["article", "body", "story", "body", "ad", "slot2"]);
        assert_eq!(words("crédit-Фото"), ["crédit", "Фото"]);
        assert_eq!(words("-_ "), Vec::<String>::new());
    }
}
