//! Which addresses may be connected to: public ones, and those that `[network] allow` names.
//!
//! The address that is checked is the one the socket connects to: names are resolved here, on reqwest's behalf, and every
//! resolution is checked anew (an answer that changes between two look-ups gains nothing). reqwest asks no resolver for an
//! address literal, so `check` looks at those before each hop. Not here: redirects (`redirect`).

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::model::settings::Network;
use crate::model::url::PageUrl;

/// Lets public addresses through, and the exact pairs of address and port that the operator named.
#[derive(Debug)]
pub(super) struct Guard {
    allow: Vec<SocketAddr>,
}

/// An address that is not public.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{address} is not a public address")]
pub(super) struct Blocked {
    /// The address.
    pub(super) address: IpAddr,
}

impl Guard {
    pub(super) fn new(network: &Network) -> Self {
        Self { allow: network.allow.clone() }
    }

    /// The ports that have an exception.
    pub(super) fn ports(&self) -> BTreeSet<u16> {
        self.allow.iter().map(SocketAddr::port).collect()
    }

    /// Looks at an address literal, in whatever spelling it came: the URL standard has made one form of them all.
    /// A name passes here; what it resolves to is looked at by the `Resolver`.
    pub(super) fn check(&self, url: &PageUrl) -> Result<(), Blocked> {
        match literal(url.host()) {
            Some(address) if !self.admits(address, Some(url.port())) => Err(Blocked { address }),
            _ => Ok(()),
        }
    }

    fn admits(&self, address: IpAddr, port: Option<u16>) -> bool {
        is_public(address) || port.is_some_and(|port| self.allow.contains(&SocketAddr::new(address, port)))
    }
}

fn literal(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.trim_end_matches(']').parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// Resolves names for connections to one port that has exceptions, or to all that have none.
///
/// A resolver is not told the port, and an exception is a pair: hence one resolver, and one client, per port with exceptions.
#[derive(Debug)]
pub(super) struct Resolver {
    guard: Arc<Guard>,
    port: Option<u16>,
}

impl Resolver {
    pub(super) fn new(guard: Arc<Guard>, port: Option<u16>) -> Self {
        Self { guard, port }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, port) = (Arc::clone(&self.guard), self.port);
        Box::pin(async move {
            // Port 0: reqwest puts in the one of the address.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let (good, bad): (Vec<_>, Vec<_>) = found.into_iter().partition(|at| guard.admits(at.ip(), port));
            match (good.is_empty(), bad.first()) {
                (true, Some(at)) => Err(Blocked { address: at.ip() }.into()),
                _ => Ok(Box::new(good.into_iter()) as Addrs),
            }
        })
    }
}

/// Whether an address is one of the open internet: IANA's registries of special addresses, RFC 6890 and its successors.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]                          // this network, private, loopback, multicast, reserved
            | [100, 64..=127, ..]                               // shared with a carrier (CGNAT)
            | [169, 254, ..]                                    // link-local
            | [172, 16..=31, ..]                                // private
            | [192, 168, ..]                                    // private
            | [192, 0, 0 | 2, _]                                // protocol assignments, documentation
            | [192, 88, 99, _]                                  // 6to4 relays
            | [192, 31, 196, _] | [192, 52, 193, _] | [192, 175, 48, _] // AS112, AMT
            | [198, 18..=19, ..]                                // benchmarks
            | [198, 51, 100, _] | [203, 0, 113, _] // documentation
    )
}

/// Of IPv6 only `2000::/3` is handed out to the open internet. What carries an IPv4 address inside (mapped `::ffff:0:0/96`,
/// compatible `::/96`, NAT64 `64:ff9b::/96`, 6to4 `2002::/16`, Teredo `2001::/32`) may mean any host and is refused whole.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = (a & 0xe000) == 0x2000;
    let protocols = a == 0x2001 && b < 0x0200; // 2001::/23: Teredo, ORCHID, benchmarks
    let documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    let six_to_four = a == 0x2002;
    let as112 = a == 0x2620 && b == 0x004f;
    global && !(protocols || documentation || six_to_four || as112)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allow: &[&str]) -> Guard {
        Guard { allow: allow.iter().map(|text| text.parse().unwrap()).collect() }
    }

    fn passes(guard: &Guard, text: &str) -> bool {
        guard.check(&PageUrl::parse(text).unwrap()).is_ok()
    }

    #[test]
    fn every_spelling_of_a_private_address_is_refused() {
        let guard = guard(&[]);
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "10.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "１２７.０.０.１",
            "①②⑦.0.0.1",
            "%31%32%37.0.0.1",
            "[::]",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
            "[2001:0:1::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd12::1]",
            "[ff02::1]",
            "[100::1]",
            "[fec0::1]",
            "[5f00::1]",
        ] {
            assert!(!passes(&guard, &format!("http://{host}/")), "{host}");
        }
    }

    #[test]
    fn public_addresses_and_names_pass() {
        let guard = guard(&[]);
        for host in
            ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.1.0.1", "[2606:4700::1111]", "[2a00:1450::1]", "example.org"]
        {
            assert!(passes(&guard, &format!("http://{host}/")), "{host}");
        }
    }

    #[test]
    fn an_exception_is_an_exact_pair() {
        let guard = guard(&["127.0.0.1:8099", "[::1]:80"]);
        assert!(passes(&guard, "http://127.0.0.1:8099/feed"));
        assert!(passes(&guard, "http://0x7f000001:8099/feed"));
        assert!(passes(&guard, "http://[::1]/"));
        assert!(!passes(&guard, "http://127.0.0.1:8098/"));
        assert!(!passes(&guard, "http://127.0.0.2:8099/"));
        assert!(!passes(&guard, "http://[::ffff:127.0.0.1]:8099/"));
        assert!(!passes(&guard, "https://[::1]/"));
    }

    #[tokio::test]
    async fn names_are_judged_by_what_they_resolve_to() {
        let guard = Arc::new(guard(&["127.0.0.1:8099"]));
        let asked = |port| Resolver::new(Arc::clone(&guard), port).resolve("localhost".parse().unwrap());
        assert!(asked(None).await.is_err());
        assert!(asked(Some(80)).await.is_err());
        assert!(asked(Some(8099)).await.unwrap().all(|at| at.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }
}
