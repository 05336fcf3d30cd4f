//! What a page says of itself: its title, its feeds, the page that follows.

use scraper::{ElementRef, Node};

use crate::model::url::PageUrl;
use crate::parse::listing::card;
use crate::parse::listing::outside::{self, Here};

/// Words of links to the next page, as they begin, in the languages of the lands.
const NEXT: &[&str] = &[
    "след",
    "далее",
    "вперёд",
    "вперед",
    "next",
    "older",
    "more news",
    "»",
    "›",
    "→",
    "下一页",
    "下一頁",
    "下页",
    "次へ",
    "次の",
    "다음",
    "التالي",
    "التالية",
    "الصفحة التالية",
    "بعدی",
    "صفحه بعد",
    "sonraki",
    "ileri",
    "trang sau",
    "tiếp",
    "sau",
    "berikutnya",
    "selanjutnya",
    "lanjut",
    "ถัดไป",
    "หน้าถัดไป",
    "अगला",
    "अगले",
    "পরবর্তী",
    "اگلا",
    "келесі",
    "keyingi",
    "кейинги",
    "кийинки",
    "навбатӣ",
    "дараах",
    "дараагийн",
    "შემდეგი",
    "հաջորդ",
    "növbəti",
    "הבא",
    "next page",
    "наступна",
    "далі",
    "seterusnya",
    "suivant",
    "weiter",
    "siguiente",
    "επόμενη",
];

/// Longest text of a link to the next page.
const NEXT_CHARS_MAX: usize = 24;

/// Links to a second page that are looked at.
const TWOS_MAX: usize = 20;

/// What relative addresses count from.
pub(super) fn base(root: ElementRef<'_>, url: &PageUrl) -> PageUrl {
    let base = named(root, "base").find_map(|base| base.value().attr("href"));
    base.and_then(|href| url.join(href).ok()).unwrap_or_else(|| url.clone())
}

/// The title of a page.
pub(super) fn title(root: ElementRef<'_>) -> Option<String> {
    named(root, "title").map(card::text).find(|title| !title.is_empty())
}

/// The feeds that a page names, those of comments last.
pub(super) fn feeds(root: ElementRef<'_>, here: Here<'_>) -> Vec<PageUrl> {
    let mut feeds: Vec<(bool, PageUrl)> = Vec::new();
    for link in named(root, "link") {
        let value = link.value();
        let is_alternate = value.attr("rel").is_some_and(|rel| {
            rel.split_whitespace()
                .any(|word| word.eq_ignore_ascii_case("alternate") || word.eq_ignore_ascii_case("feed"))
        });
        let kind = value.attr("type").unwrap_or_default().to_ascii_lowercase();
        let is_feed = ["rss+xml", "atom+xml", "feed+json", "rdf+xml"].iter().any(|part| kind.contains(part));
        let Some(url) =
            value.attr("href").filter(|_| is_alternate && is_feed).and_then(|href| here.base.join(href).ok())
        else {
            continue;
        };
        let words = format!("{} {}", url.path(), value.attr("title").unwrap_or_default()).to_lowercase();
        let is_comments = ["comment", "коммент", "评论", "댓글", "تعليق"].iter().any(|word| words.contains(word));
        if !feeds.iter().any(|(_, known)| *known == url) {
            feeds.push((is_comments, url));
        }
    }
    feeds.sort_by_key(|(is_comments, _)| *is_comments);
    feeds.into_iter().map(|(_, url)| url).collect()
}

