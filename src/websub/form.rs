//! What is asked of a hub, as a form (`WebSub`, section 5.1), and what it asks back, as a query (5.3). Pure.

use std::time::Duration;

use url::form_urlencoded::{Serializer, parse};

use crate::model::subscription::{Phase, Subscription};

/// How long a subscription is asked for; what the hub grants counts.
const LEASE_SECONDS: u64 = 10 * 24 * 60 * 60;

/// Longest lease that is believed: a source must be asked about now and then, whatever a hub says.
const LEASE_MAX: Duration = Duration::from_hours(30 * 24);

/// Shortest lease that is believed: below it there would be no time to renew it.
const LEASE_MIN: Duration = Duration::from_mins(1);

/// Longest challenge that is given back, in bytes; real ones have a few dozen.
const CHALLENGE_BYTES_MAX: usize = 1024;

/// The form that asks a hub to begin or renew a subscription, or to end one that is leaving.
#[must_use]
pub fn request(subscription: &Subscription) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("hub.callback", subscription.callback.as_str());
    form.append_pair("hub.topic", subscription.hub.topic.as_str());
    if subscription.phase == Phase::Leaving {
        return form.append_pair("hub.mode", "unsubscribe").finish();
    }
    form.append_pair("hub.mode", "subscribe");
    form.append_pair("hub.lease_seconds", &LEASE_SECONDS.to_string());
    form.append_pair("hub.secret", &subscription.secret).finish()
}

/// What a hub says when it calls to verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// We asked for this subscription, did we not?
    Subscribe {
        /// The source as the hub knows it.
        topic: String,
        /// To be given back.
        challenge: String,
        /// How long it will last.
        lease: Duration,
    },
    /// We asked for its end, did we not?
    Unsubscribe {
        /// The source as the hub knows it.
        topic: String,
        /// To be given back.
        challenge: String,
    },
    /// It will tell us nothing of this source.
    Denied {
        /// The source as the hub knows it.
        topic: String,
    },
}

/// Reads the query of a call; none where it is none that a hub makes.
#[must_use]
pub fn call(query: &str) -> Option<Call> {
    let value = |name: &str| parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let topic = value("hub.topic")?;
    let challenge = || {
        // It stands in an answer of ours: whatever a browser might make something of is no challenge of a hub.
        value("hub.challenge").filter(|text| (1..=CHALLENGE_BYTES_MAX).contains(&text.len()))
    };
    match value("hub.mode")?.as_str() {
        "subscribe" => {
            let lease = value("hub.lease_seconds").and_then(|text| text.parse().ok()).unwrap_or(LEASE_SECONDS);
            let lease = Duration::from_secs(lease).clamp(LEASE_MIN, LEASE_MAX);
            Some(Call::Subscribe { topic, challenge: challenge()?, lease })
        }
        "unsubscribe" => Some(Call::Unsubscribe { topic, challenge: challenge()? }),
        "denied" => Some(Call::Denied { topic }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::learned::Hub;
    use crate::model::source::SourceName;
    use crate::model::url::PageUrl;

    fn subscription(phase: Phase) -> Subscription {
        let url = |text| PageUrl::parse(text).unwrap();
        Subscription {
            source: SourceName("s".to_owned()),
            hub: Hub { hub: url("https://hub.example/"), topic: url("https://news.example/feed?a=1&b=2") },
            callback: url("https://atlas.example/websub/00ff"),
            token: "00ff".to_owned(),
            secret: "abcd".to_owned(),
            phase,
            next: Timestamp::UNIX_EPOCH,
            lease_until: None,
            tries: 0,
        }
    }

    #[test]
    fn a_hub_is_asked_with_a_form() {
        let common = "hub.callback=https%3A%2F%2Fatlas.example%2Fwebsub%2F00ff\
                      &hub.topic=https%3A%2F%2Fnews.example%2Ffeed%3Fa%3D1%26b%3D2";
        let asked = format!("{common}&hub.mode=subscribe&hub.lease_seconds=864000&hub.secret=abcd");
        assert_eq!(request(&subscription(Phase::Asked)), asked);
        assert_eq!(request(&subscription(Phase::Active)), asked);
        // Its end needs no secret.
        assert_eq!(request(&subscription(Phase::Leaving)), format!("{common}&hub.mode=unsubscribe"));
    }

    #[test]
    fn calls_of_hubs_are_read_and_others_are_none() {
        let query =
            "hub.mode=subscribe&hub.topic=https%3A%2F%2Fn.example%2F&hub.challenge=a%26b&hub.lease_seconds=300&x=1";
        let topic = "https://n.example/".to_owned();
        let lease = Duration::from_mins(5);
        assert_eq!(call(query), Some(Call::Subscribe { topic: topic.clone(), challenge: "a&b".to_owned(), lease }));
        let lease = |seconds: &str| match call(&query.replace("=300", &format!("={seconds}"))) {
            Some(Call::Subscribe { lease, .. }) => lease,
            other => panic!("{other:?}"),
        };
        assert_eq!([lease("1"), lease("99999999999")], [LEASE_MIN, LEASE_MAX]);
        assert_eq!(lease("soon"), Duration::from_secs(LEASE_SECONDS));
        assert_eq!(call("hub.mode=denied&hub.topic=https://n.example/&hub.reason=no"), Some(Call::Denied { topic }));
        for wrong in
            ["", "hub.mode=subscribe", "hub.mode=subscribe&hub.topic=a", "hub.mode=publish&hub.topic=a&hub.challenge=b"]
        {
            assert_eq!(call(wrong), None, "{wrong}");
        }
        let long = "x".repeat(CHALLENGE_BYTES_MAX + 1);
        assert_eq!(call(&format!("hub.mode=unsubscribe&hub.topic=a&hub.challenge={long}")), None);
    }
}
