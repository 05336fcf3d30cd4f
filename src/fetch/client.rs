//! The HTTP clients: TLS roots, pools, protocol limits. Nothing is followed, stored, unpacked or retried by them.
//!
//! Not here: which address may be connected to (`guard`), and what an answer means (`exchange`).

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, redirect, retry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::fetch::error::FetchError;
use crate::fetch::guard::{Guard, Resolver};
use crate::model::settings::{Network, Worker};
use crate::model::url::PageUrl;

/// How long a connection may take to be made. Longer than a lost first packet (1 s, 3 s), so that one loss costs no source.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept: longer than the pace between two articles, shorter than most servers keep theirs.
const IDLE: Duration = Duration::from_secs(20);

/// Header fields of an answer. Real ones have up to about 60; hyper's own bound on their bytes (400 KiB) holds beside this.
const HEADERS_MAX: usize = 256;

/// Bytes of an HTTP/2 head.
const HEAD_BYTES_MAX: u32 = 256 * 1024;

/// Where systems keep the certificates they trust: Debian, Alpine and Arch; Red Hat; SUSE; BSD and macOS.
const SYSTEM_ROOTS: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// One client for the open internet, and one for each port that has exceptions (`guard::Resolver` says why).
#[derive(Debug)]
pub(super) struct Clients {
    public: Client,
    by_port: HashMap<u16, Client>,
}

impl Clients {
    pub(super) fn new(worker: &Worker, network: &Network, guard: &Arc<Guard>) -> Result<Self, FetchError> {
        let tls = tls(network.ca.as_deref())?;
        let client = |port| build(worker, tls.clone(), Resolver::new(Arc::clone(guard), port));
        let by_port = guard.ports().into_iter().map(|port| Ok((port, client(Some(port))?)));
        Ok(Self { by_port: by_port.collect::<Result<_, FetchError>>()?, public: client(None)? })
    }

    /// The client whose resolver knows the exceptions of this address's port.
    pub(super) fn of(&self, url: &PageUrl) -> &Client {
        self.by_port.get(&url.port()).unwrap_or(&self.public)
    }
}

fn build(worker: &Worker, tls: ClientConfig, resolver: Resolver) -> Result<Client, FetchError> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(resolver))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .user_agent(user_agent(worker))
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(worker.per_host)
        .http1_max_headers(HEADERS_MAX)
        .http2_max_header_list_size(HEAD_BYTES_MAX)
        // What browsers and curl let pass, so that no feed is lost for a bad line in its head.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .build()
        .map_err(|error| FetchError::Client(error.into()))
}

/// The provider is named here, so that nothing global has to be installed first.
pub(super) fn tls(ca: Option<&Path>) -> Result<ClientConfig, FetchError> {
    let mut roots = roots();
    if let Some(ca) = ca {
        trust(&mut roots, ca)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::Client(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The system's roots, else Mozilla's: a bare container has none, and must still run.
fn roots() -> RootCertStore {
    let mut store = RootCertStore::empty();
    for path in SYSTEM_ROOTS.map(Path::new).into_iter().filter(|path| path.exists()) {
        let found = CertificateDer::pem_file_iter(path).into_iter().flatten().filter_map(Result::ok);
        if store.add_parsable_certificates(found).0 > 0 {
            return store;
        }
    }
    store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    store
}

/// Trusts the certificates of a file that the operator named. One that has none is a mistake, not a wish.
fn trust(roots: &mut RootCertStore, ca: &Path) -> Result<(), FetchError> {
    let unread = |why: String| FetchError::Authority { path: ca.to_owned(), why };
    let found = CertificateDer::pem_file_iter(ca).map_err(|error| unread(error.to_string()))?;
    let found: Result<Vec<_>, _> = found.collect();
    let found = found.map_err(|error| unread(error.to_string()))?;
    if found.is_empty() {
        return Err(unread("there is no certificate in it".to_owned()));
    }
    for certificate in found {
        roots.add(certificate).map_err(|error| unread(error.to_string()))?;
    }
    Ok(())
}

/// `feedatlas/0.1.0 (+https://example.org/bot)`: one for all requests, no browser's.
pub(super) fn user_agent(worker: &Worker) -> String {
    let name = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    // feeds.toml is text; a header has printable ASCII alone.
    let contact = worker.contact.iter().flat_map(|text| text.chars());
    let contact: String = contact.filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')')).collect();
    if contact.is_empty() { name.to_owned() } else { format!("{name} (+{contact})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_names_us_and_whom_to_write_to() {
        let worker = Worker { contact: Some("https://example.org/bot\r\nX: y".to_owned()), ..Worker::default() };
        let expected = concat!("feedatlas/", env!("CARGO_PKG_VERSION"), " (+https://example.org/botX:y)");
        assert_eq!(user_agent(&worker), expected);
        assert!(!user_agent(&Worker::default()).contains('('));
    }

    #[test]
    fn there_are_roots_whatever_the_system_has() {
        assert!(!roots().is_empty());
    }
}
