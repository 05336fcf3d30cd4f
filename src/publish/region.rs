//! In which part of the map a land is shown on the home page. For reading only: nothing is decided by it.

use crate::model::country::Country;

/// The parts, in the order in which they are shown, with the codes in each.
const REGIONS: &[(&str, &[&str])] = &[
    ("Восточная Азия", &["CN", "JP", "KP", "KR", "MN"]),
    ("Центральная Азия", &["KZ", "KG", "TJ", "TM", "UZ"]),
    ("Юго-Восточная Азия", &["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]),
    ("Южная Азия", &["AF", "BD", "BT", "IN", "LK", "MV", "NP", "PK"]),
    (
        "Ближний Восток",
        &["AE", "BH", "CY", "IL", "IQ", "IR", "JO", "KW", "LB", "OM", "PS", "QA", "SA", "SY", "TR", "YE"],
    ),
    ("Кавказ", &["AM", "AZ", "GE", "XO", "XP"]),
    ("Россия", &["RU"]),
];
/// For lands that an operator added.
const ELSEWHERE: &str = "Другие страны";

/// The parts of the map, in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(name, _)| *name).chain([ELSEWHERE])
}

/// The part of the map that a country is shown in.
#[must_use]
pub fn of(country: Country) -> &'static str {
    let found = REGIONS.iter().find(|(_, codes)| codes.contains(&country.code()));
    found.map_or(ELSEWHERE, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_land_has_its_place() {
        assert!(Country::lands().all(|land| of(land) != ELSEWHERE));
        let listed: usize = REGIONS.iter().map(|(_, codes)| codes.len()).sum();
        assert_eq!(listed, Country::lands().count());
    }
}
