//! Pages that are no article though they were answered with success: gates, soft 404s, walls, files of another kind.
//!
//! Decided after the page was read: a gate has next to no text, so a long text about «404» is never refused.

use crate::extract::consent;
use crate::extract::facts::Facts;
use crate::extract::ld;
use crate::text::fold::fold;
use crate::text::letter::is_letter;

/// Letters below which a page may be a gate or an error page.
const SHORT_LETTERS: usize = 900;

/// Letters below which nothing but a teaser was shown.
const TEASER_LETTERS: usize = 120;

/// Bytes of a page in which its first tag must stand.
const OPENING_BYTES: usize = 4096;

/// What a page is instead of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instead {
    /// A gate for browsers: a riddle, a check.
    Challenge,
    /// «Page not found», answered with success.
    Missing,
    /// A question about cookies.
    Consent,
    /// For subscribers, with nothing shown.
    Wall,
}

/// Marks that gates of the large makers leave in their pages.
const GATE_MARKS: &[&str] = &[
    "/cdn-cgi/challenge-platform/",
    "cf-chl-",
    "_Incapsula_Resource",
    "captcha-delivery.com",
    "px-captcha",
    "sucuri_cloudproxy_js",
    "ddos-guard.net",
    "awsWafCookieDomainList",
    "kpsdk",
    "__qrator",
];

/// Headlines of gates.
const GATE_TITLES: &[&str] = &[
    "just a moment",
    "attention required",
    "checking your browser",
    "please wait",
    "security check",
    "are you a robot",
    "are you human",
    "verify you are human",
    "verifying you are human",
    "access denied",
    "pardon our interruption",
    "один момент",
    "проверка браузера",
    "доступ запрещен",
    "доступ ограничен",
    "вы не робот",
    "bot verification",
];

/// Headlines of error pages, in the languages of the lands.
const MISSING_TITLES: &[&str] = &[
    "404",
    "not found",
    "page not found",
    "page unavailable",
    "does not exist",
    "no longer available",
    "страница не найдена",
    "не найдено",
    "не существует",
    "сторінку не знайдено",
    "бет табылмады",
    "sahifa topilmadi",
    "səhifə tapılmadı",
    "sayfa bulunamadı",
    "էջը չի գտնվել",
    "გვერდი ვერ მოიძებნა",
    "صفحه یافت نشد",
    "الصفحة غير موجودة",
    "لم يتم العثور",
    "הדף לא נמצא",
    "halaman tidak ditemukan",
    "không tìm thấy",
    "ไม่พบหน้า",
    "ページが見つかりません",
    "お探しのページ",
    "페이지를 찾을 수 없습니다",
    "页面不存在",
    "找不到頁面",
    "无法找到",
    "seite nicht gefunden",
    "page introuvable",
    "página no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "nie znaleziono",
    "пераход немагчымы",
];

/// Whether a text is no HTML at all: a PDF, JSON, plain text.
pub(super) fn is_not_html(text: &str) -> bool {
    let opening = &text[..text.floor_char_boundary(OPENING_BYTES)];
    let opening = opening.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let is_feed = ["<rss", "<feed", "<rdf:RDF"].iter().any(|mark| opening.contains(mark)) && !opening.contains("<html");
    let has_tag = opening
        .match_indices('<')
        .any(|(at, _)| opening[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '!'));
    is_feed || opening.starts_with(['{', '[', '%']) || !has_tag
}

/// What a page with that headline and that text is instead of an article.
pub(super) fn instead(html: &str, facts: &Facts<'_>, title: &str, text: &str) -> Option<Instead> {
    if consent::asks(facts, title, text) {
        return Some(Instead::Consent);
    }
    let letters = text.chars().filter(|character| is_letter(*character)).count();
    if letters > SHORT_LETTERS {
        return None;
    }
    let says = |words: &[&str]| {
        let titles = [fold(title), fold(&facts.document_title)];
        titles.iter().any(|title| words.iter().any(|word| is_said(title, word)))
    };
    if GATE_MARKS.iter().any(|mark| html.contains(mark)) && letters < SHORT_LETTERS / 3 || says(GATE_TITLES) {
        return Some(Instead::Challenge);
    }
    if says(MISSING_TITLES) && facts.article().is_none() {
        return Some(Instead::Missing);
    }
    (letters < TEASER_LETTERS && is_for_subscribers(facts)).then_some(Instead::Wall)
}

/// A headline says so when it is little else: «404 — Site», not «Film 404 not found in cinemas of five lands».
fn is_said(title: &str, word: &str) -> bool {
    /// Characters of a headline beside the words.
    const REST_CHARS_MAX: usize = 40;
    let at_word = title.find(word).is_some_and(|at| !title[..at].ends_with(char::is_alphanumeric));
    at_word && title.chars().count() <= word.chars().count() + REST_CHARS_MAX
}

/// Whether the page says that its text is for subscribers.
pub(super) fn is_for_subscribers(facts: &Facts<'_>) -> bool {
    let told = facts.article().and_then(|article| article.get("isAccessibleForFree")).is_some_and(|free| {
        free.as_bool() == Some(false) || free.as_str().is_some_and(|free| free.eq_ignore_ascii_case("false"))
    });
    let tier = facts.meta_of(&["article:content_tier"]).is_some_and(|tier| tier.eq_ignore_ascii_case("locked"));
    told || tier
}

/// Whether a text breaks off: for subscribers, and shorter than what JSON-LD counts, or ending in dots.
pub(super) fn breaks_off(facts: &Facts<'_>, text: &str) -> bool {
    if !is_for_subscribers(facts) {
        return false;
    }
    let counted = facts.article().and_then(|article| ld::count(article, "wordCount"));
    let words = text.split_whitespace().count();
    text.trim_end().ends_with(['…', '.']) && text.trim_end().ends_with("..")
        || text.trim_end().ends_with('…')
        || counted.is_some_and(|counted| words * 2 < counted)
        || words < TEASER_LETTERS
}
