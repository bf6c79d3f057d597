//! What guests may call.

use super::endpoint::{Access, Endpoint, Method};
use crate::model::{EditBody, EditInput, EventBody, NewPhotoBody, PhotoBody, PhotoInput, StyleBody};

const GUEST_ID: (&str, &str) = (
    "x-guest-id",
    "A random id kept on the device: 1 to 64 of A-Z a-z 0-9 _ -",
);
pub(super) const IDEMPOTENCY_KEY: (&str, &str) = (
    "idempotency-key",
    "1 to 255 visible ASCII characters: the same key makes one edit",
);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let endpoint = |method, path, id, summary| {
        Endpoint::new(method, path, id, summary)
            .access(Access::EventToken)
            .headers(&[GUEST_ID])
    };
    vec![
        endpoint(
            Method::Get,
            "/events/{token}",
            "getEvent",
            "What is possible at the event, and if nothing is, why",
        )
        .answers::<EventBody<'_>>(200)
        .problems(&[400, 404, 503]),
        endpoint(
            Method::Get,
            "/events/{token}/ai-styles",
            "listStyles",
            "The styles that this event may use",
        )
        .lists::<StyleBody<'_>>()
        .problems(&[400, 403, 404, 503]),
        endpoint(
            Method::Get,
            "/events/{token}/photos",
            "listPhotos",
            "The event's photos, newest first",
        )
        .lists::<PhotoBody<'_>>()
        .paged()
        .problems(&[400, 404, 503]),
        endpoint(
            Method::Post,
            "/events/{token}/photos",
            "createPhoto",
            "Registers a photo and says where to upload it",
        )
        .takes::<PhotoInput>()
        .answers::<NewPhotoBody<'_>>(201)
        .problems(&[400, 403, 404, 413, 415, 422, 503]),
        endpoint(
            Method::Post,
            "/events/{token}/photos/{photo}/ai-edits",
            "createEdit",
            "Asks for an edit of a photo: at least a style or a prompt",
        )
        .takes::<EditInput>()
        .answers::<EditBody<'_>>(202)
        .headers(&[GUEST_ID, IDEMPOTENCY_KEY])
        .problems(&[400, 402, 403, 404, 409, 413, 415, 422, 429, 503]),
        endpoint(
            Method::Get,
            "/events/{token}/ai-edits/{requestId}",
            "getEdit",
            "How an edit is getting on",
        )
        .answers::<EditBody<'_>>(200)
        .problems(&[400, 404, 503]),
    ]
}
