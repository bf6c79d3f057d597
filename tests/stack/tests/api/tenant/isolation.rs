//! An organiser sees nothing of another organiser.

use domain::{EditId, PhotoId};
use reqwest::Method;
use serde_json::{Value, json};
use world::caller::of_event;
use world::table::{keyed, string};
use world::{Books, Caller, Place, World, settings, styles};

use crate::api::endpoints::endpoints_below;

contract! {
    in_memory {
        a_superadmin_acts_in_the_place_of_a_tenant_and_the_audit_says_so,
        no_list_of_a_tenant_shows_anything_of_another,
        two_organisers_with_the_same_slug_each_see_their_own_event,
        a_cursor_of_another_event_is_refused,
        a_slug_that_leads_to_another_tenants_event_shows_and_changes_no_edit_of_it,
    }
    both {
        every_endpoint_of_an_organiser_hides_another_organisers_event,
    }
}

const SLUG: &str = "eventSlug";
const EDIT: &str = "aiEditRequest";
const PHOTO: &str = "photo";
const LINK: &str = "linkId";
/// A link that nobody has.
const NO_LINK: &str = "token_01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// An event with a photo and a finished edit, and its organiser.
struct Home {
    world: World,
    organiser: Caller,
    photo: PhotoId,
    edit: EditId,
}

impl Home {
    async fn new(place: &Place) -> Self {
        Self::of(World::new(place).await).await
    }

    async fn of(world: World) -> Self {
        let photo = world.photo("cat.jpg").await;
        let edit = world.guest.start(photo, &styles::fake("sync")).await;
        world.guest.wait(edit).await;
        let organiser = Caller::organiser(&world).await;
        Self {
            world,
            organiser,
            photo,
            edit,
        }
    }

    fn slug(&self) -> &str {
        self.world.event.slug.as_str()
    }

    /// A body that the endpoint takes from the right caller.
    fn body(&self, method: &Method, path: &str) -> Value {
        match (method.as_str(), path.rsplit('/').next()) {
            ("POST", Some("ai-edits")) => {
                json!({ "photo_id": self.photo, "style_key": styles::fake("sync") })
            }
            ("POST", Some("logos")) => json!({ "mime_type": "image/png", "size_bytes": 1_000 }),
            ("POST", Some("photos")) => json!({ "mime_type": "image/jpeg", "size_bytes": 1_000 }),
            ("PATCH", Some("ai-settings")) => json!({ "enabled": false }),
            _ => json!({}),
        }
    }
}

async fn every_endpoint_of_an_organiser_hides_another_organisers_event(place: Place) {
    let _settings = settings::defaults(&place).await;
    let (own, other) = (Home::new(&place).await, Home::new(&place).await);
    let nobody = Caller::nobody(&place);
    let superadmin = Caller::superadmin(&place);
    let endpoints = endpoints_below("/tenant/events/{eventSlug}/");
    assert!(endpoints.len() >= 7, "{} endpoints", endpoints.len());
    for endpoint in endpoints {
        let (method, path) = (&endpoint.method, &endpoint.path);
        let name = format!("{method} {path}");
        let (edit, photo) = (other.edit.to_string(), other.photo.to_string());
        let theirs = endpoint.path_with(&[
            (SLUG, other.slug()),
            (EDIT, &edit),
            (PHOTO, &photo),
            (LINK, NO_LINK),
        ]);
        let body = other.body(method, path);
        let reply = own.organiser.send(method.clone(), &theirs, &body).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (404, &json!("event_not_found")),
            "{name}"
        );
        // The answer equals that of an event that does not exist.
        let nowhere = endpoint.path_with(&[
            (SLUG, "no-such-event-anywhere"),
            (EDIT, &edit),
            (PHOTO, &photo),
            (LINK, NO_LINK),
        ]);
        let missing = own.organiser.send(method.clone(), &nowhere, &body).await;
        for field in ["type", "title", "status", "detail", "code"] {
            assert_eq!(missing.body[field], reply.body[field], "{name}");
        }
        // The id of the event opens nothing either.
        let by_id = endpoint.path_with(&[
            (SLUG, other.world.event.id.as_str()),
            (EDIT, &edit),
            (PHOTO, &photo),
            (LINK, NO_LINK),
        ]);
        let reply = own.organiser.send(method.clone(), &by_id, &body).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (404, &json!("event_not_found")),
            "{name}"
        );
        assert_eq!(
            nobody.send(method.clone(), &theirs, &body).await.status,
            401,
            "{name}"
        );
        // Naming the other tenant opens nothing: the answer does not even say whether there is one.
        for named in [other.world.tenant.id.as_str(), "no-such-tenant", "%20"] {
            let reply = own
                .organiser
                .send(method.clone(), &format!("{theirs}?tenant={named}"), &body)
                .await;
            assert_eq!(
                (reply.status, &reply.body["code"]),
                (403, &json!("forbidden")),
                "{name}"
            );
        }
        // A superadmin is not an organiser, unless it says in whose place it acts.
        let reply = superadmin.send(method.clone(), &theirs, &body).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (403, &json!("forbidden")),
            "{name}"
        );
        // The own event does not contain another's edit or photo.
        let missing = [(EDIT, "edit_not_found"), (PHOTO, "photo_not_found")];
        let missing = missing
            .iter()
            .find(|(name, _)| path.contains(&format!("{{{name}}}")));
        if let Some((_, code)) = missing {
            let mixed = endpoint.path_with(&[
                (SLUG, own.slug()),
                (EDIT, &edit),
                (PHOTO, &photo),
                (LINK, NO_LINK),
            ]);
            let reply = own.organiser.send(method.clone(), &mixed, &body).await;
            assert_eq!((reply.status, &reply.body["code"]), (404, &json!(code)), "{name}");
        }
    }
    // Nor another's photo.
    let mixed = format!("{}/ai-edits", of_event(&own.world));
    let body = other.body(&Method::POST, "/ai-edits");
    let reply = own.organiser.send(Method::POST, &mixed, &body).await;
    reply.problem(404, "photo_not_found");

    // None of these calls changed anything.
    for home in [&own, &other] {
        let books = Books::of(&home.world).await;
        assert_eq!((books.figures.total, books.ledger.len()), (1, 1));
        let path = format!("{}/ai-settings", of_event(&home.world));
        assert_eq!(home.organiser.get(&path).await.data(200)["enabled"], true);
    }
}

