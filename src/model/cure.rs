//! What an operator can do about a source that fails, by the class of the failure: one sentence each, as `status` and `check --probe`
//! print it.
//!
//! Not here: what is done about it without them (`pipeline::schedule`), and what exactly went wrong (the error's own words).

use crate::model::fault::Fault;

/// What helps against a failure, if it does not pass by itself.
#[must_use]
pub fn cure(fault: Fault) -> &'static str {
    match fault {
        Fault::Connect | Fault::Reset | Fault::Incomplete => {
            "often passes; if it stays, its server is down or keeps us out"
        }
        Fault::Dns => "look whether its name is spelt right and still exists",
        Fault::Timeout => "often passes; if it stays, [limits] request gives it more time",
        Fault::MalformedHttp => "its server is broken; ask whoever runs it",
        Fault::Tls => "its certificate is not trusted or has run out; ask whoever runs it",
        Fault::Downgrade => "it sends us from https to http; name the address that it really has",
        Fault::TooManyRedirects | Fault::RedirectLoop => "name the address where its redirects should end",
        Fault::BadUrl => "it sends us to what is no address; name another one",
        Fault::BlockedAddress => "it is not on the open internet; [network] allow lets an exact address:port through",
        Fault::BlockedScheme => "only http and https are fetched; name such an address",
        Fault::CrossOrigin => "name the address at the origin that it speaks for",
        Fault::HttpStatus => "open its address in a browser; if it moved, name the new one",
        Fault::Gone => "it will not come back: name another address, or take the source out",
        Fault::Legal => "withheld for legal reasons; take the source out, or name another address",
        Fault::RateLimited => "it is asked too often: a longer `every` or `delay` helps, and a `contact` in [worker]",
        Fault::Challenge => "it takes us for a robot, which we are: ask whoever runs it to let us through",
        Fault::TooLarge | Fault::DecompressionLimit => "if it is right so, [limits] body takes more",
        Fault::UnsupportedEncoding | Fault::BadEncoding => "it packs its answers wrongly; ask whoever runs it",
        Fault::Charset => "its letters cannot be read; ask whoever runs it",
        Fault::EmptyBody => "often passes; if it stays, name another address",
        Fault::NotAFeed => {
            "`feedatlas check --probe` says what it is; name its feed, or say kind = \"page\" with a `select`"
        }
        Fault::NotHtml => "it is no page; name another address",
        Fault::MalformedXml | Fault::MalformedJson => "its feed is broken; ask whoever runs it",
        Fault::DtdRefused => "it asks for more than a feed may; ask whoever runs it",
        Fault::TooDeep => "if it is right so, [limits] depth takes more",
        Fault::Soft404 => "an error page with success; look whether its address is right",
        Fault::Paywall => "for subscribers; what its feed says itself is published",
        Fault::NoContent => "no article is on it; `article = { body = … }` says where the text stands",
        Fault::RobotsDenied => "its robots.txt forbids it; ask whoever runs it, or name its feed",
        Fault::Defect => "a defect of ours: tell us its address, and what the message says",
        Fault::RobotsUnavailable => "its robots.txt fails, which means no; it is read again with the next pass",
    }
}
