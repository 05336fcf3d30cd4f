//! The pages in a real browser: nothing that WCAG 2.2 AA minds, no error in the console, no request but for pictures, no
//! scrolling sideways on a narrow screen, nothing lost without scripts, and nothing of a source's that runs.
//!
//! Needs Chromium, and for the first of these axe-core, whose path `FEEDATLAS_AXE` names; without them it says so and passes,
//! unless `FEEDATLAS_REQUIRE` names `chromium` or `axe`.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::browser::{Browser, is_required};
use support::house::{House, PROGRAM};
use support::prose::{html, rss};
use support::vectors::{ADDRESSES, MARKUP};
use support::web::{Answer, Web};

/// The narrowest screen that WCAG 2.2 asks for (1.4.10), and an ordinary one.
const NARROW: u32 = 320;
const WIDE: u32 = 1280;
const SCHEMES: [&str; 2] = ["light", "dark"];

/// `feedatlas serve` over a published folder; ended when dropped.
struct Served {
    child: Child,
    host: String,
}

impl Served {
    fn new(folder: &Path) -> Self {
        let config = folder.join("serve.toml");
        fs::write(&config, "[publish]\nto = \"public\"\n").expect("a folder that can be written");
        let mut child = Command::new(PROGRAM)
            .args(["--config", &config.to_string_lossy(), "serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut words = BufReader::new(child.stderr.take().expect("piped")).lines().map_while(Result::ok);
        let host = words.find_map(|line| {
            let from = line.find("http://")?;
            Some(line[from..].split_whitespace().next()?.to_owned())
        });
        std::thread::spawn(move || words.for_each(drop));
        Self { child, host: host.expect("serve says where") }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `demo` publishes, served.
fn demo() -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let public = folder.path().join("public");
    let ran = Command::new(PROGRAM).args(["demo", "--once"]).arg(&public).output().expect("the program starts");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let served = Served::new(folder.path());
    (folder, served)
}

/// The page of an article whose page on disk says this, in the language that it is shown in unasked.
fn article_that_says(public: &Path, words: &str) -> String {
    let pages = fs::read_dir(public.join("a")).expect("articles").filter_map(Result::ok);
    let mut found: Vec<String> = pages
        .filter(|page| fs::read_to_string(page.path().join("index.html")).is_ok_and(|text| text.contains(words)))
        .map(|page| format!("a/{}/", page.file_name().to_string_lossy()))
        .collect();
    found.sort();
    found.into_iter().next().unwrap_or_else(|| panic!("no article says {words}"))
}

/// A page of each kind.
fn kinds(public: &Path) -> Vec<String> {
    let lists =
        ["", "kndr/", "all/", "palestina/", "sources/", "subscribe/", "about/", "en/", "en/kndr/", "en/sources/"];
    let article = article_that_says(public, "<img loading");
    let arabic = article_that_says(public, "dir=\"rtl\"");
    let in_english = format!("{article}#en");
    lists.iter().map(|path| (*path).to_owned()).chain([article, arabic, in_english]).collect()
}

/// Nothing went wrong, and nothing was asked for elsewhere but pictures.
fn assert_quiet(browser: &Browser, page: &str) {
    let seen = &browser.seen;
    assert!(seen.errors.is_empty(), "/{page}: {:?}", seen.errors);
    assert!(seen.dialogs.is_empty(), "/{page}: {:?}", seen.dialogs);
    let others: Vec<&String> = seen.elsewhere.iter().filter(|asked| !asked.starts_with("Image ")).collect();
    assert!(others.is_empty(), "/{page}: {others:?}");
}

/// axe-core's source; none, in words, where it is not named.
fn axe() -> Option<String> {
    let Some(path) = std::env::var_os("FEEDATLAS_AXE") else {
        assert!(!is_required("axe"), "FEEDATLAS_REQUIRE names axe, and FEEDATLAS_AXE does not say where it is");
        eprintln!("skipped: axe-core is not there (npm pack axe-core; FEEDATLAS_AXE=…/axe.min.js)");
        return None;
    };
    Some(fs::read_to_string(&path).unwrap_or_else(|error| panic!("FEEDATLAS_AXE={}: {error}", path.display())))
}

/// What axe-core minds on the page that is open: rule, how grave, where.
fn violations(browser: &mut Browser, axe: &str) -> Vec<String> {
    browser.value(&format!("{axe}; 0"));
    let run = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], \
               resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ' (' + v.impact + ') ' + \
               v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | ')))";
    let found = browser.value(run);
    found.as_array().expect("a list").iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_every_kind_are_for_everybody() {
    let (folder, served) = demo();
    let Some(mut browser) = Browser::start(&served.host) else { return };
    let axe = axe();
    for page in kinds(&folder.path().join("public")) {
        for scheme in SCHEMES {
            browser.look(NARROW, scheme);
            browser.open(&page);
            assert_quiet(&browser, &page);
            let width = browser.value("document.documentElement.scrollWidth");
            assert_eq!(width, NARROW, "/{page} scrolls sideways");
            browser.look(WIDE, scheme);
            if let Some(axe) = &axe {
                // What is folded is read too.
                browser.value("document.querySelectorAll('details').forEach(one => one.open = true)");
                let found = violations(&mut browser, axe);
                assert!(found.is_empty(), "/{page}, {scheme}:\n{}", found.join("\n"));
            }
            assert_quiet(&browser, &page);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_without_scripts() {
    let (folder, served) = demo();
    let Some(mut browser) = Browser::start(&served.host) else { return };
    let public = folder.path().join("public");
    browser.look(WIDE, "light");
    for page in kinds(&public) {
        let text = "document.querySelector('main').innerText.replace(/\\s+/g, ' ').trim()";
        browser.scripts(false);
        browser.open(&page);
        assert_quiet(&browser, &page);
        let without = browser.value(text);
        browser.scripts(true);
        browser.open(&page);
        // What a script brings is not there without it, and nothing that does nothing is.
        browser.value("document.querySelectorAll('.find, .copy, .scheme').forEach(one => one.hidden = true)");
        assert_eq!(without, browser.value(text), "/{page}");
        assert!(without.as_str().is_some_and(|text| text.len() > 100), "/{page}: {without}");
    }
}

/// The words of an article's page are in one language at a time, whichever is asked for, scripts or not.
#[tokio::test(flavor = "multi_thread")]
async fn an_articles_page_speaks_the_language_it_is_asked_in() {
    let (folder, served) = demo();
    let Some(mut browser) = Browser::start(&served.host) else { return };
    let article = article_that_says(&folder.path().join("public"), "<img loading");
    let shown = "[...document.querySelectorAll('nav')].filter(one => one.checkVisibility()).map(one => one.ariaLabel)";
    browser.scripts(false);
    for (end, label) in [("", "Разделы"), ("#en", "Sections"), ("#main-en", "Sections"), ("#main-ru", "Разделы")]
    {
        browser.open(&format!("{article}{end}"));
        assert_eq!(browser.value(shown), json!([label]), "{article}{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_finds_lands_copies_addresses_and_changes_colours() {
    let (_folder, served) = demo();
    let Some(mut browser) = Browser::start(&served.host) else { return };
    browser.look(WIDE, "light");
    browser.open("");
    let type_in = |words: &str| {
        format!(
            "(() => {{ const find = document.getElementById('find'); find.value = {words:?}; \
             find.dispatchEvent(new Event('input')); return [...document.querySelectorAll('.land')].filter(one => \
             one.checkVisibility()).map(one => one.querySelector('h3 a').textContent).concat( \
             document.querySelector('.found').textContent) }})()"
        )
    };
    for (words, lands) in [
        ("japan", json!(["Япония", "1"])),
        ("  КОРЕ", json!(["Республика Корея", "1"])),
        ("north-korea", json!(["КНДР", "1"])),
        ("kp", json!(["КНДР", "1"])),
        ("xyz", json!(["Такой страны здесь нет"])),
    ] {
        assert_eq!(browser.value(&type_in(words)), lands, "{words}");
    }
    assert_eq!(browser.value(&type_in("")).as_array().map(Vec::len), Some(52));

    let paper = "getComputedStyle(document.body).backgroundColor";
    let press = "document.querySelector('.scheme').click()";
    let light = browser.value(paper);
    browser.value(press);
    let dark = browser.value(paper);
    assert_ne!(light, dark);
    browser.open("about/");
    assert_eq!(browser.value(paper), dark, "the choice goes along");
    browser.value(press);
    assert_eq!(
        browser.value("[getComputedStyle(document.body).backgroundColor, localStorage.length]"),
        json!([light, 0])
    );

    let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    browser.whole("Browser.grantPermissions", &permissions);
    browser.open("kndr/");
    browser.call("Page.bringToFront", &json!({}));
    browser.value("document.querySelector('.copy').click()");
    let copied =
        browser.value("new Promise(done => setTimeout(() => done(document.querySelector('.copy').textContent), 300))");
    assert_eq!(copied, "Скопировано");
    let address = browser.value("navigator.clipboard.readText()");
    assert!(address.as_str().is_some_and(|text| text.ends_with("/feeds/kndr.xml")), "{address}");
    assert_quiet(&browser, "kndr/");
}

#[tokio::test(flavor = "multi_thread")]
async fn home_is_light_and_paints_before_its_script() {
    /// What home may weigh as it is sent, pictures apart.
    const BYTES_MAX: u64 = 60 * 1024;
    let (_folder, served) = demo();
    let Some(mut browser) = Browser::start(&served.host) else { return };
    browser.look(WIDE, "light");
    browser.open("");
    let sizes = "[...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]\
                 .filter(one => !one.name.match(/\\.(png|svg)$/) && one.name.startsWith(location.origin))\
                 .map(one => [one.name, one.encodedBodySize, one.decodedBodySize])";
    let sizes = browser.value(sizes);
    let sum = |index: usize| sizes.as_array().into_iter().flatten().filter_map(|one| one[index].as_u64()).sum::<u64>();
    println!("home as it is sent: {} bytes, unpacked {}", sum(1), sum(2));
    assert_eq!(sizes.as_array().map(Vec::len), Some(3), "page, styles, script: {sizes}");
    assert!(sum(1) > 1000 && sum(1) <= BYTES_MAX, "{sizes}");

    browser.held = vec!["app.js".to_owned()];
    browser.open_until_painted("");
    assert_eq!(browser.value("document.querySelectorAll('.land').length"), 51);
}

/// Two newspapers on one event, each in its own words, and a third that copies one of them.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_one_event_stand_together() {
    let reports = [
        (
            "one",
            "Ferry with 120 passengers runs aground near Cebu",
            "A ferry with 120 passengers ran aground near Cebu in the Philippines on Tuesday. The coast guard took all \
             passengers ashore within three hours, said Captain Ramon Ilagan. Nobody was hurt.",
        ),
        (
            "two",
            "Philippines: ferry aground near Cebu, 120 passengers safe",
            "The coast guard took ashore all 120 passengers of a ferry that ran aground near Cebu in the Philippines, \
             Captain Ramon Ilagan said on Tuesday. It was the third such accident this year; nobody was hurt.",
        ),
        (
            "six",
            "Mango harvest begins early on the southern islands",
            "Growers say that the dry spring brought the mango harvest of Mindanao forward by two weeks, and prices fell.",
        ),
    ];
    let web = Web::start().await;
    let mut sources = String::new();
    for (name, title, text) in &reports {
        let link = web.url(&format!("/gone/{name}"));
        let item = format!(
            "<item><guid>{name}</guid><title>{title}</title><link>{link}</link><description>{text}</description>\
             <pubDate>Tue, 16 Jan 2024 10:00:00 GMT</pubDate></item>"
        );
        web.route(&format!("/{name}"), Answer::feed(rss(&item)));
        let url = web.url(&format!("/{name}"));
        sources += &format!("[[source]]\nname = \"{name}\"\nurl = \"{url}\"\nlanguage = \"en\"\n");
    }
    let house = House::new(&[web.address()], &sources);
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = house.read("all/index.html");
    assert_eq!(page.matches("class=\"event\"").count(), 1, "{page}");
    assert_eq!(page.matches("<article class=\"item\">").count(), 2, "two reports and a third thing");
    let served = Served::new(&house.path(""));
    let Some(mut browser) = Browser::start(&served.host) else { return };
    browser.open("all/");
    let other = browser.value("document.querySelector('.event a').textContent");
    assert!(reports[..2].iter().any(|(_, title, _)| other == *title), "{other}");
    if let Some(axe) = axe() {
        let found = violations(&mut browser, &axe);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

/// Markup, and each address in a link and a picture.
fn vectors() -> Vec<String> {
    let address = |address: &&str| {
        let quoted = address.replace('"', "&quot;");
        format!(
            "<a href=\"{quoted}\">link</a> <img src=\"{quoted}\" width=600 height=400 alt=x> <a href={address}>x</a>"
        )
    };
    MARKUP.iter().map(|text| (*text).to_owned()).chain(ADDRESSES.iter().map(address)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_sources_runs_in_a_browser() {
    let (web, vectors) = (Web::start().await, vectors());
    assert!(vectors.len() >= 200, "{} vectors", vectors.len());
    let items: Vec<Value> = vectors
        .iter()
        .enumerate()
        .map(|(number, vector)| {
            let seed = number as u64;
            json!({
                "id": format!("j{number}"), "url": web.url(&format!("/gone/j{number}")).as_str(),
                "title": format!("v{number:03}z {vector}"), "summary": vector,
                "content_html": html(seed) + vector + &html(seed + 5000),
                "image": vector, "tags": [vector], "authors": [{"name": vector, "url": vector}],
                "date_published": format!("2024-01-{:02}T{:02}:00:00Z", 1 + number % 28, number % 24),
            })
        })
        .collect();
    let json = json!({"version": "https://jsonfeed.org/version/1.1", "title": vectors[0], "items": items});
    web.route("/j", Answer::ok(json.to_string()).header("Content-Type", "application/feed+json"));
    let name = "<img src=x onerror=alert(1)>";
    let rest = format!(
        "[limits]\nfirst = 2000\nentries = 2000\n[publish]\nitems = 5000\n[[source]]\nname = \"{name}\"\nurl = \"{}\"\n\
         countries = [\"KP\"]\n",
        web.url("/j")
    );
    let house = House::new(&[web.address()], &rest);
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let served = Served::new(&house.path(""));
    let Some(mut browser) = Browser::start(&served.host) else { return };
    browser.look(WIDE, "light");
    let articles = fs::read_dir(house.path("public/a")).expect("articles").filter_map(Result::ok);
    let articles: Vec<String> = articles.map(|page| format!("a/{}/", page.file_name().to_string_lossy())).collect();
    assert_eq!(articles.len(), vectors.len());
    let lists = ["", "kndr/", "all/", "en/kndr/", "sources/", "subscribe/"].map(str::to_owned);
    let foreign = "[...document.scripts].filter(one => !one.src.includes('/assets/app.js')).length + \
                   [...document.querySelectorAll('*')].filter(one => [...one.attributes].some(a => \
                   /^on/i.test(a.name) || /^\\s*(javascript|data|vbscript):/i.test(a.value))).length";
    for page in lists.iter().chain(&articles) {
        browser.open(page);
        assert_quiet(&browser, page);
        // What waits for a pointer is given one.
        browser.value(
            "for (const one of document.querySelectorAll('main *')) for (const kind of ['mouseover', 'focus', 'toggle', \
             'error', 'load', 'pointerenter']) one.dispatchEvent(new Event(kind))",
        );
        assert_eq!(browser.value(foreign), 0, "/{page}");
        assert_quiet(&browser, page);
    }
}

/// The watchman sees: a page that does run something would be found out.
#[tokio::test(flavor = "multi_thread")]
async fn what_runs_would_be_seen() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(folder.path().join("public")).expect("a folder");
    let page = "<!DOCTYPE html><title>x</title><p onclick=alert(1)>x<img src=x.png onerror=alert(1)><script>alert(1)</script>\
                <img src=https://pictures.example/1.png><link rel=stylesheet href=https://styles.example/1.css>";
    fs::write(folder.path().join("public/index.html"), page).expect("a file");
    let served = Served::new(folder.path());
    let Some(mut browser) = Browser::start(&served.host) else { return };
    browser.open("");
    let seen = &browser.seen;
    assert!(seen.errors.iter().any(|error| error.contains("Content Security Policy")), "{seen:?}");
    assert!(seen.elsewhere.iter().any(|asked| asked == "Image https://pictures.example/1.png"), "{seen:?}");
    browser.value("alert('seen')");
    assert_eq!(browser.seen.dialogs.len(), 1, "{:?}", browser.seen);
}
