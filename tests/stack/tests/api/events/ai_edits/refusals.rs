//! Refusals of the layers.

use domain::event::{Addon, AddonStatus};
use domain::{EditId, FailureCode, MicroUsd, Status};
use serde_json::json;
use world::reply::text;
use world::{Books, Place, World, styles};

contract! {
    in_memory {
        the_organisers_policy_refuses_with_the_organisers_words,
        a_forbidden_or_locked_style_is_refused,
        an_add_on_unlocks_the_feature_while_it_lasts,
        a_blocked_prompt_is_stored_as_blocked_and_costs_nothing,
        the_first_refusing_layer_decides,
    }
}

async fn the_organisers_policy_refuses_with_the_organisers_words(place: Place) {
    let off = World::with(&place, |_, event| {
        event.policy.enabled = false;
        event.policy.policy_message = Some("Not before the cake.".to_owned());
    })
    .await;
    let no_words = World::with(&place, |_, event| event.policy.allow_custom_prompt = false).await;
    let (photo, photo_too) = (
        off.photo_without_file().await,
        no_words.photo_without_file().await,
    );
    let reply = off
        .guest
        .create_edit(photo, &json!({ "style_key": styles::OK }))
        .await;
    assert_eq!(
        reply.problem(403, "event_policy_blocked")["detail"],
        "Not before the cake."
    );
    for words in [
        json!({ "prompt": "a pirate ship" }),
        json!({ "negative_prompt": "a pirate ship" }),
    ] {
        let mut body = words.clone();
        body["style_key"] = json!(styles::OK);
        let reply = no_words.guest.create_edit(photo_too, &body).await;
        let problem = reply.problem(403, "event_policy_blocked");
        assert_eq!(
            problem["detail"],
            "The organiser does not allow this at the event."
        );
    }
    // A prompt without a style needs another permission.
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    let reply = world
        .guest
        .create_edit(photo, &json!({ "prompt": "a pirate ship" }))
        .await;
    reply.problem(403, "event_policy_blocked");
}

async fn a_forbidden_or_locked_style_is_refused(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.allowed_style_keys = [styles::OK, styles::LOCKED, styles::INACTIVE]
            .map(|key| key.parse().unwrap())
            .to_vec();
    })
    .await;
    let photo = world.photo_without_file().await;
    for (style, code) in [
        (styles::LIVE, "style_not_allowed"),
        (styles::INACTIVE, "style_not_allowed"),
        (styles::LOCKED, "style_locked"),
    ] {
        world
            .guest
            .create_edit(photo, &json!({ "style_key": style }))
            .await
            .problem(403, code);
    }
    assert_eq!(
        Books::of(&world).await.figures.total,
        0,
        "a refusal leaves no trace"
    );
}

async fn an_add_on_unlocks_the_feature_while_it_lasts(place: Place) {
    let now = place.now();
    let hour = std::time::Duration::from_secs(3_600);
    for (status, expires_at, is_open) in [
        (AddonStatus::Completed, None, true),
        (AddonStatus::Completed, Some(now + hour), true),
        (AddonStatus::Completed, Some(now - hour), false),
        (AddonStatus::Pending, None, false),
        (AddonStatus::Cancelled, None, false),
    ] {
        let world = World::with(&place, |_, event| {
            event.package = None;
            let key = "ai_styling_unlock".parse().unwrap();
            event.addons = vec![Addon {
                key,
                status,
                expires_at,
            }];
        })
        .await;
        let reply = world.guest.get("/ai-styles").await;
        if is_open {
            reply.data(200);
        } else {
            reply.problem(403, "feature_locked");
        }
    }
}

async fn a_blocked_prompt_is_stored_as_blocked_and_costs_nothing(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.blocked_terms = vec!["forbiddenword".to_owned()].into();
    })
    .await;
    let photo = world.photo_without_file().await;
    let body = json!({ "style_key": styles::OK, "prompt": "a F0rbiddenW\u{00f6}rd on a boat" });
    let plain = json!({ "style_key": styles::OK, "prompt": "a ForbiddenWord on a boat" });
    let reply = world.guest.create_edit(photo, &plain).await;
    let problem = reply.problem(422, "prompt_blocked");
    let id: EditId = text(&problem["edit_id"]).parse().unwrap();

    let edit = world.guest.edit(id).await;
    assert_eq!(edit.data(200)["status"], "blocked");
    assert_eq!(edit.data(200)["failure"]["code"], "prompt_blocked");
    let stored = world.stored(id).await;
    assert_eq!(stored.status, Status::Blocked);
    assert_eq!(
        stored.failure.map(|failure| failure.code),
        Some(FailureCode::PromptBlocked)
    );
    assert_eq!(stored.reserved_micro_usd, MicroUsd::ZERO);
    let books = Books::of(&world).await;
    assert_eq!((books.figures.blocked, books.figures.moderation_hits), (1, 1));
    assert_eq!((books.budget.committed, books.ledger.len()), (MicroUsd::ZERO, 0));
    books.assert_at_rest();

    // Look-alike letters are blocked too.
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(422, "prompt_blocked");
}

async fn the_first_refusing_layer_decides(place: Place) {
    let body = json!({ "style_key": styles::LOCKED, "prompt": "a forbiddenword on a boat" });
    for (enabled, cap, status, code) in [
        (false, 1, 403, "event_policy_blocked"),
        (true, 1, 402, "budget_hard_cap_reached"),
        (true, 1_000_000, 403, "style_locked"),
    ] {
        let world = World::with(&place, |tenant, event| {
            tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(cap));
            event.policy.enabled = enabled;
            event.policy.blocked_terms = vec!["forbiddenword".to_owned()].into();
        })
        .await;
        let photo = world.photo_without_file().await;
        let reply = world.guest.create_edit(photo, &body).await;
        reply.problem(status, code);
    }
}
