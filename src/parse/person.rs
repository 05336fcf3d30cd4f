//! People of a feed: Atom's elements, and the one line in which RSS has a name and an address for letters.

use url::Url;

use crate::html::plain;
use crate::model::entry::Person;
use crate::parse::address;
use crate::parse::construct;
use crate::parse::tree::Element;

/// The person of an element; none where nobody is named.
pub(super) fn read(element: &Element<'_>, base: Option<&Url>) -> Option<Person> {
    let base = address::base_below(base, element.attribute("xml:base"));
    if element.elements().next().is_none() {
        return of_line(&construct::repaired(element.text()));
    }
    let mut person = Person::default();
    for child in element.elements() {
        let Some(text) = child.some_text().map(construct::repaired) else { continue };
        match &*child.name {
            "name" => person.name = Some(plain::plain(&text)),
            "email" => person.email = Some(text),
            "uri" | "url" | "homepage" => {
                let base = address::base_below(base.as_deref(), child.attribute("xml:base"));
                person.uri = address::whole(&text, base.as_deref());
            }
            _ => {}
        }
    }
    (person != Person::default()).then_some(person)
}

/// `me@example.org (Asha Example)`, `Asha Example <me@example.org>`, or a name alone.
pub(super) fn of_line(line: &str) -> Option<Person> {
    let line = line.trim();
    let email = email(line);
    let name = match email {
        Some(email) => without_brackets(
            &line.replace(email, "").replace("mailto:", "").replace("()", "").replace("<>", "").replace("&lt;&gt;", ""),
        ),
        None => line.to_owned(),
    };
    let name = Some(plain::plain(&name)).filter(|name| !name.is_empty());
    let email = email.map(str::to_owned);
    (name.is_some() || email.is_some()).then_some(Person { name, email, uri: None })
}

fn without_brackets(name: &str) -> String {
    let name = name.trim();
    let name = name.strip_prefix('(').unwrap_or(name);
    name.strip_suffix(')').unwrap_or(name).trim().to_owned()
}

/// The address for letters in a line.
fn email(line: &str) -> Option<&str> {
    let at = line.find('@')?;
    let is_local = |c: char| c.is_alphanumeric() || "._%+-!#$&'*/=?^{|}~".contains(c);
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let start = line[..at]
        .rfind(|c: char| !is_local(c))
        .map_or(0, |before| before + line[before..].chars().next().map_or(1, char::len_utf8));
    let end = line[at + 1..].find(|c: char| !is_host(c)).map_or(line.len(), |end| at + 1 + end);
    let email = line[start..end].trim_end_matches('.');
    (start < at && email.len() > at + 1 - start && email[at + 1 - start..].contains('.')).then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_an_address() {
        for (line, name, email) in [
            ("me@example.org (Asha Example)", Some("Asha Example"), Some("me@example.org")),
            ("Asha Example <me@example.org>", Some("Asha Example"), Some("me@example.org")),
            ("Asha Example (me+spam@example.org)", Some("Asha Example"), Some("me+spam@example.org")),
            ("me@example.org", None, Some("me@example.org")),
            ("Ася Пример", Some("Ася Пример"), None),
            ("@asha", Some("@asha"), None),
        ] {
            let person = of_line(line).unwrap();
            assert_eq!((person.name.as_deref(), person.email.as_deref()), (name, email), "{line}");
        }
    }
}
