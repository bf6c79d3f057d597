//! Files that are no photos.

use futures::future::join_all;
use world::deployed::logs;
use world::fixture;
use world::{Books, Place, World, settings, styles};

contract! {
    both {
        an_invalid_photo_fails_for_free_and_within_the_functions_memory,
    }
}

/// Memory of process-edit in MB (template.yaml).
const MEMORY_MB: u64 = 1_024;

async fn an_invalid_photo_fails_for_free_and_within_the_functions_memory(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photos = [
        (
            "cut in half",
            "damaged",
            world.photo_of(fixture("truncated.jpg")).await,
        ),
        (
            "a bomb",
            "too_many_pixels",
            world.photo_of(fixture("bomb-60000x60000.png")).await,
        ),
        (
            "a text",
            "not_a_picture",
            world
                .photo_of(b"Dear diary, this is not a picture at all.".to_vec())
                .await,
        ),
        ("empty", "not_a_picture", world.photo_of(Vec::new()).await),
        ("60 MB", "too_large", world.photo_of(vec![0xA5; 60_000_000]).await),
        (
            "never uploaded",
            "never_uploaded",
            world.photo_without_file().await,
        ),
    ];
    let ids = join_all(
        photos
            .iter()
            .map(|(_, _, photo)| world.guest.start(*photo, styles::OK)),
    )
    .await;
    // An edit waits for its photo, but not beyond its deadline.
    let never = *ids.last().unwrap();
    world.set_deadline(never, place.now()).await;
    let shown = join_all(ids.iter().map(|id| world.guest.wait(*id))).await;
    let books = Books::of(&world).await;
    for (((what, kind, _), id), edit) in photos.iter().zip(&ids).zip(shown) {
        assert_eq!(
            (&edit["status"], &edit["failure"]["code"]),
            (&"failed".into(), &"photo_invalid".into()),
            "{what}"
        );
        assert_eq!(edit["failure"]["retryable"], false, "{what}");
        let stored = world.stored(*id).await;
        assert_eq!(stored.attempt, 0, "{what}: no provider was asked");
        let detail = stored.failure.unwrap().detail.unwrap_or_default();
        assert!(detail.starts_with(&format!("{kind}: ")), "{what}: {detail}");
        books.assert_released(*id, "photo_invalid");
        if place.is_deployed() {
            let peak = logs::peak_memory_mb(&place, "process-edit", *id).await;
            assert!(peak < MEMORY_MB / 2, "{what}: {peak} MB");
        }
    }
    assert_eq!(books.figures.failed, 6);
    assert_eq!(
        books.figures.provider_failed, 0,
        "that is no failure of the provider"
    );
    books.assert_at_rest();
}
