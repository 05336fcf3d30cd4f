//! Designs of news sites, each a page of the same stories with what such sites print inside the article's own block.

#![allow(dead_code, unreachable_pub, reason = "a module of several test binaries, each of which uses a part of it")]

use super::prose;

/// Pages of a site.
pub const PAGES: usize = 30;

/// Pages of a day: the schedule is another one the next day.
const DAY_PAGES: usize = 10;

/// A design: what it is called, its stories and its pages by their numbers.
pub type Design = (&'static str, StoryOf, PageOf);

/// A story by its number.
type StoryOf = fn(usize) -> Story;

/// A page by the number of its story.
type PageOf = fn(usize) -> String;

/// The designs.
pub const DESIGNS: &[Design] = &[
    ("named parts", story, named_parts),
    ("names without meaning", story, unnamed_parts),
    ("line breaks", story, line_breaks),
    ("boxes between paragraphs", story, boxes_between),
    ("a table for everything", story, table),
    ("cards without a label", story, cards),
    ("cards with a way to the rest", story, read_on),
    ("short news", short_story, short_news),
];

/// What an article says.
pub struct Story {
    /// Its headline.
    pub title: String,
    /// Its text.
    pub paragraphs: Vec<String>,
}

impl Story {
    /// Its text as it should be read.
    pub fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }
}

/// Its address.
pub fn url(number: usize) -> String {
    format!("https://news.example/2026/11/story-{number}/")
}

/// A story, the same for the same number; some are short.
pub fn story(number: usize) -> Story {
    let seed = u64::try_from(number).expect("a small number") + 1;
    let mut paragraphs = prose::paragraphs(seed);
    if number % 7 == 4 {
        paragraphs.truncate(2);
    }
    let title = paragraphs[0].split(' ').take(7).collect::<Vec<_>>().join(" ");
    let title = format!("Report {number}: {}", title.trim_end_matches(['.', ',']));
    Story { title, paragraphs }
}

/// The beginning of a story.
fn short_story(number: usize) -> Story {
    let mut story = story(number);
    story.paragraphs.truncate(1 + number % 2);
    story
}

/// Three other stories, in no order, with the beginning of each.
fn others(number: usize) -> Vec<(String, String, String)> {
    let other = |step: usize| {
        let other = (number * 7 + step * 11 + 3) % PAGES;
        let story = story(if other == number { (other + 1) % PAGES } else { other });
        let teaser: String = story.paragraphs[0].chars().take(110).collect();
        (url(other), story.title, format!("{}…", teaser.trim_end()))
    };
    (0..3).map(other).collect()
}

const PROGRAMMES: &[&str] = &[
    "Morning with Asia",
    "News of the hour",
    "Documentary: the salt road",
    "Cooking in three cities",
    "The long river, part four",
    "Talk of the day",
    "Children's hour",
    "A film: the station",
    "Markets and money",
    "Letters from viewers",
    "Night concert",
    "Weather on five seas",
];

/// What is on, by the day of the page.
fn schedule(number: usize) -> Vec<(String, &'static str)> {
    let day = number / DAY_PAGES;
    let row = |row: usize| {
        let programme = PROGRAMMES[(row * 5 + day * 3) % PROGRAMMES.len()];
        (format!("{:02}:{:02}", 6 + row * 2, (row * 25 + day * 10) % 60), programme)
    };
    (0..8).map(row).collect()
}

const NEWSLETTER: &str = "Every morning we send the five stories that matter to a hundred thousand readers, and you can have them \
     with your first cup of tea. Leave your address and the letter will find you tomorrow.";

const NOTICE: &str = "The opinions of those who are quoted here are their own. Whoever copies this text in whole or in part \
     names the agency and sets a way back to this page.";

const LANDS: &[&str] = &[
    "Abkhazia",
    "Afghanistan",
    "Armenia",
    "Azerbaijan",
    "Bahrain",
    "Bangladesh",
    "Bhutan",
    "Brunei",
    "Cambodia",
    "China",
    "Cyprus",
    "Georgia",
    "India",
    "Indonesia",
    "Iran",
    "Iraq",
    "Israel",
    "Japan",
    "Jordan",
    "Kazakhstan",
    "Kuwait",
    "Kyrgyzstan",
    "Laos",
    "Lebanon",
    "Malaysia",
    "Maldives",
    "Mongolia",
    "Myanmar",
    "Nepal",
    "Oman",
    "Pakistan",
    "Palestine",
    "Philippines",
    "Qatar",
    "Russia",
    "Singapore",
    "Syria",
    "Tajikistan",
    "Thailand",
    "Turkey",
    "Vietnam",
];

