//! Entitlement: every combination of package, add-on and style, set up as a superadmin does it.

use domain::EventId;
use futures::future::join_all;
use serde_json::{Value, json};
use world::reply::text;
use world::unique;
use world::{Caller, Guest, Place, styles};

contract! {
    in_memory {
        every_combination_of_package_addon_and_style_is_granted_or_refused,
        an_add_on_can_be_bought_only_while_the_catalogue_holds_a_price,
    }
}

const UNLOCK: &str = "/admin/addons/ai_styling_unlock";
const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);

/// A row: the features of the package, if there is one; the state of the add-on, if it was bought; what grants the
/// feature; the answer to a premium style.
type Row = (
    Option<&'static [&'static str]>,
    Option<Addon>,
    Option<&'static str>,
    Premium,
);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Addon {
    Pending,
    Completed,
    Lasting,
    Expired,
    Cancelled,
}

impl Addon {
    fn body(self, place: &Place) -> Value {
        let now = place.now();
        match self {
            Self::Pending => json!({ "status": "pending" }),
            Self::Completed => json!({ "status": "completed", "expires_at": null }),
            Self::Lasting => json!({ "status": "completed", "expires_at": now + HOUR }),
            Self::Expired => json!({ "status": "completed", "expires_at": now - HOUR }),
            Self::Cancelled => json!({ "status": "cancelled" }),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Premium {
    Open,
    Locked,
    /// The whole feature is locked.
    AllLocked,
}

#[rustfmt::skip] // a table
const MATRIX: &[Row] = &[
    (None,                                        None,                   None,            Premium::AllLocked),
    (Some(&["slideshow"]),                        None,                   None,            Premium::AllLocked),
    (Some(&["ai_styling_premium"]),               None,                   None,            Premium::AllLocked),
    (Some(&["ai_styling"]),                       None,                   Some("package"), Premium::Locked),
    (Some(&["ai_styling", "ai_styling_premium"]), None,                   Some("package"), Premium::Open),
    (Some(&["ai_styling"]),                       Some(Addon::Completed), Some("package"), Premium::Locked),
    (Some(&["ai_styling"]),                       Some(Addon::Expired),   Some("package"), Premium::Locked),
    (None,                                        Some(Addon::Completed), Some("addon"),   Premium::Locked),
    (Some(&["slideshow"]),                        Some(Addon::Completed), Some("addon"),   Premium::Locked),
    (Some(&["ai_styling_premium"]),               Some(Addon::Completed), Some("addon"),   Premium::Open),
    (None,                                        Some(Addon::Lasting),   Some("addon"),   Premium::Locked),
    (None,                                        Some(Addon::Expired),   None,            Premium::AllLocked),
    (None,                                        Some(Addon::Pending),   None,            Premium::AllLocked),
    (None,                                        Some(Addon::Cancelled), None,            Premium::AllLocked),
];

/// An event that the superadmin has just made.
struct Made {
    id: EventId,
    path: String,
    slug: String,
    tenant: String,
}

async fn make(place: &Place, admin: &Caller, features: Option<&[&str]>) -> Made {
    let name = unique(place);
    let tenant = format!("tenant-{name}");
    admin
        .put(
            &format!("/admin/tenants/{tenant}"),
            &json!({ "name": "Entitled" }),
        )
        .await;
    let package = match features {
        None => Value::Null,
        Some(features) => {
            let key = format!("package-{name}");
            let body = json!({ "name": "Of the matrix", "features": features });
            admin.put(&format!("/admin/packages/{key}"), &body).await;
            json!(key)
        }
    };
    let (path, slug) = (format!("/admin/events/event-{name}"), format!("slug-{name}"));
    let event = json!({ "tenant_id": tenant, "slug": slug, "name": "An event", "package_key": package });
    admin.put(&path, &event).await;
    let id = format!("event-{name}").parse().unwrap();
    Made {
        id,
        path,
        slug,
        tenant,
    }
}

async fn every_combination_of_package_addon_and_style_is_granted_or_refused(place: Place) {
    let admin = Caller::superadmin(&place);
    let offer = json!({ "name": "AI edits", "price_cents": 1900, "currency": "EUR" });
    admin.put(UNLOCK, &offer).await;
    for rows in MATRIX.chunks(5) {
        join_all(rows.iter().map(|row| assert_row(&place, &admin, row))).await;
    }
}

async fn assert_row(place: &Place, admin: &Caller, row: &Row) {
    let (features, addon, granted_by, premium) = *row;
    let made = make(place, admin, features).await;
    if let Some(addon) = addon {
        let path = format!("{}/addons/ai_styling_unlock", made.path);
        admin.put(&path, &addon.body(place)).await;
    }
    let expected = json!({ "ai_styling": granted_by.is_some(), "granted_by": granted_by });
    // Superadmin and organiser see the same capabilities.
    let seen = admin.get(&made.path).await;
    assert_eq!(seen.data(200)["capabilities"], expected, "{row:?}");
    let organiser = Caller::organiser_of(place, &made.tenant.parse().unwrap()).await;
    let seen = organiser
        .get(&format!("/tenant/events/{}/ai-settings", made.slug))
        .await;
    assert_eq!(seen.data(200)["capabilities"], expected, "{row:?}");
    // The guest gets what these say.
    let path = format!("{}/tokens", made.path);
    let token = admin.send(reqwest::Method::POST, &path, &json!({})).await;
    let guest = Guest::new(
        place,
        text(&token.data(201)["token"]),
        Some("guest-of-the-matrix"),
    );
    let is_available = guest.get("").await.data(200)["ai_edits"]["available"].clone();
    assert_eq!(is_available, json!(granted_by.is_some()), "{row:?}");
    let photo = place.register_photo(&made.id, None).await;
    let ask = async |style: &str| guest.create_edit(photo, &json!({ "style_key": style })).await;
    let plain = ask(&styles::fake("sync")).await;
    match granted_by {
        Some(_) => assert_eq!(plain.status, 202, "{row:?}: {}", plain.body),
        None => assert_eq!(plain.problem(403, "feature_locked")["status"], 403, "{row:?}"),
    }
    let dear = ask(styles::PREMIUM).await;
    match premium {
        Premium::Open => assert_eq!(dear.status, 202, "{row:?}: {}", dear.body),
        Premium::Locked => assert_eq!(dear.problem(403, "style_locked")["status"], 403, "{row:?}"),
        Premium::AllLocked => assert_eq!(dear.problem(403, "feature_locked")["status"], 403, "{row:?}"),
    }
}

async fn an_add_on_can_be_bought_only_while_the_catalogue_holds_a_price(place: Place) {
    let admin = Caller::superadmin(&place);
    let made = make(&place, &admin, None).await;
    let key = format!("addon-{}", unique(&place));
    let (offer, bought) = (
        format!("/admin/addons/{key}"),
        format!("{}/addons/{key}", made.path),
    );
    let put = async |status: &str| {
        let body = json!({ "status": status });
        admin.send(reqwest::Method::PUT, &bought, &body).await
    };
    let priced =
        |price: Value| json!({ "name": "An add-on of the tests", "price_cents": price, "currency": "EUR" });
    // First the catalogue has no such add-on, then one without a price.
    put("completed").await.problem(409, "addon_not_purchasable");
    admin.put(&offer, &priced(json!(null))).await;
    for status in ["pending", "completed"] {
        put(status).await.problem(409, "addon_not_purchasable");
    }
    admin.get(&bought).await.problem(404, "not_found");

    admin.put(&offer, &priced(json!(500))).await;
    assert_eq!(put("completed").await.data(200)["status"], "completed");
    // A bought add-on outlives its price and can be cancelled.
    admin.put(&offer, &priced(json!(null))).await;
    assert_eq!(admin.get(&bought).await.data(200)["status"], "completed");
    assert_eq!(put("cancelled").await.data(200)["status"], "cancelled");
}
