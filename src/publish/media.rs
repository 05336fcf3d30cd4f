//! Media RSS: a photograph as `media:content` with its credit and role, for RSS and Atom alike.
//!
//! Each photograph stands alone: a `media:group` means one thing in several forms.

use std::collections::BTreeMap;

use crate::publish::shown::ShownPhoto;

/// The namespace.
pub const NAMESPACE: &str = "http://search.yahoo.com/mrss/";
/// Roles of the European Broadcasting Union's list; of ours it knows the photographer alone.
const SCHEME_EBU: &str = "urn:ebu";
/// Roles of this program: `docs/PUBLISHED.md` lists them.
const SCHEME_OWN: &str = "urn:feedatlas:credit";

/// An element, before it becomes one library's or the other's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// With its prefix.
    pub name: &'static str,
    /// In the order of the alphabet.
    pub attributes: Vec<(&'static str, String)>,
    /// Its text.
    pub text: Option<String>,
    /// What is inside.
    pub children: Vec<Element>,
}

/// An element in the words of both libraries, which have each a type of their own for it.
#[derive(Debug)]
pub(super) struct Parts<E> {
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
    /// By name.
    pub(super) children: BTreeMap<String, Vec<E>>,
}

impl Element {
    /// As a library's type, which `make` puts together, for it and for everything inside.
    pub(super) fn written<E>(self, make: fn(Parts<E>) -> E) -> E {
        let mut children: BTreeMap<String, Vec<E>> = BTreeMap::new();
        for child in self.children {
            children.entry(child.name.to_owned()).or_default().push(child.written(make));
        }
        let attributes = self.attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        make(Parts { name: self.name.to_owned(), value: self.text, attributes, children })
    }
}

/// A photograph as `media:content`.
#[must_use]
pub fn content(photo: &ShownPhoto) -> Element {
    let mut attributes = vec![("url", photo.url.clone()), ("medium", "image".to_owned())];
    attributes.extend(image_type(&photo.url).map(|media_type| ("type", media_type.to_owned())));
    let size = |name, pixels: Option<u32>| pixels.filter(|pixels| *pixels > 1).map(|pixels| (name, pixels.to_string()));
    attributes.extend(size("width", photo.width));
    attributes.extend(size("height", photo.height));
    let mut children = Vec::new();
    if let Some(credit) = &photo.credit {
        let scheme = if credit.role == "photographer" { SCHEME_EBU } else { SCHEME_OWN };
        let attributes = vec![("role", credit.role.to_owned()), ("scheme", scheme.to_owned())];
        children.push(leaf("media:credit", attributes, &credit.name));
    }
    if let Some(caption) = &photo.caption {
        children.push(leaf("media:description", vec![("type", "plain".to_owned())], caption));
    }
    Element { name: "media:content", attributes, text: None, children }
}

fn leaf(name: &'static str, attributes: Vec<(&'static str, String)>, text: &str) -> Element {
    Element { name, attributes, text: Some(text.to_owned()), children: Vec::new() }
}

/// The media type that an address promises by its ending; none where it has no known one.
#[must_use]
pub fn image_type(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    match extension.as_str() {
        "jpg" | "jpeg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        "gif" => Some("image/gif"),
        "avif" => Some("image/avif"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
