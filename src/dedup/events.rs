//! stub
use jiff::Timestamp;
/// x
#[derive(Debug, Default)]
pub struct Events;
/// x
#[derive(Debug)]
pub struct Told {
    /// x
    pub address: String,
    /// x
    pub title: String,
    /// x
    pub text: String,
    /// x
    pub published: Option<Timestamp>,
}
impl Events {
    /// x
    pub fn add(&mut self, id: &str, told: &Told) -> String {
        let _ = told;
        id.to_owned()
    }
}
