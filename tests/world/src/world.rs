//! A tenant, an event and a guest that belong to one test alone.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::budget::{BudgetCaps, Tenant};
use domain::context::month_of;
use domain::event::{EventPolicy, FEATURE_AI_STYLING, Package};
use domain::figures::FiguresChange;
use domain::photo::{Photo, PhotoState, upload_key};
use domain::{Edit, EditId, Event, EventId, MicroUsd, PhotoId};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::deployed::logs;
use crate::deployed::stack::fixture;
use crate::reply::text;
use crate::table::{Item, keyed, number, string};
use crate::{Guest, Place, deed, somebody, unique};

/// A tenant, an event and a guest.
pub struct World {
    pub place: Place,
    pub tenant: Tenant,
    pub event: Event,
    /// The event's token.
    pub token: String,
    /// A guest of the event, with a device id.
    pub guest: Guest,
}

impl World {
    /// A tenant with a thousand dollars, and an event that allows everything but a prompt without a style.
    pub async fn new(place: &Place) -> Self {
        Self::with(place, |_, _| ()).await
    }

    /// The same, after changes.
    pub async fn with(place: &Place, change: impl FnOnce(&mut Tenant, &mut Event)) -> Self {
        let name = unique(place);
        let mut tenant = Tenant {
            id: format!("tenant-{name}").parse().unwrap(),
            name: "A tenant of the tests".to_owned(),
            budget: BudgetCaps {
                hard_cap_micro_usd: Some(MicroUsd::new(1_000_000_000)),
                ..BudgetCaps::default()
            },
            watermark: None,
        };
        let mut event = event(place, &tenant, &name);
        change(&mut tenant, &mut event);
        Self::store(place, tenant, event).await
    }

    /// Another event of the same tenant, with a guest of its own.
    pub async fn neighbour(&self) -> Self {
        let event = event(&self.place, &self.tenant, &unique(&self.place));
        Self::store(&self.place, self.tenant.clone(), event).await
    }

    async fn store(place: &Place, tenant: Tenant, event: Event) -> Self {
        place.cloud.save_tenant(&tenant, &deed()).await.unwrap();
        place.put_event(&event).await;
        let token = place
            .cloud
            .new_token(&somebody(), &event, None, None)
            .await
            .unwrap()
            .token;
        logs::keep_out(&token);
        let guest_id = new_guest_id(place);
        Self {
            guest: Guest::new(place, &token, Some(&guest_id)),
            place: place.clone(),
            tenant,
            event,
            token,
        }
    }

    /// Another guest of the event.
    pub fn another_guest(&self) -> Guest {
        Guest::new(&self.place, &self.token, Some(&new_guest_id(&self.place)))
    }

    /// A photo of the fixtures, registered and uploaded.
    pub async fn photo(&self, name: &str) -> PhotoId {
        self.photo_of(fixture(name)).await
    }

    /// A photo of these bytes, registered and uploaded past every check, and to where originals lay before uploads had a
    /// folder of their own. Nobody is told of an object there, so its first edit prepares it.
    pub async fn photo_of(&self, bytes: Vec<u8>) -> PhotoId {
        let guest = self.guest.scope_hash(&self.event);
        let key = |id| format!("events/{}/photos/{id}", self.event.slug);
        let (id, key) = self.place.register(&self.event.id, Some(guest), key).await;
        self.place.put_object(&key, bytes, "image/jpeg").await;
        id
    }

    /// A photo of these bytes, registered and uploaded as guests do it.
    pub async fn upload(&self, mime_type: &str, bytes: Vec<u8>) -> PhotoId {
        let reply = self.guest.create_photo(mime_type, bytes.len()).await;
        let photo = reply.data(201);
        assert_eq!(self.guest.upload(&photo["upload"], bytes).await, 200);
        text(&photo["id"]).parse().unwrap()
    }

    /// The photo as its guest sees it once it no longer awaits anything.
    pub async fn settled_photo(&self, id: PhotoId) -> Value {
        let path = format!("/photos/{id}");
        let look = async || {
            let reply = self.guest.get(&path).await;
            let photo = reply.data(200);
            (photo["status"] != "awaiting_upload").then(|| photo.clone())
        };
        self.place.seen(&format!("{id} prepared"), look).await
    }

    /// A photo that is registered and was never uploaded.
    pub async fn photo_without_file(&self) -> PhotoId {
        let guest = self.guest.scope_hash(&self.event);
        self.place.register_photo(&self.event.id, Some(guest)).await
    }

    fn partition(&self) -> String {
        format!("EVENT#{}", self.event.id)
    }

    /// Changes an edit's item past the product.
    pub async fn alter(&self, id: EditId, change: impl FnOnce(&mut Item)) {
        let sort_key = format!("EDIT#{}", id.ulid());
        self.place.change_item(&self.partition(), &sort_key, change).await;
    }

    /// Moves an edit's deadline, past every rule.
    pub async fn set_deadline(&self, id: EditId, at: Timestamp) {
        self.alter(id, |item| {
            item.insert("deadline_at".to_owned(), string(&at.to_string()));
        })
        .await;
    }

