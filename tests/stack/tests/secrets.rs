//! Cases in which a function could log a secret. `tests/afterwards` searches the logs of the whole run for these secrets.

use doubles::runware::{API_KEY, Behaviour, Ending, ErrorShape, Fault};
use serde_json::json;
use world::deployed::logs;
use world::{Live, Place, World, queue, styles};

contract! {
    deployed {
        provider_errors_are_stored_without_prompts_and_keys,
    }
}

/// A sentence that occurs nowhere else.
const PROMPT: &str = "grandmother Wilhelmina riding a zeppelin over Lake Constance";

async fn provider_errors_are_stored_without_prompts_and_keys(place: Place) {
    logs::keep_out(PROMPT);
    logs::keep_out("Wilhelmina riding");
    let live = Live::open(&place).await;
    let world = World::with(&place, |_, event| {
        event.policy.blocked_terms = vec!["forbiddenword".to_owned()].into();
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    // A provider that repeats the prompt in its errors, at the submit and at the poll.
    let echo = format!("cannot draw \"{PROMPT}\" with key {API_KEY}, sorry: {PROMPT}");
    let at_submit = Fault::json(
        400,
        &json!({ "errors": [{ "code": "invalidInputs", "message": echo, "taskUUID": "{task}" }] }),
    );
    let ending = Ending::Error {
        code: "invalidInputs".to_owned(),
        message: echo,
        shape: ErrorShape::Item,
    };
    let at_poll = Behaviour {
        ending,
        ..Behaviour::default().processing(0)
    };
    let body = json!({ "style_key": styles::LIVE, "prompt": PROMPT });
    for behaviour in [
        Behaviour::default().processing(0),
        Behaviour::submit(at_submit),
        at_poll,
    ] {
        let id = live.hold(&world, photo, &body, [behaviour]).await;
        queue::submit(&world, id).await;
        world.guest.wait(id).await;
        let detail = world
            .stored(id)
            .await
            .failure
            .and_then(|failure| failure.detail)
            .unwrap_or_default();
        assert!(
            !detail.contains("Wilhelmina") && !detail.contains(API_KEY),
            "not even stored for operators: {detail}"
        );
    }
    // Refusals that repeat the words.
    let blocked = json!({ "style_key": styles::OK, "prompt": format!("forbiddenword {PROMPT}") });
    world
        .guest
        .create_edit(photo, &blocked)
        .await
        .problem(422, "prompt_blocked");
    let unreadable = format!("{{\"prompt\": \"{PROMPT}\", ");
    let path = world::guest::edits_of(photo);
    world
        .guest
        .post_raw(&path, "application/json", unreadable)
        .await
        .problem(400, "invalid_request");
    world
        .guest
        .edit("edit_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap())
        .await
        .problem(404, "edit_not_found");
}