fn joined<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    items.iter().map(write).collect()
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} — Example News</title></head>\
         <body><div class=top><a href=/>Example News</a> <a href=/asia>Asia</a> <a href=/world>World</a></div>{body}</body></html>"
    )
}

/// Parts that say what they are, all in one block.
fn named_parts(number: usize) -> String {
    let story = story(number);
    let text = joined(&story.paragraphs, |text| format!("<p>{text}</p>"));
    let related = joined(&others(number), |(url, title, teaser)| {
        format!("<div class=item><a href=\"{url}\">{title}</a><p>{teaser}</p></div>")
    });
    let rows = joined(&schedule(number), |(time, what)| format!("<tr><td>{time}</td><td>{what}</td></tr>"));
    let lands = joined(LANDS, |land| format!("<li>{land}</li>"));
    page(
        &story.title,
        &format!(
            "<div class=content><h1>{}</h1>{text}<div class=more><h4>Our readers also liked</h4>{related}</div>\
             <div class=tv><h4>On air today</h4><table>{rows}</table></div><div class=letter><h4>Our letter</h4><p>{NEWSLETTER}</p></div>\
             <p>{NOTICE}</p><ul class=lands>{lands}</ul></div>",
            story.title
        ),
    )
}

/// The same without a name that says anything, blocks alone.
fn unnamed_parts(number: usize) -> String {
    let story = story(number);
    let text = joined(&story.paragraphs, |text| format!("<div class=kq>{text}</div>"));
    let related = joined(&others(number), |(url, title, teaser)| {
        format!("<div class=vb><a href=\"{url}\">{title}</a></div><div class=vc>{teaser}</div>")
    });
    let rows = joined(&schedule(number), |(time, what)| format!("<div class=w>{time} {what}</div>"));
    page(
        &story.title,
        &format!(
            "<div class=zz><div class=za><h1>{}</h1></div><div class=zb>{text}<div class=zc><div class=q>See what else is new</div>{related}</div>\
             <div class=zd><div class=q>Channel One</div>{rows}</div><div class=kq>{NEWSLETTER}</div><div class=kq>{}</div></div></div>",
            story.title,
            LANDS.join(", ")
        ),
    )
}

/// Text and all else parted by line breaks.
fn line_breaks(number: usize) -> String {
    let story = story(number);
    let text = story.paragraphs.join("<br><br>");
    let related = joined(&others(number), |(url, title, _)| format!("<a href=\"{url}\">{title}</a><br><br>"));
    let rows = joined(&schedule(number), |(time, what)| format!("{time} — {what}<br>"));
    page(
        &story.title,
        &format!(
            "<h1>{}</h1><div id=main>{text}<br><br>{NOTICE}<br><br>{NEWSLETTER}<br><br>Seen by others:<br><br>{related}\
             <div><b>Television</b><br><br>{rows}</div><br><br>We write about {}.</div>",
            story.title,
            LANDS.join(", ")
        ),
    )
}

/// Boxes in the middle of the text.
fn boxes_between(number: usize) -> String {
    let story = story(number);
    let middle = story.paragraphs.len() / 2;
    let (first, second) = story.paragraphs.split_at(middle);
    let write = |text: &[String]| joined(text, |text| format!("<p>{text}</p>"));
    let (url, title, teaser) = others(number).remove(0);
    let rows = joined(&schedule(number), |(time, what)| format!("<li><span>{time}</span> <b>{what}</b></li>"));
    page(
        &story.title,
        &format!(
            "<main><h1>{}</h1><div class=entry>{}<div class=inset><p>Do not miss this one</p><p><a href=\"{url}\">{title}</a></p><p>{teaser}</p></div>\
             {}<div class=inset><p>{NEWSLETTER}</p></div><section><p>What to watch</p><ul>{rows}</ul></section><p>{}.</p><p>{NOTICE}</p></div></main>",
            story.title,
            write(first),
            write(second),
            LANDS.join(" · ")
        ),
    )
}

