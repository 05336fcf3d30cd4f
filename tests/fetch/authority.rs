//! Whom TLS trusts: the system's authorities, and one of one's own only when feeds.toml names it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use feedatlas::fetch::Fetcher;
use feedatlas::model::fault::{Fault, with_causes};
use feedatlas::model::settings::Network;
use feedatlas::model::url::PageUrl;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::{get_feed, limits, worker};

/// Made for these tests, by an authority whose key was thrown away; trusted by nobody else.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tls").join(name)
}

/// A server with a certificate of that authority; answers each connection once, until the test ends.
fn server() -> SocketAddr {
    let certificates =
        CertificateDer::pem_file_iter(fixture("server.pem")).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(certificates, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = Stream::new(&mut connection, &mut stream);
            let mut head = [0; 4096];
            // A client that trusts nobody here ends the handshake: that is its right.
            if tls.read(&mut head).is_ok() {
                let _ = tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<rss/>");
            }
        }
    });
    address
}

fn fetcher(address: SocketAddr, ca: Option<PathBuf>) -> Result<Fetcher, feedatlas::fetch::error::FetchError> {
    Fetcher::new(&worker(), &Network { allow: vec![address], ca }, &limits())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_ones_own_is_trusted_when_feeds_toml_names_it_and_not_before() {
    let address = server();
    let url = PageUrl::parse(&format!("https://{address}/feed")).unwrap();
    let refused = get_feed(&fetcher(address, None).unwrap(), &url).await.unwrap_err();
    assert_eq!(refused.fault(), Fault::Tls, "{}", with_causes(&refused));
    let trusting = fetcher(address, Some(fixture("ca.pem"))).unwrap();
    assert_eq!(get_feed(&trusting, &url).await.unwrap().body, b"<rss/>");
    // It vouches for the names that it says, and for no other.
    let other = PageUrl::parse(&format!("https://localhost:{}/feed", address.port())).unwrap();
    assert_eq!(get_feed(&trusting, &other).await.unwrap_err().fault(), Fault::Tls);
}

#[test]
fn a_file_without_a_certificate_is_told_with_its_place() {
    let address = "127.0.0.1:9".parse().unwrap();
    for (name, words) in [("missing.pem", "missing.pem: "), ("server.key", "server.key: there is no certificate in it")]
    {
        let error = fetcher(address, Some(fixture(name))).unwrap_err().to_string();
        assert!(error.starts_with("[network] ca: ") && error.contains(words), "{error}");
    }
}
