//! What providers may call.

use super::endpoint::{Access, Endpoint, Method};

const SIGNATURE: &[(&str, &str)] = &[
    ("x-fal-webhook-request-id", "fal's name for the request"),
    ("x-fal-webhook-user-id", "fal's name for our account"),
    ("x-fal-webhook-timestamp", "Seconds since 1970, at most 300 off"),
    (
        "x-fal-webhook-signature",
        "ED25519 over request, user, time and the body's SHA-256, each on a line; hex",
    ),
];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let endpoint = |path, id, summary| {
        Endpoint::new(Method::Post, path, id, summary)
            .access(Access::SignedAddress)
            .query("t", "The token that the address was given out with")
            .takes_note()
    };
    vec![
        endpoint(
            "/hooks/runware/{edit}",
            "hintFromRunware",
            "Runware says that it has finished; the body is not looked at",
        )
        .problems(&[404, 413, 503]),
        endpoint(
            "/hooks/fal/{edit}",
            "hintFromFal",
            "fal says that it has finished; the body counts for its signature alone",
        )
        .headers(SIGNATURE)
        .problems(&[403, 404, 413, 503]),
    ]
}
