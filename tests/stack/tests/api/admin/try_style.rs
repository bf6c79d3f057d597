//! `POST /admin/ai-styles/{key}/try`

use serde_json::json;
use world::{Caller, Place, World, styles};

contract! {
    in_memory {
        a_try_refuses_what_it_cannot_show,
    }
    both {
        a_style_is_tried_on_the_demo_photo_and_nobody_pays,
    }
}

async fn a_style_is_tried_on_the_demo_photo_and_nobody_pays(place: Place) {
    let superadmin = Caller::superadmin(&place);
    let world = World::new(&place).await;
    let path = format!("/admin/ai-styles/{}/try", styles::OK);
    let reply = superadmin.post(&path, &json!({ "photo": null })).await;
    let tried = reply.data(200);
    assert_eq!(
        (&tried["style_key"], &tried["mime_type"]),
        (&json!(styles::OK), &json!("image/jpeg"))
    );
    let picture = world.guest.download(&tried["url"]).await;
    let picture = image::load_from_memory(&picture).unwrap();
    assert_eq!(
        (json!(picture.width()), json!(picture.height())),
        (tried["width"].clone(), tried["height"].clone())
    );
    // The same style, the same look, at the same place.
    let again = superadmin.post(&path, &json!({})).await;
    let place_of = |url: &serde_json::Value| url.as_str().unwrap().split('?').next().unwrap().to_owned();
    assert_eq!(place_of(&again.data(200)["url"]), place_of(&tried["url"]));
    // Not even the style counts as used.
    let style = superadmin
        .get(&format!("/admin/ai-styles/{}", styles::WORDLESS))
        .await;
    assert_eq!(style.data(200)["used"], false);
}

async fn a_try_refuses_what_it_cannot_show(place: Place) {
    let superadmin = Caller::superadmin(&place);
    let path = format!("/admin/ai-styles/{}/try", styles::OK);
    let reply = superadmin
        .post(&path, &json!({ "photo": "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV" }))
        .await;
    assert_eq!(reply.pointers(), ["/photo"]);
    let reply = superadmin
        .post("/admin/ai-styles/no-such-style/try", &json!({}))
        .await;
    reply.problem(404, "not_found");
}
