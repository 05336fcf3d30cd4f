//! Messages to the operator's own addresses: webhooks and pings of `[alert]`.
//!
//! Not guarded: feeds.toml names these addresses itself, and most are private. Nothing that a source says leads here, no redirect is
//! followed, and no answer is read.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, redirect, retry};

use crate::fetch::client::{tls, user_agent};
use crate::fetch::error::FetchError;
use crate::model::settings::{Network, Worker};
use crate::model::url::PageUrl;

/// Sends messages.
#[derive(Debug)]
pub struct Messenger {
    client: Client,
}

/// Why a message did not arrive. The address is told as far as its host: what follows is often a secret.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// It could not be sent.
    #[error("{host}: {source}")]
    Unsent {
        /// Whither.
        host: String,
        /// Why.
        source: reqwest::Error,
    },
    /// It was not taken.
    #[error("{host}: answered {status}")]
    Refused {
        /// Whither.
        host: String,
        /// What was answered.
        status: u16,
    },
}

impl Messenger {
    /// A messenger whose every message has this long.
    pub fn new(worker: &Worker, network: &Network, deadline: Duration) -> Result<Self, FetchError> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls(network.ca.as_deref())?)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .user_agent(user_agent(worker))
            .timeout(deadline)
            .build()
            .map_err(|error| FetchError::Client(error.into()))?;
        Ok(Self { client })
    }

    /// Posts JSON.
    pub async fn post(&self, url: &PageUrl, json: String) -> Result<(), MessageError> {
        let request = self.client.post(url.as_str()).header("Content-Type", "application/json").body(json);
        send(url, request).await
    }

    /// Asks, for the asking's sake.
    pub async fn ping(&self, url: &PageUrl) -> Result<(), MessageError> {
        send(url, self.client.get(url.as_str())).await
    }
}

async fn send(url: &PageUrl, request: RequestBuilder) -> Result<(), MessageError> {
    let host = || url.host().to_owned();
    let response =
        request.send().await.map_err(|error| MessageError::Unsent { host: host(), source: error.without_url() })?;
    let status = response.status();
    if status.is_success() { Ok(()) } else { Err(MessageError::Refused { host: host(), status: status.as_u16() }) }
}
