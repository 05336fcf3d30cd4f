//! What a word does to a country's name beside it; bits, since a word may do several things.
//!
//! `build.rs` reads this file too: it imports nothing of the house.

/// A noun after an adjective that makes it a sea, a dish, a breed: «кошка».
pub const AFTER: u16 = 1;
/// A noun before a quoted name: гостиница «Москва».
pub const BEFORE: u16 = 2;
/// A street, on either side.
pub const STREET: u16 = 4;
/// The second half of a newspaper's name: `Times`.
pub const PAPER: u16 = 8;
/// A given name: what follows is a surname.
pub const GIVEN: u16 = 16;
/// A country's name that is a given name too: `Jordan`.
pub const NAMESAKE: u16 = 32;
/// A word that sets the next country beside the matter: «как в», «ранее».
pub const ASIDE: u16 = 64;
/// A word after a namesake that shows the country to be meant: `government`.
pub const STATE: u16 = 128;
/// A street where it stands before its name: `rue de Chine`.
pub const STREET_BEFORE: u16 = 256;
/// A house or a ship where it stands before its name: `hotel Indonesia`.
pub const HOUSE_BEFORE: u16 = 512;
/// A word of recipes, breeds, keeping house.
pub const HOWTO: u16 = 1024;
/// A word that says how someone is called: «по кличке», `Mr`.
pub const CALLED: u16 = 2048;

/// The role whose words a line of `data/names/neutral.txt` with this head lists; 0 for phrases that speak for none.
#[must_use]
pub fn of(head: &str) -> u16 {
    match head {
        "after" => AFTER,
        "before" => BEFORE,
        "street" => STREET,
        "paper" => PAPER,
        "given" => GIVEN,
        "namesake" => NAMESAKE,
        "aside" => ASIDE,
        "state" => STATE,
        "street-before" => STREET_BEFORE,
        "house-before" => HOUSE_BEFORE,
        "howto" => HOWTO,
        "called" => CALLED,
        _ => 0,
    }
}
