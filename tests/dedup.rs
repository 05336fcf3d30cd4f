//! Which articles are copies of one text: addresses, texts, entries, the filter.

#[path = "support/dedup_cases.rs"]
mod cases;

use feedatlas::date::Moment;
use feedatlas::dedup::{self, canonical::canonical};
use feedatlas::model::cluster::{ArticleId, Candidate, Verdict};
use feedatlas::model::entry::Entry;
use feedatlas::model::source::SourceName;
use feedatlas::model::url::PageUrl;
use jiff::Timestamp;
use proptest::prelude::*;

/// What a copy may lose to a cut, a frame or an editor's hand is nothing to a fingerprint; everything here must be right.
#[test]
fn own_pairs_of_texts_and_addresses_are_all_told_rightly() {
    let copies = cases::copies();
    assert!(copies.wrong.is_empty(), "{:#?}", copies.wrong);
    let identities = cases::identities();
    assert!(identities.wrong.is_empty(), "{:#?}", identities.wrong);
    assert!(cases::scores().iter().all(|(_, score)| *score >= 1.0));
    assert!(cases::addresses().len() >= 80 && cases::pairs("copy").len() >= 60);
}

#[test]
fn canonical_addresses_of_the_table_are_canonical() {
    for (_, one, other, what) in cases::addresses() {
        for address in [one, other] {
            let once = canonical(&address);
            assert_eq!(canonical(&once), once, "{what}");
        }
    }
}

#[test]
fn what_is_no_address_comes_back_as_it_was() {
    for text in [
        "",
        "urn:uuid:1203",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "12 03",
        "/news/7",
        "tag:example.org,2024:7",
    ] {
        assert_eq!(canonical(text), text);
    }
}

proptest! {
    #[test]
    fn canonical_is_idempotent(
        scheme in "https?",
        host in "(www\\.|m\\.|amp\\.|en\\.m\\.|)[a-z]{1,8}\\.(org|co\\.uk|рф|blogspot\\.com)",
        port in "(|:80|:443|:8080)",
        path in "(/(amp|print|m|news|index\\.php|a%2[0-9a-fA-F]b|%D0%bd|7_print\\.html|[a-zA-Z0-9._~;=(),@:%-]{0,8})){0,4}/?",
        query in "(|\\?([a-zA-Z_\\[\\]]{1,8}=?[a-zA-Z0-9%+/?:-]{0,6}&?;?){0,4})",
        fragment in "(|#!?/?[a-z/=%]{0,8})",
    ) {
        let once = canonical(&format!("{scheme}://{host}{port}{path}{query}{fragment}"));
        prop_assert_eq!(canonical(&once), once);
    }

    #[test]
    fn nothing_makes_canonical_or_fingerprint_fail(text in "\\PC{0,400}") {
        let once = canonical(&text);
        prop_assert_eq!(canonical(&once), once);
        let fingerprint = dedup::fingerprint_of(&text, &text, &text);
        prop_assert!(fingerprint.sketch.len() <= 256 && fingerprint.bands.len() <= 24);
    }

    #[test]
    fn an_id_in_a_query_is_never_dropped(
        name in "(id|ID|p|nid|article|story_id|v|doc|n|page_id|aid|newsid|item)",
        one in "[a-z0-9]{1,10}",
        other in "[a-z0-9]{1,10}",
    ) {
        prop_assume!(one != other);
        let address = |id: &str| canonical(&format!("https://example.org/a?utm_source=x&{name}={id}&fbclid=1"));
        prop_assert_ne!(address(&one), address(&other));
    }
}

/// Verdicts over candidates, as the pipeline has them, agree with the window of the filter.
#[test]
fn verdicts_over_candidates_are_those_of_the_pairs() {
    let articles = cases::articles();
    let print = |id: &str| {
        let article = articles.iter().find(|article| article.id == id).unwrap();
        dedup::fingerprint_of(&article.url, &article.title, &article.text)
    };
    for pair in cases::pairs("copy") {
        let id = ArticleId([7; 16]);
        let candidate = Candidate {
            id,
            cluster: id,
            source: SourceName("one".to_owned()),
            published: Timestamp::UNIX_EPOCH,
            fingerprint: print(&pair.a),
        };
        let copy = print(&pair.b);
        let found = copy.address == candidate.fingerprint.address
            || copy.exact == candidate.fingerprint.exact
            || copy.bands.iter().any(|band| candidate.fingerprint.bands.contains(band));
        let verdict = dedup::verdict(&copy, std::slice::from_ref(&candidate));
        let expected = if pair.label == 1 { Verdict::CopyOf(id) } else { Verdict::New };
        assert_eq!(verdict, expected, "{pair:?}");
        assert!(found || pair.label == 0, "the store would not find {pair:?}");
    }
}

