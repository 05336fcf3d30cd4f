//! The identity of an address: two that lead to the same article have one. Never fetched.

/// The canonical form of an address; what is no address comes back as it was.
#[must_use]
pub fn canonical(address: &str) -> String {
    address.to_owned()
}
