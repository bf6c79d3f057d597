//! `DELETE …/ai-edits/{aiEditRequest}` and `DELETE …/photos/{photo}` by an organiser.

use serde_json::json;
use world::caller::of_event;
use world::{Books, Caller, Place, World, settings, styles};

contract! {
    both {
        an_organiser_takes_edits_and_photos_away_and_the_audit_says_so,
    }
}

async fn an_organiser_takes_edits_and_photos_away_and_the_audit_says_so(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let under_way = world.guest.start(photo, &styles::fake("slow")).await;
    let (one, other) = (
        world.guest.start(photo, &styles::fake("sync")).await,
        world.guest.start(photo, &styles::fake("sync")).await,
    );
    for id in [one, other] {
        world.guest.wait(id).await;
    }
    let event = of_event(&world);
    for id in [one, under_way] {
        let path = format!("{event}/ai-edits/{id}");
        assert_eq!(organiser.delete(&path).await.status, 204);
        organiser.delete(&path).await.problem(404, "edit_not_found");
        organiser.get(&path).await.problem(404, "edit_not_found");
        world.guest.edit(id).await.problem(404, "edit_not_found");
    }
    let path = format!("{event}/photos/{photo}");
    assert_eq!(organiser.delete(&path).await.status, 204);
    organiser.delete(&path).await.problem(404, "photo_not_found");
    world.guest.edit(other).await.problem(404, "edit_not_found");
    place.handle_all_messages().await;
    place
        .eventually("settled", async || Books::read(&world).await.ledger.len() == 3)
        .await;
    let folder = format!("events/{}/", world.event.slug);
    place
        .eventually("removed", async || place.objects_below(&folder).await.is_empty())
        .await;
    Books::of(&world).await.assert_at_rest();
    let audit = organiser.get("/tenant/audit").await;
    let audit = audit.data(200);
    for (index, action, target) in [
        (0, "photo_deleted", json!(photo)),
        (1, "edit_deleted", json!(under_way)),
        (2, "edit_deleted", json!(one)),
    ] {
        assert_eq!(audit[index]["action"], action);
        assert_eq!(audit[index]["target"], target);
        assert_eq!(audit[index]["actor"]["kind"], "organiser");
    }
}
