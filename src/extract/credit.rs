//! Whose photograph is it? Reads the credit out of a caption as printed.
//!
//! Knows nothing of pages and does not guess: a caption without a credit has none.

use crate::extract::credit_label::{self, Hit};
use crate::extract::credit_name;
use crate::extract::credit_owner::{is_name, owners};
use crate::extract::credit_tail;
use crate::extract::credit_text::{folded, lines};
use crate::extract::credit_words::WORDS;
use crate::model::article::{Credit, CreditRole};

/// A caption taken apart: what it shows, and whom it is owed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caption {
    /// What the picture shows, without the credit.
    pub text: Option<String>,
    /// Whom it is owed to.
    pub credit: Option<Credit>,
}

/// A caption longer than this is a text, in bytes; its end alone is looked at.
const CAPTION_BYTES_MAX: usize = 2000;

/// Takes a caption apart. `language` decides only between readings that several languages share.
///
/// ```
/// use feedatlas::extract::credit::caption;
/// let read = caption("Змеи над озером. Фото: Б. Пример / Пример-Пресс", Some("ru"));
/// assert_eq!(read.text.as_deref(), Some("Змеи над озером."));
/// assert_eq!(read.credit.unwrap().name, "Б. Пример / Пример-Пресс");
/// assert!(caption("Фото на память: участники у сцены", None).credit.is_none());
/// ```
#[must_use]
pub fn caption(printed: &str, language: Option<&str>) -> Caption {
    let printed = without_notice(lines(printed));
    match find(&printed, language) {
        Some(hit) => taken_apart(&printed, hit),
        None => Caption { text: sentence(&printed), credit: None },
    }
}

/// Reads a text that stands where only credits stand: a label is not needed, a caption is not expected.
///
/// For elements and attributes that a page itself calls credit, copyright or source.
#[must_use]
pub(crate) fn owner(printed: &str) -> Option<Credit> {
    let printed = without_notice(lines(printed));
    let fold = folded(&printed);
    // A label alone: its name stands in another element.
    if WORDS.find(&fold).first().is_some_and(|word| word.start == 0 && fold.is_end(word.end) && word.meaning.label) {
        return None;
    }
    let labelled = credit_label::before(&printed, &fold).or_else(|| credit_label::after(&printed, &fold, None));
    if let Some(hit) = labelled {
        return taken_apart(&printed, hit).credit;
    }
    // Of a text with line breaks the element holds more than a credit.
    let whole = credit_name::clean(&printed, CreditRole::Photographer)
        .filter(|(name, _)| !printed.contains('\n') && is_name(name, 1));
    match whole {
        Some((name, role)) => Some(Credit { role: told(&name, role), raw: printed, name }),
        None => find(&printed, None).and_then(|hit| taken_apart(&printed, hit).credit),
    }
}

fn find(printed: &str, language: Option<&str>) -> Option<Hit> {
    // Of a text too long for a caption the end alone is looked at.
    let from = printed.len().saturating_sub(CAPTION_BYTES_MAX);
    let from = (from..=printed.len()).find(|at| printed.is_char_boundary(*at))?;
    let hit = find_in(&printed[from..], language)?;
    Some(Hit { start: hit.start + from, end: hit.end + from, ..hit })
}

/// The readers in the order in which they are believed.
fn find_in(text: &str, language: Option<&str>) -> Option<Hit> {
    let fold = folded(text);
    credit_label::before(text, &fold)
        .or_else(|| credit_label::after(text, &fold, language))
        .or_else(|| credit_tail::equals(text))
        .or_else(|| credit_tail::tail(text))
        .or_else(|| credit_tail::bracket(text))
        .or_else(|| credit_tail::first_line(text))
        .or_else(|| credit_tail::whole(text))
}

/// Without what follows a credit and is no part of it: notices of agencies, buttons.
fn without_notice(mut printed: String) -> String {
    if let Some(at) = WORDS.notice(&folded(&printed)) {
        let at = folded(&printed).printed(at);
        printed.truncate(at);
        printed.truncate(printed.trim_end_matches([' ', '\n', '(', '[']).len());
    }
    printed
}

fn taken_apart(printed: &str, hit: Hit) -> Caption {
    let (before, after) = (&printed[..hit.start], printed.get(hit.end..).unwrap_or_default());
    let before = before.trim_end_matches([
        ' ', '\n', '|', '/', '—', '–', '-', '＝', '=', ',', '、', '，', '،', '(', '[', '©', '·', '•', '*', ':', '：',
    ]);
    let after = after.trim_start_matches([' ', '\n', '.', ';', ',', '|', ')', ']', '）', '。']);
    let fold = folded(after);
    let others = WORDS.find(&fold).first().is_some_and(|word| word.start == 0 && word.meaning.other);
    let text = if after.is_empty() || others { before.to_owned() } else { format!("{before} {after}") };
    let raw = printed[hit.start..hit.end].trim_matches([' ', '\n', '|', '/', '—', '–', '＝', '=', '·', '•']);
    let raw = raw
        .strip_prefix(['(', '（', '[', '［', '【'])
        .and_then(|raw| raw.strip_suffix([')', '）', ']', '］', '】']))
        .unwrap_or(raw)
        .trim();
    let role = told(&hit.name, hit.role);
    Caption { text: sentence(&text), credit: Some(Credit { raw: raw.to_owned(), name: hit.name, role }) }
}

/// A caption's own text, if any word is left.
fn sentence(text: &str) -> Option<String> {
    let text = text.replace('\n', " ");
    let text = text.trim();
    text.chars().any(char::is_alphanumeric).then(|| text.to_owned())
}

/// What a name says of itself where its label said nothing.
fn told(name: &str, role: CreditRole) -> CreditRole {
    const PROVIDED: [&str; 8] =
        ["handout", "courtesy", "предоставлен", "cung cấp", "divulgação", "cortesía", "ihsan", "提供"];
    const ARCHIVE: [&str; 7] = ["архив", "archive", "archiv", "archivo", "arsip", "arkiv", "архів"];
    const SCREEN: [&str; 6] = ["screenshot", "screengrab", "скриншот", "стоп-кадр", "캡처", "reprodução"];
    const GENERATED: [&str; 6] = ["midjourney", "dall-e", "chatgpt", "ki-generiert", "ai-generated", "нейросет"];
    if role != CreditRole::Photographer {
        return role;
    }
    let fold = folded(name);
    let says = |words: &[&str]| words.iter().any(|word| fold.as_str().contains(word));
    match () {
        () if says(&GENERATED) => CreditRole::Generated,
        () if says(&SCREEN) => CreditRole::Screenshot,
        () if says(&PROVIDED) => CreditRole::Provider,
        () if owners(name).is_impersonal() => CreditRole::Agency,
        () if says(&ARCHIVE) => CreditRole::Archive,
        () => CreditRole::Photographer,
    }
}