/// The page that follows: what `rel` says, else a class, else the words of a link, else the number after this page's.
pub(super) fn next(root: ElementRef<'_>, here: Here<'_>) -> Option<PageUrl> {
    let links = || named(root, "link").chain(named(root, "a"));
    let is_next = |rel: &str| rel.split_whitespace().any(|word| word.eq_ignore_ascii_case("next"));
    let address = |element: ElementRef<'_>| {
        let url = here.base.join(element.value().attr("href")?).ok()?.without_fragment();
        (outside::key(&url) != outside::key(here.url) && url.host() == here.url.host()).then_some(url)
    };
    let by_rel = links().filter(|link| link.value().attr("rel").is_some_and(is_next)).find_map(address);
    let by_class = || named(root, "a").filter(|anchor| classes(*anchor).any(|word| word == "next")).find_map(address);
    let by_words = || {
        named(root, "a").filter(|anchor| in_pagination(*anchor) && says_next(&card::text(*anchor))).find_map(address)
    };
    by_rel.or_else(by_class).or_else(by_words).or_else(|| by_number(root).and_then(address))
}

fn classes(element: ElementRef<'_>) -> impl Iterator<Item = String> {
    let own = element.value().attr("class").unwrap_or_default();
    let parent = element.parent().and_then(ElementRef::wrap).filter(|parent| parent.value().name() == "li");
    let parent = parent.and_then(|parent| parent.value().attr("class")).unwrap_or_default();
    [own, parent].into_iter().flat_map(str::split_whitespace).flat_map(outside::words).collect::<Vec<_>>().into_iter()
}

fn says_next(text: &str) -> bool {
    let text = text.to_lowercase();
    text.chars().count() <= NEXT_CHARS_MAX && NEXT.iter().any(|word| text.starts_with(word))
}

/// Whether a link stands among page numbers, or in an element that is called so.
fn in_pagination(anchor: ElementRef<'_>) -> bool {
    anchor.ancestors().filter_map(ElementRef::wrap).take(4).any(|element| {
        let value = element.value();
        let names = [value.attr("class"), value.attr("id"), value.attr("aria-label")];
        names.into_iter().flatten().flat_map(str::split_whitespace).flat_map(outside::words).any(|word| {
            word.starts_with("pag")
                || matches!(word.as_str(), "pager" | "more" | "older")
                || word == "nav" && value.name() == "nav"
        })
    })
}

/// The link to page 2 beside a 1 that is no link.
fn by_number(root: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let mut twos = named(root, "a").filter(|anchor| card::text(*anchor) == "2").take(TWOS_MAX);
    twos.find(|two| {
        let around: Vec<ElementRef<'_>> = two.ancestors().filter_map(ElementRef::wrap).take(2).collect();
        let has_current = in_pagination(*two) && around.last().is_some_and(|list| has_current_one(*list));
        has_current || around.first().is_some_and(|parent| has_bare_one(*parent, *two))
    })
}

/// Whether a list of pages marks the first as the one that is shown.
fn has_current_one(list: ElementRef<'_>) -> bool {
    list.descendent_elements().any(|element| {
        let is_current = classes(element).any(|word| matches!(word.as_str(), "active" | "current" | "selected"))
            || element.value().attr("aria-current").is_some();
        is_current && card::text(element) == "1"
    })
}

/// Whether a 1 that is no link stands right before a 2 that is one: `Pages: 1 <a>2</a>`, `<b>1</b> <a>2</a>`.
fn has_bare_one(parent: ElementRef<'_>, two: ElementRef<'_>) -> bool {
    let before = parent.children().take_while(|node| node.id() != two.id());
    let last = before.filter(|node| match node.value() {
        Node::Text(text) => !text.trim_matches(|c: char| c.is_whitespace() || "|·,/-".contains(c)).is_empty(),
        node => node.is_element(),
    });
    let Some(last) = last.last() else { return false };
    let text = match last.value() {
        Node::Text(text) => text.to_string(),
        _ => ElementRef::wrap(last).filter(|element| element.value().name() != "a").map(card::text).unwrap_or_default(),
    };
    text.split(|c: char| c.is_whitespace() || "|·,:[]()".contains(c)).rfind(|word| !word.is_empty()) == Some("1")
}

fn named<'a>(root: ElementRef<'a>, name: &'a str) -> impl Iterator<Item = ElementRef<'a>> {
    root.descendent_elements().filter(move |element| element.value().name() == name)
}
