//! What hubs (W3C `WebSub`) and we say to each other, and what is decided about it: whom to ask for what, whose calls count.
//!
//! A call that a hub has signed is a reason to ask the source at once, and nothing more: what the call carries is not read. So
//! there is one way in for entries, whoever told of them; a source is always whole, as it stands at its own address; and a forged
//! call could cause no more than one polite request. Pure but for `desk`, which holds what is known in memory; asks nobody.

pub mod desk;
pub mod form;
pub mod plan;
pub mod register;
pub mod signature;
