//! In which part of the map a land is shown on the home page. For reading only: nothing is decided by it.

use crate::model::country::Country;
use crate::model::language::Language;

/// The parts, in the order in which they are shown, with the codes in each.
const REGIONS: &[([&str; 2], &[&str])] = &[
    (["Восточная Азия", "East Asia"], &["CN", "JP", "KP", "KR", "MN"]),
    (["Центральная Азия", "Central Asia"], &["KZ", "KG", "TJ", "TM", "UZ"]),
    (["Юго-Восточная Азия", "South-East Asia"], &["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]),
    (["Южная Азия", "South Asia"], &["AF", "BD", "BT", "IN", "LK", "MV", "NP", "PK"]),
    (
        ["Ближний Восток", "Middle East"],
        &["AE", "BH", "CY", "IL", "IQ", "IR", "JO", "KW", "LB", "OM", "PS", "QA", "SA", "SY", "TR", "YE"],
    ),
    (["Кавказ", "Caucasus"], &["AM", "AZ", "GE", "XO", "XP"]),
    (["Россия", "Russia"], &["RU"]),
];
/// For lands that an operator added.
const ELSEWHERE: [&str; 2] = ["Другие страны", "Other countries"];

/// A part of the map, by its place in their order.
pub type Region = usize;

/// The parts of the map, in their order, with their names.
pub fn names(language: Language) -> impl Iterator<Item = (Region, &'static str)> {
    let names = REGIONS.iter().map(|(names, _)| *names).chain([ELSEWHERE]);
    names.map(move |[russian, english]| language.say(russian, english)).enumerate()
}

/// The part of the map that a country is shown in.
#[must_use]
pub fn of(country: Country) -> Region {
    REGIONS.iter().position(|(_, codes)| codes.contains(&country.code())).unwrap_or(REGIONS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_land_has_its_place() {
        assert!(Country::lands().all(|land| of(land) < REGIONS.len()));
        let listed: usize = REGIONS.iter().map(|(_, codes)| codes.len()).sum();
        assert_eq!(listed, Country::lands().count());
    }
}