async fn a_superadmin_acts_in_the_place_of_a_tenant_and_the_audit_says_so(place: Place) {
    let home = Home::new(&place).await;
    let superadmin = Caller::superadmin(&place);
    let tenant = home.world.tenant.id.as_str();
    let mut endpoints = endpoints_below("/tenant/");
    // The deletes come last, because a deleted edit answers no other request.
    endpoints.sort_by_key(|endpoint| endpoint.method == Method::DELETE);
    assert!(endpoints.len() >= 16, "{} endpoints", endpoints.len());
    for endpoint in endpoints {
        let (edit, photo) = (home.edit.to_string(), home.photo.to_string());
        let path = endpoint.path_with(&[
            (SLUG, home.slug()),
            (EDIT, &edit),
            (PHOTO, &photo),
            (LINK, NO_LINK),
        ]);
        let body = home.body(&endpoint.method, &endpoint.path);
        let name = format!("{} {}", endpoint.method, endpoint.path);
        let acting = format!("{path}?tenant={tenant}");
        let reply = superadmin.send(endpoint.method.clone(), &acting, &body).await;
        if path.ends_with(NO_LINK) {
            reply.problem(404, "not_found");
        } else {
            assert!((200..300).contains(&reply.status), "{name}: {}", reply.body);
        }
        let own = home.organiser.send(endpoint.method.clone(), &acting, &body).await;
        let expected = if endpoint.method == Method::DELETE {
            404
        } else {
            reply.status
        };
        assert_eq!(own.status, expected, "{name}: the own name changes nothing");
        let elsewhere = format!("{path}?tenant=no-such-tenant");
        let reply = superadmin.send(endpoint.method.clone(), &elsewhere, &body).await;
        if path.starts_with("/tenant/events/") {
            reply.problem(404, "event_not_found");
        }
    }
    let reply = home.organiser.get("/tenant/audit").await;
    let entries = reply.data(200).as_array().unwrap().iter();
    let mut acted: Vec<_> = entries
        .filter(|entry| entry["actor"]["kind"] == "superadmin" && entry["actor"]["acting_for"] == tenant)
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    acted.sort_unstable();
    assert_eq!(
        acted,
        [
            "edit_approved",
            "edit_deleted",
            "edit_hidden",
            "edit_shown",
            "link_created",
            "photo_deleted",
            "policy_changed",
        ]
    );
}