    /// Gives the event a history of enough edits that took this long: the first poll of an attempt is planned by it.
    pub async fn usually_takes(&self, latency: Duration) {
        let millis = u64::try_from(latency.as_millis()).unwrap();
        let mut change = FiguresChange::default();
        for _ in 0..5 {
            change.add_latency(millis);
        }
        let month = format!("STATS#{}", month_of(self.place.now()));
        let mut item = keyed(&self.partition(), &month);
        for (counter, amount) in change.iter() {
            item.insert(counter.attribute().to_owned(), number(amount));
        }
        self.place.put_item(item).await;
    }

    /// Makes an edit older by this much: its last move, the beginning of its attempts, and its deadline.
    pub async fn age(&self, id: EditId, by: SignedDuration) {
        self.alter(id, |item| {
            for name in ["updated_at", "deadline_at", "due_at"] {
                age(item.get_mut(name).unwrap(), by);
            }
            if let Some(AttributeValue::L(attempts)) = item.get_mut("attempts") {
                for attempt in attempts {
                    let AttributeValue::M(attempt) = attempt else {
                        panic!("an attempt is a map")
                    };
                    age(attempt.get_mut("started_at").unwrap(), by);
                }
            }
        })
        .await;
    }

    /// Turns a succeeded edit into one that was taken over from elsewhere: with this address of its picture, and
    /// without a copy of ours.
    pub async fn take_copy_away(&self, id: EditId, provider_url: Option<&str>) {
        let edit = self.stored(id).await;
        for key in [edit.output_key(), edit.thumbnail_key()] {
            self.place.remove_object(&key).await;
        }
        self.alter(id, |item| {
            let url = provider_url.map_or(AttributeValue::Null(true), string);
            item.insert("provider_url".to_owned(), url);
            item.insert("output".to_owned(), AttributeValue::Null(true));
            item.insert("open_pk".to_owned(), string("UNSTORED"));
            item.insert("due_at".to_owned(), item["completed_at"].clone());
        })
        .await;
    }

    /// The edit as it is stored.
    pub async fn stored(&self, id: EditId) -> Edit {
        let found = self.place.cloud.edit(&self.event.id, id).await.unwrap();
        found.unwrap_or_else(|| panic!("{id} is not stored"))
    }
}

fn age(time: &mut AttributeValue, by: SignedDuration) {
    let AttributeValue::S(text) = time else {
        panic!("{time:?} is no time")
    };
    let time: Timestamp = text.parse().unwrap();
    *text = (time - by).to_string();
}

fn new_guest_id(place: &Place) -> String {
    let id = format!("guest-{}", unique(place));
    logs::keep_out(&id);
    id
}

fn event(place: &Place, tenant: &Tenant, name: &str) -> Event {
    Event {
        id: format!("event-{name}").parse().unwrap(),
        tenant_id: tenant.id.clone(),
        slug: format!("slug-{name}").parse().unwrap(),
        name: "An event of the tests".to_owned(),
        package: Some(Package {
            key: "test-package".parse().unwrap(),
            name: "Test".to_owned(),
            features: vec![FEATURE_AI_STYLING.to_owned()],
            version: 1,
        }),
        addons: Vec::new(),
        policy: EventPolicy {
            allow_custom_prompt: true,
            ..EventPolicy::default()
        },
        watermark: None,
        policy_version: 0,
        created_at: Some(place.now()),
        scope_key: format!("{:032x}", place.cloud.random()),
    }
}

impl Place {
    /// Registers a photo of an event, past every check: of the guest with this scope hash, or of nobody.
    pub async fn register_photo(&self, event: &EventId, guest: Option<String>) -> PhotoId {
        let (id, _) = self.register(event, guest, |id| upload_key(event, id)).await;
        id
    }

    async fn register(
        &self,
        event: &EventId,
        guest: Option<String>,
        key: impl Fn(PhotoId) -> String,
    ) -> (PhotoId, String) {
        if let Some(memory) = self.in_process() {
            memory.pass(SignedDuration::from_millis(1));
        }
        let id = PhotoId::new(self.now(), self.cloud.random());
        let photo = Photo {
            id,
            event_id: event.clone(),
            consent: None,
            guest,
            mime_type: "image/jpeg".to_owned(),
            size_bytes: 1_000,
            object_key: key(id),
            created_at: self.now(),
            state: PhotoState::AwaitingUpload,
        };
        self.cloud.put_photo(&photo).await.unwrap();
        (id, photo.object_key)
    }

    /// Stores an event as it is, past every check of the superadmin API: its package is in no catalogue.
    async fn put_event(&self, event: &Event) {
        let mut item = keyed(&format!("EVENT#{}", event.id), "META");
        item.extend(serde_dynamo::to_item::<_, Item>(event).unwrap());
        let mut slug = keyed(&format!("SLUG#{}#{}", event.tenant_id, event.slug), "META");
        slug.insert("event_id".to_owned(), string(event.id.as_str()));
        let (tenant, listed) = (format!("TENANT#{}", event.tenant_id), event.created_at.unwrap());
        let listed = format!("EVENT#{:015}#{}", listed.as_millisecond(), event.id);
        let mut listed = keyed(&tenant, &listed);
        listed.insert("event_id".to_owned(), string(event.id.as_str()));
        for item in [item, slug, listed] {
            self.put_item(item).await;
        }
    }
}
