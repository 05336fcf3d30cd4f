//! Whose word an element's name is: the vocabularies of feeds, known by their address, or by the usual prefix where the
//! address was forgotten.

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Space {
    /// RSS of every version, Atom, CDF: their words do not clash.
    Core,
    /// RDF's frame around RSS 0.90 and 1.0.
    Rdf,
    /// HTML inside feeds.
    Xhtml,
    /// Dublin Core.
    Dc,
    /// Dublin Core's further terms.
    DcTerms,
    /// `content:encoded`.
    Content,
    /// Media RSS.
    Media,
    /// Podcasts.
    Itunes,
    /// `sy:updatePeriod`.
    Syndication,
    /// `admin:generatorAgent`.
    Admin,
    /// `yandex:full-text`.
    Yandex,
    /// Google's sitemaps of news.
    News,
    /// Not read.
    Other,
}

/// Parts of addresses by which vocabularies are known; the first that fits counts. Addresses are mistyped in many ways
/// (a slash more, https, capitals), their middles hardly ever.
const ADDRESSES: &[(&str, Space)] = &[
    ("purl.org/dc/elements", Space::Dc),
    ("purl.org/dc/terms", Space::DcTerms),
    ("rss/1.0/modules/content", Space::Content),
    ("rss/1.0/modules/syndication", Space::Syndication),
    ("rss/1.0/modules/rss091", Space::Core),
    ("rss/1.0/modules", Space::Other),
    ("yahoo.com/mrss", Space::Media),
    ("/mrss", Space::Media),
    ("itunes.com/", Space::Itunes),
    ("podcast-1.0.dtd", Space::Itunes),
    ("webns.net/mvcb", Space::Admin),
    ("yandex.ru", Space::Yandex),
    ("1999/xhtml", Space::Xhtml),
    ("22-rdf-syntax-ns", Space::Rdf),
    ("sitemap-news", Space::News),
    ("purl.org/rss", Space::Core),
    ("purl.org/net/rss", Space::Core),
    ("netscape.com/", Space::Core),
    ("userland.com/rss", Space::Core),
    ("harvard.edu/tech/rss", Space::Core),
    ("purl.org/atom", Space::Core),
    ("w3.org/2005/atom", Space::Core),
    ("/necho", Space::Core),
    ("purl.org/echo", Space::Core),
    ("purl.org/pie", Space::Core),
    ("example.com/newformat", Space::Core),
    ("uri/of/echo", Space::Core),
    ("sitemaps.org/", Space::Core),
];

/// The vocabulary of an address.
pub(super) fn of_address(address: &str) -> Space {
    let address = address.trim().to_ascii_lowercase();
    ADDRESSES.iter().find(|(part, _)| address.contains(part)).map_or(Space::Other, |(_, space)| *space)
}

/// The vocabulary of a prefix that nobody declared.
pub(super) fn of_prefix(prefix: &str) -> Space {
    match prefix.to_ascii_lowercase().as_str() {
        "" | "rss" | "atom" | "atom10" | "a10" | "rss1" | "rss2" => Space::Core,
        "dc" => Space::Dc,
        "dcterms" | "dct" => Space::DcTerms,
        "content" => Space::Content,
        "media" => Space::Media,
        "itunes" => Space::Itunes,
        "sy" => Space::Syndication,
        "admin" => Space::Admin,
        "yandex" => Space::Yandex,
        "rdf" => Space::Rdf,
        "xhtml" | "html" => Space::Xhtml,
        "news" => Space::News,
        _ => Space::Other,
    }
}
