//! fal's signatures, against the double that makes them.

// A test's helper fails by panicking: the test that called it then shows where.
#![allow(clippy::unwrap_used, clippy::panic)]

use doubles::fal::{Behaviour, Server, Signer};
use jiff::Timestamp;
use providers::HttpClient;
use providers::fal::{KeyRing, SignedCall};

const NOW: i64 = 1_790_000_000;
const BODY: &str = r#"{"request_id":"r-1","status":"OK"}"#;

type Headers = Vec<(&'static str, String)>;

struct Caller {
    server: Server,
    ring: KeyRing,
}

impl Caller {
    async fn new() -> Self {
        Self {
            server: Server::start(Behaviour::default()).await,
            ring: KeyRing::new(HttpClient::new().unwrap()),
        }
    }

    async fn believes(&self, headers: &Headers, body: &str, now: i64) -> bool {
        let [request_id, user_id, timestamp, signature] = headers.as_slice() else {
            panic!("four headers: {headers:?}");
        };
        let call = SignedCall {
            request_id: &request_id.1,
            user_id: &user_id.1,
            timestamp: &timestamp.1,
            signature: &signature.1,
            body: body.as_bytes(),
        };
        let url = self.server.jwks_url().parse().unwrap();
        let now = Timestamp::from_second(now).unwrap();
        self.ring.has_signed(&url, &call, now).await.unwrap()
    }
}

#[tokio::test]
async fn a_signature_of_fals_is_good_for_five_minutes() {
    let caller = Caller::new().await;
    let headers = caller.server.signer().headers_at("r-1", BODY, NOW);
    for (apart, expected) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
        assert_eq!(
            caller.believes(&headers, BODY, NOW + apart).await,
            expected,
            "{apart}"
        );
    }
    assert_eq!(caller.server.counts().jwks, 1, "the keys are kept");
}

#[tokio::test]
async fn any_change_breaks_the_signature() {
    let caller = Caller::new().await;
    let ours = caller.server.signer().headers_at("r-1", BODY, NOW);
    assert!(caller.believes(&ours, BODY, NOW).await);
    assert!(
        !caller
            .believes(&ours, r#"{"request_id":"r-2","status":"OK"}"#, NOW)
            .await
    );
    for (place, value) in [
        (0, "r-2".to_owned()),
        (1, "another-user".to_owned()),
        (2, (NOW + 1).to_string()),
        (2, "soon".to_owned()),
        (2, "99999999999999999999".to_owned()),
        (3, String::new()),
        (3, "no hex".to_owned()),
        (3, "00".repeat(64)),
    ] {
        let mut changed = ours.clone();
        changed[place].1 = value;
        assert!(!caller.believes(&changed, BODY, NOW).await, "{changed:?}");
    }
}

#[tokio::test]
async fn strangers_do_not_make_us_fetch_keys_again_and_again() {
    let caller = Caller::new().await;
    let strange = Signer::of_a_stranger().headers_at("r-1", BODY, NOW);
    for second in 0..60 {
        assert!(!caller.believes(&strange, BODY, NOW + second).await);
    }
    assert_eq!(caller.server.counts().jwks, 1);
    // Once in a while they are: fal may have begun to use another key.
    assert!(!caller.believes(&strange, BODY, NOW + 61).await);
    assert_eq!(caller.server.counts().jwks, 2);
}

#[tokio::test]
async fn without_keys_nothing_is_said_about_a_signature() {
    let server = Server::start(Behaviour::default()).await;
    let url = format!("http://127.0.0.1:{}/nothing/here", server.port());
    let headers = server.signer().headers_at("r-1", BODY, NOW);
    let call = SignedCall {
        request_id: &headers[0].1,
        user_id: &headers[1].1,
        timestamp: &headers[2].1,
        signature: &headers[3].1,
        body: BODY.as_bytes(),
    };
    let ring = KeyRing::new(HttpClient::new().unwrap());
    let now = Timestamp::from_second(NOW).unwrap();
    assert!(ring.has_signed(&url.parse().unwrap(), &call, now).await.is_err());
}