#[test]
fn the_most_alike_candidate_decides_and_the_earliest_of_two_that_are_equally_alike() {
    let article = &cases::articles()[0];
    let print = dedup::fingerprint_of(&article.url, &article.title, &article.text);
    let elsewhere = dedup::fingerprint_of("https://other.example/1", &article.title, &article.text);
    let candidate = |id: u8, second: i64| Candidate {
        id: ArticleId([id; 16]),
        cluster: ArticleId([id; 16]),
        source: SourceName(id.to_string()),
        published: Timestamp::from_second(second).unwrap(),
        fingerprint: elsewhere.clone(),
    };
    let candidates = [candidate(1, 300), candidate(2, 100), candidate(3, 200)];
    assert_eq!(dedup::verdict(&print, &candidates), Verdict::CopyOf(ArticleId([2; 16])));
    assert_eq!(dedup::verdict(&print, &[]), Verdict::New);
}

#[test]
fn a_front_page_and_a_text_too_short_to_tell_are_no_identity() {
    let one = dedup::fingerprint_of("https://example.org/", "Фото дня", "Фото дня");
    assert_eq!((one.address, one.exact), ([0; 16], [0; 16]));
    assert!(one.sketch.is_empty() && one.bands.is_empty());
    let candidate = Candidate {
        id: ArticleId([1; 16]),
        cluster: ArticleId([1; 16]),
        source: SourceName("one".to_owned()),
        published: Timestamp::UNIX_EPOCH,
        fingerprint: one.clone(),
    };
    assert_eq!(dedup::verdict(&one, &[candidate]), Verdict::New);
}

fn entry(id: &str, link: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        link: PageUrl::parse(link).ok(),
        title: Some("Открыт мост".to_owned()),
        published: "2024-01-16T14:05:00+03:00".parse::<Moment>().ok(),
        ..Entry::default()
    }
}

#[test]
fn an_entry_is_known_by_its_id_its_address_or_its_title_with_date() {
    let source = SourceName("one".to_owned());
    let keys = |entry: &Entry| dedup::entry_keys(&source, entry);
    let first = entry("tag:example.org,2024:7", "https://example.org/news/7");
    let known = keys(&first);
    assert_eq!(known.len(), 3);
    // An id that changed its form, a moved site, trackers: each time something is left to know it by.
    let moved = entry("https://example.org/?p=7", "http://www.example.org/news/7/?utm_source=rss");
    assert!(keys(&moved).iter().any(|key| known.contains(key)));
    let renamed = entry("7", "https://new.example/a");
    assert!(keys(&renamed).iter().any(|key| known.contains(key)));
    let other = Entry { title: Some("Закрыт мост".to_owned()), ..entry("8", "https://example.org/news/8") };
    assert!(!keys(&other).iter().any(|key| known.contains(key)));
    assert!(!dedup::entry_keys(&SourceName("two".to_owned()), &first).iter().any(|key| known.contains(key)));
    // A front page is nobody's address, and a rubric with a day alone is no title.
    let rubric = Entry { published: "2024-01-16T00:00:00+03:00".parse().ok(), ..entry("9", "https://example.org/") };
    assert_eq!(keys(&rubric).len(), 1);
}

#[test]
fn an_entry_is_worth_another_look_when_its_words_changed_and_not_when_its_markup_did() {
    let with = |summary: &str| {
        dedup::entry_hash(&Entry { summary: Some(summary.to_owned()), ..entry("7", "https://example.org/news/7") })
    };
    assert_eq!(with("<p>Мост открыт</p>"), with("<p class=\"x\">Мост <b>открыт</b></p><img src=\"/count?17\">"));
    assert_ne!(with("<p>Мост открыт</p>"), with("<p>Мост закрыт</p>"));
}

#[test]
fn the_filter_answers_each_line_in_order_and_an_error_is_a_line_too() {
    let text = &cases::articles()[0].text;
    let input = format!(
        "{}\n{}\nno json\n{}\n",
        serde_json::json!({ "id": "a", "url": "https://one.example/1", "title": "t", "text": text }),
        serde_json::json!({ "id": "b", "url": "https://two.example/2", "title": "u", "text": text }),
        serde_json::json!({ "id": "c", "text": 7 }),
    );
    let run = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let mut command = assert_cmd::Command::cargo_bin("feedatlas").unwrap();
        let output = command.args(arguments).write_stdin(input.as_str()).assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    for arguments in [["dedup"].as_slice(), &["dedup", "--events"]] {
        let lines = run(arguments);
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0]["cluster"], "a");
        assert_eq!(lines[1]["cluster"], "a");
        assert_eq!(lines[2]["error"], "malformed_json");
        assert_eq!((&lines[3]["id"], &lines[3]["cluster"]), (&"c".into(), &"c".into()));
        assert!(lines[3]["message"].is_string());
    }
}