async fn no_list_of_a_tenant_shows_anything_of_another(place: Place) {
    let (own, other) = (Home::new(&place).await, Home::new(&place).await);
    let settings = format!("{}/ai-settings", of_event(&other.world));
    let body = json!({ "policy_message": "theirs" });
    other.organiser.patch(&settings, &body).await.data(200);
    for path in [
        "/tenant/events",
        "/tenant/usage",
        "/tenant/usage/entries",
        "/tenant/audit",
    ] {
        let (mine, theirs) = (own.organiser.get(path).await, other.organiser.get(path).await);
        mine.data(200);
        let theirs_alone = [
            other.world.tenant.id.to_string(),
            other.world.event.id.to_string(),
            other.slug().to_owned(),
            other.edit.to_string(),
        ];
        let shown = theirs.body.to_string();
        assert!(
            theirs_alone.iter().any(|text| shown.contains(text)),
            "{path}: {shown}"
        );
        for text in theirs_alone {
            assert!(!mine.body.to_string().contains(&text), "{path}: {text}");
        }
        assert_eq!(Caller::nobody(&place).get(path).await.status, 401);
        Caller::superadmin(&place)
            .get(path)
            .await
            .problem(403, "forbidden");
        let named = format!("{path}?tenant={}", other.world.tenant.id);
        own.organiser.get(&named).await.problem(403, "forbidden");
    }
}

async fn two_organisers_with_the_same_slug_each_see_their_own_event(place: Place) {
    let one = Home::new(&place).await;
    let slug = one.world.event.slug.clone();
    let two = Home::of(World::with(&place, |_, event| event.slug = slug).await).await;
    for (home, stranger) in [(&one, &two), (&two, &one)] {
        let list = format!("{}/ai-edits", of_event(&home.world));
        let reply = home.organiser.get(&list).await;
        let ids: Vec<_> = reply.data(200).as_array().unwrap().iter().collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(ids[0]["id"], json!(home.edit));
        home.organiser
            .get(&format!("{list}/{}", stranger.edit))
            .await
            .problem(404, "edit_not_found");
        let body = json!({ "photo_id": stranger.photo, "style_key": styles::OK });
        let reply = home.organiser.send(Method::POST, &list, &body).await;
        reply.problem(404, "photo_not_found");
    }
}

async fn a_cursor_of_another_event_is_refused(place: Place) {
    let own = Home::new(&place).await;
    // The event of a stranger with the same slug, and the organiser's own other event.
    let slug = own.world.event.slug.clone();
    let stranger = Home::of(World::with(&place, |_, event| event.slug = slug).await).await;
    let neighbour = Home::of(own.world.neighbour().await).await;
    for home in [&stranger, &neighbour] {
        let second = home.world.guest.start(home.photo, &styles::fake("sync")).await;
        home.world.guest.wait(second).await;
        let list = format!("{}/ai-edits", of_event(&home.world));
        let page = home.organiser.get(&format!("{list}?limit=1")).await;
        let cursor = page.body["meta"]["next_cursor"].as_str().unwrap();
        let next = home.organiser.get(&format!("{list}?cursor={cursor}")).await;
        assert_eq!(next.data(200)[0]["id"], json!(home.edit));
        let path = format!("{}/ai-edits?cursor={cursor}", of_event(&own.world));
        own.organiser.get(&path).await.problem(400, "invalid_request");
    }
}

async fn a_slug_that_leads_to_another_tenants_event_shows_and_changes_no_edit_of_it(place: Place) {
    let (own, other) = (Home::new(&place).await, Home::new(&place).await);
    // As no request writes it.
    let mut pointer = keyed(&format!("SLUG#{}#borrowed", own.world.tenant.id), "META");
    pointer.insert("event_id".to_owned(), string(other.world.event.id.as_str()));
    place.put_item(pointer).await;
    let edit = other.edit.to_string();
    let event = "/tenant/events/borrowed";
    for (method, path) in [
        (Method::GET, format!("{event}/ai-edits/{edit}")),
        (Method::POST, format!("{event}/ai-edits/{edit}/hide")),
        (Method::POST, format!("{event}/ai-edits/{edit}/approve")),
        (Method::POST, format!("{event}/ai-edits/{edit}/show")),
        (Method::DELETE, format!("{event}/ai-edits/{edit}")),
        (Method::GET, format!("{event}/export")),
        (Method::DELETE, format!("{event}/photos/{}", other.photo)),
        (Method::GET, format!("{event}/guest-links")),
        (Method::POST, format!("{event}/guest-links")),
        (Method::GET, format!("{event}/ai-settings")),
        (Method::PATCH, format!("{event}/ai-settings")),
    ] {
        let body = other.body(&method, &path);
        let reply = own.organiser.send(method.clone(), &path, &body).await;
        assert_eq!(reply.status, 404, "{method} {path}: {}", reply.body);
    }
    assert_eq!(
        other.world.guest.edit(other.edit).await.data(200)["status"],
        "succeeded"
    );
}
