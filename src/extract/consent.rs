//! Pages that ask for consent to cookies before they show anything: answered with success, and no article.
//!
//! Decided after the page was read, by its headline or by what its few words are about. A page that says it is an article is
//! one, whatever it is about.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::extract::facts::Facts;
use crate::text::fold::fold;
use crate::text::letter::is_letter;

/// Letters of a gate that lists its partners.
const TITLED_LETTERS_MAX: usize = 6_000;

/// Letters of a gate that its words alone give away.
const LETTERS_MAX: usize = 1_800;

/// Headlines of such pages, in the languages of the lands and of the large sites.
const TITLES: &[&str] = &[
    "before you continue",
    "we value your privacy",
    "your privacy choices",
    "privacy gate",
    "cookie consent",
    "cookie settings",
    "cookie preferences",
    "cookie-einstellungen",
    "cookie-richtlinie",
    "datenschutzeinstellungen",
    "bevor sie fortfahren",
    "avant de continuer",
    "antes de continuar",
    "prima di continuare",
    "мы ценим вашу конфиденциальность",
    "мы используем файлы cookie",
    "настройки файлов cookie",
    "согласие на использование cookie",
    "çerez tercihleri",
    "çerez ayarları",
    "gizliliğinize değer veriyoruz",
    "クッキーの設定",
    "プライバシー設定",
    "쿠키 설정",
    "同意使用cookie",
];

/// What is asked for: looked for first, and in the text as it stands, for most texts say nothing of it.
static COOKIES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "cookie",
        "куки",
        "Куки",
        "КУКИ",
        "çerez",
        "Çerez",
        "クッキー",
        "쿠키",
        "کوکی",
        "ملفات تعريف الارتباط",
        "עוגיות",
        "คุกกี้",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a few short words fit any automaton")
});

/// How it is asked for.
const AGREE: &[&str] = &[
    "accept all",
    "accept and continue",
    "agree and continue",
    "i agree",
    "reject all",
    "alle akzeptieren",
    "zustimmen",
    "tout accepter",
    "accepter et",
    "aceptar todo",
    "aceitar todos",
    "accetta tutt",
    "принять все",
    "принимаю",
    "я согласен",
    "даю согласие",
    "tümünü kabul",
    "kabul et",
    "barchasini qabul",
    "барлығын қабылдау",
    "同意する",
    "すべて許可",
    "全部接受",
    "接受所有",
    "모두 동의",
    "모두 허용",
    "chấp nhận tất cả",
    "terima semua",
    "ยอมรับทั้งหมด",
    "قبول الكل",
    "پذیرش همه",
    "קבל הכל",
];

/// What it is said to be for.
const PURPOSE: &[&str] = &[
    "privacy",
    "personal data",
    "partners",
    "vendors",
    "personali", // personalised, personalizado
    "datenschutz",
    "werbung",
    "confidentialité",
    "privacidad",
    "персональных данных",
    "конфиденциальност",
    "партнер",
    "gizlilik",
    "kişisel veri",
    "プライバシー",
    "個人情報",
    "隐私",
    "隱私",
    "개인정보",
    "riêng tư",
    "privasi",
    "ความเป็นส่วนตัว",
    "الخصوصية",
    "حریم خصوصی",
    "פרטיות",
];

/// Whether a page with that headline and that text asks for consent and shows nothing else.
pub(super) fn asks(facts: &Facts<'_>, title: &str, text: &str) -> bool {
    let is_article = facts.article().is_some()
        || facts.meta_of(&["article:published_time", "datePublished"]).is_some()
        || facts.meta_of(&["og:type"]).is_some_and(|kind| kind == "article");
    if is_article || !COOKIES.is_match(text) {
        return false;
    }
    let letters = text.chars().filter(|character| is_letter(*character)).count();
    if letters > TITLED_LETTERS_MAX {
        return false;
    }
    let text = fold(text);
    let has = |words: &[&str]| words.iter().any(|word| text.contains(&fold(word)));
    let titles = [fold(title), fold(&facts.document_title)];
    let is_titled = TITLES.iter().any(|words| titles.iter().any(|title| title.starts_with(&fold(words))));
    let speaks = (has(AGREE) || is_titled) && has(PURPOSE);
    speaks && (is_titled || letters <= LETTERS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::outline::Outline;
    use crate::html::dom;

    fn asked(head: &str, title: &str, text: &str) -> bool {
        let dom = dom::parse(&format!("<head><title>{title}</title>{head}</head><body><h1>{title}</h1></body>"), 100);
        let outline = Outline::of(dom.root_element());
        asks(&Facts::of(&outline), title, text)
    }

    #[test]
    fn gates_of_several_languages() {
        let russian = "Мы и наши партнёры храним файлы cookie на вашем устройстве. Нажимая «Принять все», вы соглашаетесь с обработкой персональных данных.";
        assert!(asked("", "Новости", russian));
        let long = "We and our vendors store cookies to tell how our pages are read. ".repeat(30);
        assert!(asked("", "We value your privacy", &long));
        assert!(!asked("", "Our pages", &long));
    }

    #[test]
    fn an_article_about_cookies_is_one() {
        let text = "The court ruled that a button that says “Accept all” beside a small grey link is no consent to cookies. The privacy office had asked for it.";
        assert!(!asked("<meta property=og:type content=article>", "Court rules on cookies", text));
        let quiet = text.replace("that says “Accept all” beside", "beside");
        assert!(!asked("", "Court rules on cookies", &quiet));
    }
}
