//! The language of an article: the page's word, unless its letters contradict it; then the source's; then a guess.

use whatlang::{Lang, Script};

/// Characters that are looked at; more do not change the answer.
const SAMPLE_CHARS: usize = 1_500;

/// Two-letter codes; whatlang knows a language by three letters.
const SHORT: &[(Lang, &str)] = &[
    (Lang::Afr, "af"),
    (Lang::Aka, "ak"),
    (Lang::Amh, "am"),
    (Lang::Ara, "ar"),
    (Lang::Aze, "az"),
    (Lang::Bel, "be"),
    (Lang::Ben, "bn"),
    (Lang::Bul, "bg"),
    (Lang::Cat, "ca"),
    (Lang::Ces, "cs"),
    (Lang::Cmn, "zh"),
    (Lang::Cym, "cy"),
    (Lang::Dan, "da"),
    (Lang::Deu, "de"),
    (Lang::Ell, "el"),
    (Lang::Eng, "en"),
    (Lang::Epo, "eo"),
    (Lang::Est, "et"),
    (Lang::Fin, "fi"),
    (Lang::Fra, "fr"),
    (Lang::Guj, "gu"),
    (Lang::Heb, "he"),
    (Lang::Hin, "hi"),
    (Lang::Hrv, "hr"),
    (Lang::Hun, "hu"),
    (Lang::Hye, "hy"),
    (Lang::Ind, "id"),
    (Lang::Ita, "it"),
    (Lang::Jav, "jv"),
    (Lang::Jpn, "ja"),
    (Lang::Kan, "kn"),
    (Lang::Kat, "ka"),
    (Lang::Khm, "km"),
    (Lang::Kor, "ko"),
    (Lang::Lat, "la"),
    (Lang::Lav, "lv"),
    (Lang::Lit, "lt"),
    (Lang::Mal, "ml"),
    (Lang::Mar, "mr"),
    (Lang::Mkd, "mk"),
    (Lang::Mya, "my"),
    (Lang::Nep, "ne"),
    (Lang::Nld, "nl"),
    (Lang::Nob, "no"),
    (Lang::Ori, "or"),
    (Lang::Pan, "pa"),
    (Lang::Pes, "fa"),
    (Lang::Pol, "pl"),
    (Lang::Por, "pt"),
    (Lang::Ron, "ro"),
    (Lang::Rus, "ru"),
    (Lang::Sin, "si"),
    (Lang::Slk, "sk"),
    (Lang::Slv, "sl"),
    (Lang::Sna, "sn"),
    (Lang::Spa, "es"),
    (Lang::Srp, "sr"),
    (Lang::Swe, "sv"),
    (Lang::Tam, "ta"),
    (Lang::Tel, "te"),
    (Lang::Tgl, "tl"),
    (Lang::Tha, "th"),
    (Lang::Tuk, "tk"),
    (Lang::Tur, "tr"),
    (Lang::Ukr, "uk"),
    (Lang::Urd, "ur"),
    (Lang::Uzb, "uz"),
    (Lang::Vie, "vi"),
    (Lang::Yid, "yi"),
    (Lang::Zul, "zu"),
];

/// The language of a text, BCP 47, small. `declared` is the page's word, `hint` the source's.
pub(super) fn language(declared: &[&str], hint: Option<&str>, text: &str) -> Option<String> {
    let sample: String = text.chars().take(SAMPLE_CHARS).collect();
    let script = whatlang::detect_script(&sample);
    let fits = |tag: &String| script.is_none_or(|script| may_be_written(tag, script));
    let said = declared.iter().copied().chain(hint).filter_map(tag);
    said.into_iter().find(fits).or_else(|| guess(&sample))
}

fn guess(sample: &str) -> Option<String> {
    let info = whatlang::detect(sample)?;
    if !info.is_reliable() {
        return None;
    }
    SHORT.iter().find(|(lang, _)| *lang == info.lang()).map(|(_, code)| (*code).to_owned())
}

/// `ru-RU` → `ru`; Chinese keeps its script.
fn tag(said: &str) -> Option<String> {
    let said = said.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = said.split('-');
    let primary =
        parts.next().filter(|part| matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_alphabetic()))?;
    match parts.next() {
        Some("tw" | "hk" | "mo" | "hant") if primary == "zh" => Some("zh-hant".to_owned()),
        _ => Some(primary.to_owned()),
    }
}

/// Whether a language may be written in that script. Many pages say `en` and are not.
fn may_be_written(tag: &str, script: Script) -> bool {
    match tag.split('-').next().unwrap_or(tag) {
        "en" | "de" | "fr" | "es" | "it" | "pt" | "nl" | "pl" | "cs" | "sv" | "da" | "no" | "nb" | "fi" | "tr"
        | "vi" | "id" | "ms" | "tl" | "fil" | "ro" | "hu" | "lt" | "lv" | "et" => script == Script::Latin,
        "ru" | "uk" | "be" | "bg" | "mk" | "tg" | "ky" => script == Script::Cyrillic,
        "ar" | "fa" | "ur" | "ps" | "ckb" => script == Script::Arabic,
        "he" => script == Script::Hebrew,
        "hi" | "ne" | "mr" => script == Script::Devanagari,
        "bn" => script == Script::Bengali,
        "th" => script == Script::Thai,
        "ka" => script == Script::Georgian,
        "hy" => script == Script::Armenian,
        "ko" => script == Script::Hangul,
        "zh" => script == Script::Mandarin,
        "ja" => matches!(script, Script::Hiragana | Script::Katakana | Script::Mandarin),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_is_guessed_has_a_code() {
        for lang in Lang::all() {
            assert!(SHORT.iter().any(|(known, _)| known == lang), "{lang}");
        }
    }

    #[test]
    fn a_template_that_says_english_is_not_believed_of_russian() {
        let text = "Министр прибыл в столицу с официальным визитом и провёл переговоры.";
        assert_eq!(language(&["en"], None, text).as_deref(), Some("ru"));
        assert_eq!(language(&["ru-RU"], None, text).as_deref(), Some("ru"));
        assert_eq!(language(&[], Some("ru"), text).as_deref(), Some("ru"));
    }

    #[test]
    fn chinese_keeps_its_script() {
        assert_eq!(language(&["zh-TW"], None, "會議在北京舉行").as_deref(), Some("zh-hant"));
    }
}
