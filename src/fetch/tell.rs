//! A form sent to a hub, or a feed to a subscriber, as politely as a page is asked for: guarded at every hop, paced, timed. What it answers is not read.

use hyper::body::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::fetch::budget::Stopwatch;
use crate::fetch::cache::retry_after;
use crate::fetch::error::FetchError;
use crate::fetch::journey::{Errand, Journey, Kind};
use crate::fetch::redirect::Trail;
use crate::fetch::status::refusal;
use crate::fetch::transport::{self, Phase};
use crate::model::url::PageUrl;

const FORM: &str = "application/x-www-form-urlencoded";

/// What a hub answered.
enum Reply {
    /// A status of success.
    Taken,
    /// It takes such forms elsewhere.
    Elsewhere(String),
}

impl Journey<'_> {
    /// Sends a form; well when a hub took it.
    pub(super) async fn tell(&self, url: &PageUrl, form: &str) -> Result<(), FetchError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(FORM))]);
        self.post(url, headers, form.to_owned().into()).await
    }

    /// Sends anything with these headers; well when it was taken. A header that HTTP does not let through is left out.
    pub(super) async fn send_with(
        &self,
        url: &PageUrl,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<(), FetchError> {
        let header = |(name, text): &(&'static str, String)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(text).ok()?))
        };
        self.post(url, headers.iter().filter_map(header).collect(), body.into()).await
    }

    async fn post(&self, url: &PageUrl, headers: HeaderMap, body: Bytes) -> Result<(), FetchError> {
        let mut trail = Trail::new(url, self.net.limits.redirects);
        let mut watch = Stopwatch::new(self.net.limits.request, "request");
        let told = self.tell_along(&mut trail, &mut watch, (&headers, &body)).await;
        if told.is_err() {
            self.budget.failed(watch.spent());
        }
        told
    }

    async fn tell_along(
        &self,
        trail: &mut Trail,
        watch: &mut Stopwatch,
        what: (&HeaderMap, &Bytes),
    ) -> Result<(), FetchError> {
        loop {
            let url = trail.url().clone();
            let errand =
                Errand { accept: "*/*", validators: None, body_bytes: 0, kind: Kind::Beside, obeys_robots: false };
            self.enter(&url, errand).await?;
            let turn = self.net.pace.turn(&url, self.delay).await;
            let turn =
                turn.map_err(|quiet| FetchError::RateLimited { url: Box::new(url.clone()), retry_after: Some(quiet) })?;
            let reply = watch.run(&self.budget, &url, self.send(&url, what)).await;
            drop(turn);
            match reply.inspect_err(|error| self.heed(&url.authority(), error))? {
                Reply::Taken => return Ok(()),
                Reply::Elsewhere(location) => trail.follow(&location, false)?,
            }
        }
    }

    async fn send(&self, url: &PageUrl, (headers, body): (&HeaderMap, &Bytes)) -> Result<Reply, FetchError> {
        let request = self.net.clients.of(url).post(url.as_str()).headers(headers.clone()).body(body.clone());
        let response = request.send().await.map_err(|error| transport::refusal(url, error, Phase::Head))?;
        let location = response.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
        match (response.status().as_u16(), location) {
            (200..=299, _) => Ok(Reply::Taken),
            // These two alone mean the same again (RFC 9110, 15.4.8 and 15.4.9).
            (307 | 308, Some(location)) => Ok(Reply::Elsewhere(location)),
            _ => {
                let wait = retry_after(response.headers(), self.net.clock.now());
                Err(refusal(url, response.status(), response.headers(), &[], wait))
            }
        }
    }
}