/// A page of the old kind, all of it in cells.
fn table(number: usize) -> String {
    let story = story(number);
    let text = joined(&story.paragraphs, |text| format!("<p>{text}"));
    let related =
        joined(&others(number), |(url, title, teaser)| format!("<p><a href=\"{url}\">{title}</a><br>{teaser}"));
    let rows = joined(&schedule(number), |(time, what)| format!("<p>{time} {what}"));
    page(
        &story.title,
        &format!(
            "<table width=800><tr><td><h1>{}</h1>{text}<table><tr><td class=u><b>Of the same kind</b>{related}</td></tr></table>\
             <table><tr><td class=u><b>Programme</b>{rows}</td></tr></table><p>{NEWSLETTER}<p>{NOTICE}<p>{}</td></tr></table>",
            story.title,
            LANDS.join(" ")
        ),
    )
}

/// Ways to other articles that no label announces.
fn cards(number: usize) -> String {
    let story = story(number);
    let text = joined(&story.paragraphs, |text| format!("<p>{text}</p>"));
    let related = joined(&others(number), |(url, title, teaser)| {
        format!("<div class=hh><a href=\"{url}\"><b>{title}</b></a><div>{teaser}</div></div>")
    });
    let rows =
        joined(&schedule(number), |(time, what)| format!("<div class=r><div>{time}</div><div>{what}</div></div>"));
    let lands = joined(LANDS, |land| format!("<span>{land}</span> "));
    page(
        &story.title,
        &format!(
            "<article><h1>{}</h1><div class=bb>{text}<div class=gg>{related}</div><div class=tt><div>Tonight on the air</div>{rows}</div>\
             <div class=ff><p>{NEWSLETTER}</p><p>{lands}</p><p>{NOTICE}</p></div></div></article>",
            story.title
        ),
    )
}

/// Cards whose headlines are no links, a schedule whose label names the day, and lines that lead elsewhere in the text.
fn read_on(number: usize) -> String {
    let story = story(number);
    let (url, title, _) = others(number).remove(2);
    let text = story.paragraphs.join("</p><p>");
    let text = text.replacen(
        "</p>",
        &format!("</p><p><em>From the archive:</em> <a href=\"{url}\">{title}</a>, {number}</p>"),
        1,
    );
    let related = joined(&others(number), |(url, title, teaser)| {
        format!(
            "<div class=card><div class=n>{title}</div><div class=t>{teaser}</div><a href=\"{url}\">Read on</a></div>"
        )
    });
    let rows = joined(&schedule(number), |(time, what)| format!("{time} {what}<br>"));
    page(
        &story.title,
        &format!(
            "<div class=wrap><div class=col><h1>{}</h1><div class=post><p>{text}</p><div class=deck><div>You missed</div>{related}</div>\
             <div class=guide><b>Broadcasts of November {}</b><div>{rows}</div></div><div><p>{NEWSLETTER}</p></div><p>{}</p></div></div></div>",
            story.title,
            number / DAY_PAGES + 1,
            LANDS.join(" | ")
        ),
    )
}

/// A paragraph or two, with more about others than about the news; the schedule has no label.
fn short_news(number: usize) -> String {
    let story = short_story(number);
    let text = joined(&story.paragraphs, |text| format!("<p>{text}</p>"));
    let related = joined(&others(number), |(url, title, teaser)| {
        format!("<li><h5><a href=\"{url}\">{title}</a></h5><p>{teaser} {teaser}</p></li>")
    });
    let rows = joined(&schedule(number), |(time, what)| format!("<p>{time} <i>{what}</i></p>"));
    let lands = joined(LANDS, |land| format!("<a href=\"/{land}\">{land}</a>, "));
    page(
        &story.title,
        &format!(
            "<div class=c><h1>{}</h1>{text}<h3>Also today</h3><ul class=s>{related}</ul><div class=g>{rows}</div>\
             <p>{NOTICE}</p><p>{lands}</p></div>",
            story.title
        ),
    )
}
