//! Live mode without errors.

use doubles::runware::Behaviour;
use serde_json::json;
use world::fixture;
use world::pictures::{decode, has_exif, likeness};
use world::{Books, Live, Place, World, queue, styles};

contract! {
    in_memory {
        the_provider_gets_the_rendered_prompt_and_a_photo_without_its_location,
        a_model_with_fixed_sizes_gets_the_closest_one,
    }
}

async fn the_provider_gets_the_rendered_prompt_and_a_photo_without_its_location(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("phone-orientation6-gps.jpg").await;
    let body = json!({ "style_key": styles::LIVE, "prompt": "with a paper moon" });
    let id = live.hold(&world, photo, &body, [Behaviour::default()]).await;
    queue::submit(&world, id).await;
    let shown = world.guest.wait(id).await;
    assert_eq!(shown["status"], "succeeded");

    let [task] = live.tasks(id).try_into().unwrap();
    assert_eq!(
        (task.submits, task.downloads, task.billed_micro_usd),
        (1, 1, 39_000)
    );
    assert_eq!(task.model, "google:4@1");
    assert_eq!(
        task.request["positivePrompt"],
        "stack test restyle, with a paper moon please"
    );
    assert_eq!(task.request["deliveryMethod"], "async");
    assert!(!has_exif(&task.photo), "no EXIF reaches the provider");
    let is = likeness(&decode(&task.photo), &decode(&fixture("portrait.jpg")));
    assert!(is > 0.5, "upright: {is}");
    assert_eq!(decode(&task.photo).dimensions(), (1_152, 1_536));

    let edit = world.stored(id).await;
    let attempt = edit.current_attempt().unwrap();
    assert_eq!(attempt.task_id.uuid(), task.id);
    assert_eq!(edit.seed, Some(18_446_744_073_709_551_557));
    assert!(
        edit.provider_url
            .as_deref()
            .is_some_and(|url| url.contains(&task.id.to_string()))
    );
    let books = Books::of(&world).await;
    books.assert_paid(id, 39_000);
    books.assert_at_rest();

    let picture = world.guest.download(&shown["output"]["url"]).await;
    let provenance = media::read_provenance(&picture).unwrap();
    assert_eq!(
        provenance.digital_source_type,
        media::COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    );
    assert_eq!(
        provenance.ai_system.as_deref(),
        Some("Nano Banana (Gemini 2.5 Flash Image) via runware")
    );
    assert_eq!(provenance.ai_system_version.as_deref(), Some("google:4@1"));
    assert!(!has_exif(&picture));
}

async fn a_model_with_fixed_sizes_gets_the_closest_one(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    // 600 × 400
    let photo = world.photo("table.jpg").await;
    let sync = Behaviour {
        sync: true,
        cost: None,
        ..Behaviour::default()
    };
    let body = json!({ "style_key": styles::LIVE_SIZED });
    let id = live.hold(&world, photo, &body, [sync]).await;
    queue::submit(&world, id).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let [task] = live.tasks(id).try_into().unwrap();
    assert_eq!(
        (&task.request["width"], &task.request["height"]),
        (&json!(1_248), &json!(832))
    );
    assert_eq!(task.polls, 0, "it was there at once");
    // The provider names no price, so the reservation is booked.
    Books::of(&world).await.assert_paid(id, styles::COST);
}
