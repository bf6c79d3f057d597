//! Nobody but the superadmin may call the superadmin's endpoints.

use serde_json::json;
use world::transport::Credential;
use world::{Caller, Place, World, settings};

use crate::api::endpoints::endpoints_below;

contract! {
    both {
        every_superadmin_endpoint_refuses_an_organiser_and_a_forged_token,
    }
}

async fn every_superadmin_endpoint_refuses_an_organiser_and_a_forged_token(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let forged = "eyJhbGciOiJub25lIn0.eyJjb2duaXRvOmdyb3VwcyI6WyJzdXBlcmFkbWluIl19.";
    let nobody = Caller::nobody(&place);
    let forger = Caller::with(&place, Credential::Token(forged.to_owned()));
    let endpoints = endpoints_below("/admin/");
    assert!(endpoints.len() >= 27, "{} endpoints", endpoints.len());
    for endpoint in endpoints {
        // Not even the organiser's own event and tenant.
        let path = endpoint.path_with(&[
            ("eventId", world.event.id.as_str()),
            ("tenantId", world.tenant.id.as_str()),
            ("key", "test-ok"),
            ("tokenId", "token_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ]);
        let name = format!("{} {}", endpoint.method, endpoint.path);
        let reply = organiser.send(endpoint.method.clone(), &path, &json!({})).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (403, &json!("forbidden")),
            "{name}"
        );
        for caller in [&nobody, &forger] {
            let reply = caller.send(endpoint.method.clone(), &path, &json!({})).await;
            assert_eq!(reply.status, 401, "{name}");
        }
    }
}
