//! Files that are the same on every site: styles, the script, the icons. They are inside the binary.

use std::sync::LazyLock;

use crate::publish::sink::File;

/// The stylesheet that XML feeds name.
pub const FEED_STYLE_PATH: &str = "assets/feed.css";
/// The icon that feeds name.
pub const ICON_PATH: &str = "assets/icon.png";

const STYLE: &[u8] = include_bytes!("../../assets/style.css");
const SCRIPT: &[u8] = include_bytes!("../../assets/app.js");

/// What pages say behind the names of styles and script, which browsers keep for a day: another one with other bytes, so
/// that no page is shown in the styles of an older program.
#[must_use]
pub fn mark() -> &'static str {
    static MARK: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(STYLE).update(SCRIPT);
        hasher.finalize().to_hex()[..8].to_owned()
    });
    &MARK
}

/// Every asset.
#[must_use]
pub fn files() -> Vec<File> {
    vec![
        File::new("assets/style.css", STYLE.to_vec(), 0),
        File::new(FEED_STYLE_PATH, include_bytes!("../../assets/feed.css").to_vec(), 0),
        File::new("assets/app.js", SCRIPT.to_vec(), 0),
        File::new(ICON_PATH, include_bytes!("../../assets/icon.png").to_vec(), 0),
        File::new("favicon.svg", include_bytes!("../../assets/favicon.svg").to_vec(), 0),
        File::new("robots.txt", b"User-agent: *\nAllow: /\n".to_vec(), 0),
    ]
}
