//! Files that are the same on every site: styles, the script, the icons. They are inside the binary.

use crate::publish::sink::File;

/// The stylesheet that XML feeds name.
pub const FEED_STYLE_PATH: &str = "assets/feed.css";
/// The icon that feeds name.
pub const ICON_PATH: &str = "assets/icon.png";

/// Every asset.
#[must_use]
pub fn files() -> Vec<File> {
    vec![
        File::new("assets/style.css", include_bytes!("../../assets/style.css").to_vec(), 0),
        File::new(FEED_STYLE_PATH, include_bytes!("../../assets/feed.css").to_vec(), 0),
        File::new("assets/app.js", include_bytes!("../../assets/app.js").to_vec(), 0),
        File::new(ICON_PATH, include_bytes!("../../assets/icon.png").to_vec(), 0),
        File::new("favicon.svg", include_bytes!("../../assets/favicon.svg").to_vec(), 0),
        File::new("robots.txt", b"User-agent: *\nAllow: /\n".to_vec(), 0),
    ]
}
