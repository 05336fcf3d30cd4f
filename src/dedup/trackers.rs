//! What addresses carry that does not say which page is meant: trackers, sessions, names of phones' hosts.
//!
//! Lists and their reasons; `canonical` uses them. A name is here only when no site is known to tell pages apart by it.

/// Beginnings of parameters that trackers own.
const TRACKER_PREFIXES: [&str; 18] = [
    "utm_", "utm-", "mtm_", "piwik_", "matomo_", "hsa_", "_hs", "at_", "oly_", "vero_", "wt_", "wt.", "ga_", "_ga",
    "itm_", "trk_", "stm_", "__cft__",
];

/// Parameters that trackers, share buttons and advertisements own, in small letters.
const TRACKERS: [&str; 95] = [
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "ysclid",
    "ymclid",
    "yadclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "li_fat_id",
    "rdt_cid",
    "epik",
    "scid",
    "mkt_tok",
    "_openstat",
    "openstat",
    "_gl",
    "srsltid",
    "xtor",
    "s_cid",
    "s_kwcid",
    "ef_id",
    "cmpid",
    "cmp",
    "ocid",
    "icid",
    "ncid",
    "ito",
    "smid",
    "smtyp",
    "sref",
    "ref_src",
    "ref_url",
    "refsrc",
    "referrer",
    "referer",
    "ref_",
    "pk_campaign",
    "pk_kwd",
    "pk_source",
    "pk_medium",
    "pk_content",
    "mc_cid",
    "mc_eid",
    "ns_source",
    "ns_mchannel",
    "ns_campaign",
    "ns_linkname",
    "ns_fee",
    "tracking",
    "trk",
    "spm",
    "scm",
    "share",
    "shared",
    "share_id",
    "share_token",
    "sharetype",
    "share_from",
    "sharing",
    "social",
    "soc_src",
    "soc_trk",
    "feature",
    "fb_action_ids",
    "fb_action_types",
    "fb_source",
    "fb_ref",
    "__twitter_impression",
    "__tn__",
    "_branch_match_id",
    "_branch_referrer",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "nr_email_referer",
    "mbid",
    "cvid",
    "sfmc_id",
    "sfns",
    "rss",
    "outputtype",
    "nocache",
    "cachebuster",
    "replytocom",
    "amp_js_v",
    "amp_gsa",
    "usqp",
    "_",
];

/// Parameters that carry a session: two readers never have the same.
const SESSIONS: [&str; 12] = [
    "phpsessid",
    "jsessionid",
    "aspsessionid",
    "sessionid",
    "session_id",
    "sid",
    "sessid",
    "session",
    "cfid",
    "cftoken",
    "oscsid",
    "zenid",
];

/// Parameters that ask for another view of the same page, if their value says no more than yes.
const VIEWS: [&str; 11] = [
    "amp",
    "is_amp",
    "print",
    "printable",
    "print_version",
    "printversion",
    "printerfriendly",
    "printpage",
    "mobile",
    "nomobile",
    "m",
];
const YES: [&str; 12] = ["", "0", "1", "y", "yes", "true", "on", "amp", "print", "mobile", "html", "full"];

/// Parameters that name a view, and the values that name one of the same page.
const VIEW_NAMES: [&str; 9] = ["view", "mode", "format", "output", "type", "tmpl", "version", "layout", "display"];
const VIEW_VALUES: [&str; 9] =
    ["amp", "print", "printable", "mobile", "pda", "printer", "print-version", "component", "amphtml"];

/// Parameters that tell where the reader came from, if their value is one of the places that readers come from.
const ORIGINS: [&str; 9] = ["ref", "from", "source", "src", "via", "origin", "partner", "medium", "traffic_source"];
const PLACES: [&str; 52] = [
    "rss",
    "feed",
    "feeds",
    "atom",
    "twitter",
    "x",
    "facebook",
    "fb",
    "vk",
    "vkontakte",
    "ok",
    "telegram",
    "tg",
    "whatsapp",
    "viber",
    "instagram",
    "linkedin",
    "reddit",
    "youtube",
    "flipboard",
    "pocket",
    "google",
    "googlenews",
    "yandex",
    "yxnews",
    "yandexnews",
    "dzen",
    "zen",
    "rambler",
    "smi2",
    "mirtesen",
    "bing",
    "news",
    "newsletter",
    "email",
    "mail",
    "push",
    "app",
    "share",
    "social",
    "copy",
    "link",
    "widget",
    "main",
    "mainpage",
    "home",
    "homepage",
    "front",
    "frontpage",
    "hp",
    "menu",
    "top",
];

/// First labels of hosts that serve phones, or nothing but the same pages.
const HOST_LABELS: [&str; 10] = ["www", "m", "mobile", "mobi", "amp", "wap", "pda", "touch", "lite", "print"];

/// Last segments of paths that stand for their folder.
const INDEXES: [&str; 2] = ["index", "default"];
const INDEX_ENDS: [&str; 12] =
    ["html", "htm", "shtml", "php", "php5", "asp", "aspx", "jsp", "jsf", "cgi", "xhtml", "phtml"];

/// Whether a parameter says nothing of which page is meant. Its name is in small letters.
pub(super) fn is_noise(name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let value = value.as_str();
    if TRACKERS.contains(&name) || TRACKER_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return true;
    }
    (SESSIONS.contains(&name) && is_session(value))
        || (VIEWS.contains(&name) && YES.contains(&value))
        || (VIEW_NAMES.contains(&name) && VIEW_VALUES.contains(&value))
        || (ORIGINS.contains(&name) && is_place(value))
}

/// A session is long and random, or empty; `sid=42` is the id of a section.
fn is_session(value: &str) -> bool {
    /// The shortest that PHP gives is 22.
    const LENGTH_MIN: usize = 12;
    value.is_empty() || (value.len() >= LENGTH_MIN && value.bytes().any(|byte| byte.is_ascii_digit()))
}

/// `rss`, `twitter_share`, `news.google.com`; with a number in it, it may be an id.
fn is_place(value: &str) -> bool {
    let mut words = value.split(['-', '_', '.', ' ']);
    !value.bytes().any(|byte| byte.is_ascii_digit()) && words.any(|word| PLACES.contains(&word))
}

/// Whether a first label of a host does not tell it from the host without.
pub(super) fn is_host_label(label: &str) -> bool {
    HOST_LABELS.contains(&label) || label.strip_prefix("www").is_some_and(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a last segment of a path stands for its folder: `index.html`, `Default.aspx`.
pub(super) fn is_index(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase();
    let Some((stem, end)) = segment.rsplit_once('.') else { return false };
    INDEXES.contains(&stem) && INDEX_ENDS.contains(&end)
}
