//! The page of an article, at an address that stays: one file, with the words of both languages of the interface on it.
//!
//! Which of them show is told by the end of the address (`#en`), by styles alone: there are thousands of such pages, and a
//! second one for each would be most of what is published.

use askama::Template;

use crate::model::source::Rights;
use crate::publish::error::PublishError;
use crate::publish::frame::{self, Frame};
use crate::publish::shown::Shown;
use crate::publish::sink::File;
use crate::publish::site::{Land, Site};
use crate::publish::times::{clock, day, rfc3339};

#[derive(Template)]
#[template(path = "article.html")]
struct ArticlePage<'a> {
    on: Frame,
    other: Frame,
    shown: &'a Shown,
    site: &'a Site,
    datetime: String,
    clock: String,
    body: Option<String>,
    whole: bool,
    /// Countries that have feeds.
    lands: Vec<&'a Land>,
}

impl ArticlePage<'_> {
    /// Both languages, that of the site first.
    fn both(&self) -> [&Frame; 2] {
        [&self.on, &self.other]
    }

    fn title<'l>(&self, land: &'l Land, on: &Frame) -> &'l str {
        self.site.title(land, on.language)
    }

    fn day(&self, on: &Frame) -> String {
        day(self.shown.published, on.language)
    }
}

/// The page of an article.
pub fn article(shown: &Shown, site: &Site) -> Result<File, PublishError> {
    let path = shown.path();
    let page = ArticlePage {
        on: Frame::of_article(site, site.language, &path),
        other: Frame::of_article(site, site.language.other(), &path),
        site,
        datetime: rfc3339(shown.published),
        clock: clock(shown.published),
        body: shown.body.as_deref().map(for_page),
        whole: shown.rights == Rights::Full,
        lands: shown.countries.iter().filter_map(|country| site.land(*country)).collect(),
        shown,
    };
    frame::file(&page, format!("{path}index.html"), 1)
}

/// On our own pages pictures wait until they come into view, and do not tell their host where the reader is; headings
/// follow that of the article without leaving a level out, as who hears a page expects.
fn for_page(body: &str) -> String {
    const IMAGE: &str = "img ";
    let mut out = String::with_capacity(body.len() + 256);
    let mut level = 1;
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at + 1);
        out.push_str(text);
        rest = tag;
        match tag.as_bytes() {
            _ if tag.starts_with(IMAGE) => {
                out.push_str("img loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\" ");
                rest = &tag[IMAGE.len()..];
            }
            [b'h', digit @ b'1'..=b'6', b'>', ..] => {
                level = (digit - b'0').clamp(2, level + 1);
                out.push_str(&format!("h{level}>"));
                rest = &tag[3..];
            }
            [b'/', b'h', b'1'..=b'6', b'>', ..] => {
                out.push_str(&format!("/h{level}>"));
                rest = &tag[4..];
            }
            _ => {}
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::for_page;

    #[test]
    fn headings_leave_no_level_out_and_pictures_wait() {
        let body = "<p>a</p><h4>b</h4><h1>c</h1><h6>d</h6><hr><h3>e</h3><img src=\"x\" alt=\"\">";
        let expected = "<p>a</p><h2>b</h2><h2>c</h2><h3>d</h3><hr><h3>e</h3>\
                        <img loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\" src=\"x\" alt=\"\">";
        assert_eq!(for_page(body), expected);
    }
}
