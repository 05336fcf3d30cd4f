//! JSON-LD of a page, flattened: what it says of the article, its pictures and its site.
//!
//! Reads leniently (sites print raw line breaks, comments, several values in a row) and believes nothing more than it
//! says: which of title, text and date is right is decided elsewhere.

use html5ever::local_name;
use serde_json::{Map, Value};

use crate::extract::outline::Outline;
use crate::html::dom::attribute;
use crate::html::plain::plain;
use crate::text::fold::fold;

/// Objects that are read of a page; real pages have up to about 60.
const OBJECTS_MAX: usize = 400;

/// An object of JSON-LD.
pub(super) type Object = Map<String, Value>;

/// All objects of a page that stand on their own or in a `@graph` or a list.
pub(super) fn objects(outline: &Outline<'_>) -> Vec<Value> {
    let mut objects = Vec::new();
    for element in &outline.elements {
        let holds = *element.tag() == local_name!("script")
            && attribute(element.node, &local_name!("type"))
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
        if holds {
            let text: String = element.node.text().collect();
            for value in values(&text) {
                flatten(value, &mut objects);
            }
        }
    }
    objects
}

/// The values of a script; none where it cannot be read.
fn values(text: &str) -> Vec<Value> {
    let text = text.trim().trim_start_matches("<![CDATA[").trim_start_matches("//<![CDATA[").trim_end_matches("]]>");
    let text = text.trim_end_matches("//").trim().trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(text) {
        return vec![value];
    }
    let cleaned: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    serde_json::Deserializer::from_str(&cleaned).into_iter().map_while(Result::ok).collect()
}

fn flatten(value: Value, objects: &mut Vec<Value>) {
    if objects.len() >= OBJECTS_MAX {
        return;
    }
    match value {
        Value::Array(values) => values.into_iter().for_each(|value| flatten(value, objects)),
        Value::Object(mut object) => {
            let graph = object.remove("@graph");
            let main = object.get("mainEntity").filter(|value| value.is_object()).cloned();
            if object.contains_key("@type") {
                objects.push(Value::Object(object));
            }
            graph.into_iter().chain(main).for_each(|value| flatten(value, objects));
        }
        _ => {}
    }
}

/// The object that describes the article of the page: the one whose headline is the page's, else the first.
pub(super) fn article(objects: &[Value], headlines: &[&str]) -> Option<usize> {
    let headlines: Vec<String> = headlines.iter().map(|headline| fold(headline)).collect();
    let articles: Vec<(usize, &Object)> = objects
        .iter()
        .enumerate()
        .filter_map(|(index, object)| object.as_object().map(|object| (index, object)))
        .filter(|(_, object)| is_article(object))
        .collect();
    let is_named =
        |object: &Object| text(object, "headline").is_some_and(|headline| headlines.contains(&fold(&headline)));
    let is_full = |object: &Object| object.contains_key("articleBody") || object.contains_key("datePublished");
    let named = articles.iter().find(|(_, object)| is_named(object));
    named.or_else(|| articles.iter().find(|(_, object)| is_full(object))).or(articles.first()).map(|(index, _)| *index)
}

fn is_article(object: &Object) -> bool {
    has_type(object, |kind| kind.ends_with("Article") || kind.ends_with("Posting") || kind == "Report")
}

/// Whether an object is of a type.
pub(super) fn has_type(object: &Object, is: impl Fn(&str) -> bool) -> bool {
    let is = |kind: &str| is(kind.rsplit('/').next().unwrap_or(kind));
    match object.get("@type") {
        Some(Value::String(kind)) => is(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is),
        _ => false,
    }
}

/// A text of an object, plain. Of several the first.
pub(super) fn text(object: &Object, key: &str) -> Option<String> {
    let value = match object.get(key)? {
        Value::Array(values) => values.first()?,
        value => value,
    };
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Object(inner) => inner.get("@value").or_else(|| inner.get("name"))?.as_str()?,
        _ => return None,
    };
    Some(plain(text)).filter(|text| !text.is_empty())
}

/// A text of an object with its paragraphs, as printed: may hold markup.
pub(super) fn raw<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

/// A number of an object.
pub(super) fn count(object: &Object, key: &str) -> Option<usize> {
    let value = object.get(key)?;
    value.as_u64().and_then(|count| usize::try_from(count).ok()).or_else(|| value.as_str()?.trim().parse().ok())
}

/// The names of persons and bodies under a key.
pub(super) fn names(object: &Object, key: &str, all: &[Value]) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(value) = object.get(key) {
        collect_names(value, all, &mut names);
    }
    names
}

fn collect_names(value: &Value, all: &[Value], names: &mut Vec<String>) {
    match value {
        Value::String(name) => names.push(plain(name)),
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, all, names)),
        Value::Object(person) => match person.get("name") {
            Some(name) => collect_names(name, all, names),
            None => names.extend(person.get("@id").and_then(|id| name_of(id, all))),
        },
        _ => {}
    }
}

/// The name of an object that is only referred to.
fn name_of(id: &Value, all: &[Value]) -> Option<String> {
    let object = all.iter().find(|object| object.get("@id") == Some(id) && object.get("name").is_some())?;
    text(object.as_object()?, "name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_lists_and_raw_line_breaks_are_read() {
        let mut objects = Vec::new();
        let text = "{\"@graph\":[{\"@type\":\"NewsArticle\",\"headline\":\"One\ntwo\"},[{\"@type\":\"Person\",\"name\":\"A\"}]]}";
        for value in values(text) {
            flatten(value, &mut objects);
        }
        assert_eq!(objects.len(), 2);
        assert_eq!(
            article(&objects, &[]).and_then(|index| super::text(objects[index].as_object()?, "headline")).as_deref(),
            Some("One two")
        );
    }

    #[test]
    fn a_person_that_is_referred_to_has_a_name() {
        let all: Vec<Value> = vec![
            serde_json::json!({"@type": "Article", "author": {"@id": "#a"}}),
            serde_json::json!({"@type": "Person", "@id": "#a", "name": "Ann Example"}),
        ];
        assert_eq!(names(all[0].as_object().unwrap(), "author", &all), ["Ann Example"]);
    }
}
