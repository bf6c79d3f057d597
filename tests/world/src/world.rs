//! A tenant, an event and a guest that belong to one test alone.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::budget::{BudgetCaps, Tenant};
use domain::context::month_of;
use domain::event::{EventPolicy, FEATURE_AI_STYLING, Package, Photo, photo_key};
use domain::figures::FiguresChange;
use domain::{Edit, EditId, Event, EventId, EventSlug, MicroUsd, PhotoId};
use jiff::{SignedDuration, Timestamp};

use crate::stack::fixture;
use crate::{Guest, Stack, logs};

/// A world of one's own.
pub struct World {
    /// The stack it is in.
    pub stack: Stack,
    /// Who pays.
    pub tenant: Tenant,
    /// Where the guest is.
    pub event: Event,
    /// The event's token.
    pub token: String,
    /// A guest of the event, with a device id.
    pub guest: Guest,
}

impl World {
    /// A tenant with a thousand dollars, and an event that allows everything.
    pub async fn new(stack: &Stack) -> Self {
        Self::with(stack, |_, _| ()).await
    }

    /// The same, after changes.
    pub async fn with(stack: &Stack, change: impl FnOnce(&mut Tenant, &mut Event)) -> Self {
        let name = unique(stack);
        let mut tenant = Tenant {
            id: format!("tenant-{name}").parse().unwrap(),
            name: "A tenant of the tests".to_owned(),
            budget: BudgetCaps {
                hard_cap_micro_usd: Some(MicroUsd::new(1_000_000_000)),
                ..BudgetCaps::default()
            },
            watermark: None,
        };
        let mut event = event(stack, &tenant, &name);
        change(&mut tenant, &mut event);
        Self::of(stack, tenant, event).await
    }

    /// Another event of the same tenant, with a guest of its own.
    pub async fn neighbour(&self) -> Self {
        let event = event(&self.stack, &self.tenant, &unique(&self.stack));
        Self::of(&self.stack, self.tenant.clone(), event).await
    }

    async fn of(stack: &Stack, tenant: Tenant, event: Event) -> Self {
        stack.cloud.save_tenant(&tenant).await.unwrap();
        stack.put_event(&event).await;
        let token = stack.cloud.new_token(&event, None).await.unwrap().token;
        let guest_id = format!("guest-{}", unique(stack));
        logs::keep_out(&token);
        logs::keep_out(&guest_id);
        Self {
            guest: Guest::new(stack, &token, Some(&guest_id)),
            stack: stack.clone(),
            tenant,
            event,
            token,
        }
    }

    /// Another guest of the event.
    pub fn another_guest(&self) -> Guest {
        let id = format!("guest-{}", unique(&self.stack));
        logs::keep_out(&id);
        Guest::new(&self.stack, &self.token, Some(&id))
    }

    /// A photo of the fixtures, registered and uploaded.
    pub async fn photo(&self, name: &str) -> PhotoId {
        self.photo_of(fixture(name)).await
    }

    /// A photo of these bytes, registered and uploaded past every check.
    pub async fn photo_of(&self, bytes: Vec<u8>) -> PhotoId {
        let photo = self.photo_without_file().await;
        self.stack
            .put_object(&photo_key(&self.event.slug, photo), bytes, "image/jpeg")
            .await;
        photo
    }

    /// A photo that is registered and was never uploaded.
    pub async fn photo_without_file(&self) -> PhotoId {
        self.stack.register_photo(&self.event.id, &self.event.slug).await
    }

    /// Rewrites an edit's deadline, past every rule.
    pub async fn set_deadline(&self, id: EditId, at: Timestamp) {
        let text = |text: String| AttributeValue::S(text);
        let table = &self.stack.described.table;
        let update = self.stack.dynamodb.update_item().table_name(table);
        let update = update
            .key("pk", text(format!("EVENT#{}", self.event.id)))
            .key("sk", text(format!("EDIT#{}", id.ulid())))
            .update_expression("SET deadline_at = :at")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":at", text(at.to_string()));
        update.send().await.unwrap();
    }

    /// Gives the event a history of edits that took so long, as many as it takes to count: the first question about an
    /// attempt comes accordingly.
    pub async fn usually_takes(&self, latency: Duration) {
        let millis = u64::try_from(latency.as_millis()).unwrap();
        let mut change = FiguresChange::default();
        for _ in 0..5 {
            change.add_latency(millis);
        }
        let month = month_of(self.stack.cloud.now());
        let table = &self.stack.described.table;
        let mut update = self.stack.dynamodb.update_item().table_name(table);
        update = update
            .key("pk", AttributeValue::S(format!("EVENT#{}", self.event.id)))
            .key("sk", AttributeValue::S(format!("STATS#{month}")));
        let mut parts = Vec::new();
        for (number, (counter, amount)) in change.iter().enumerate() {
            parts.push(format!("#{number} :{number}"));
            update = update
                .expression_attribute_names(format!("#{number}"), counter.attribute())
                .expression_attribute_values(format!(":{number}"), AttributeValue::N(amount.to_string()));
        }
        let update = update.update_expression(format!("ADD {}", parts.join(", ")));
        update.send().await.unwrap();
    }

    /// Lets so much time pass for an edit: since its last move, since its attempts began, and until its deadline.
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

    /// Makes an edit that has succeeded one that was taken over from elsewhere: with this address of its picture, and
    /// without a copy of ours.
    pub async fn take_copy_away(&self, id: EditId, provider_url: Option<&str>) {
        let edit = self.stored(id).await;
        for key in [edit.output_key(), edit.thumbnail_key()] {
            self.stack.remove_object(&key).await;
        }
        self.alter(id, |item| {
            let url = provider_url.map_or(AttributeValue::Null(true), |url| {
                AttributeValue::S(url.to_owned())
            });
            item.insert("provider_url".to_owned(), url);
            item.insert("output".to_owned(), AttributeValue::Null(true));
            item.insert("open_pk".to_owned(), AttributeValue::S("UNSTORED".to_owned()));
            item.insert("due_at".to_owned(), item["completed_at"].clone());
        })
        .await;
    }

    /// Changes an edit's item past the product.
    pub async fn alter(&self, id: EditId, change: impl FnOnce(&mut HashMap<String, AttributeValue>)) {
        let table = &self.stack.described.table;
        let text = |value: String| AttributeValue::S(value);
        let found = self
            .stack
            .dynamodb
            .get_item()
            .table_name(table)
            .consistent_read(true);
        let found = found
            .key("pk", text(format!("EVENT#{}", self.event.id)))
            .key("sk", text(format!("EDIT#{}", id.ulid())));
        let found = found.send().await.unwrap();
        let mut item = found.item.unwrap_or_else(|| panic!("{id} is not stored"));
        change(&mut item);
        let put = self.stack.dynamodb.put_item().table_name(table);
        put.set_item(Some(item)).send().await.unwrap();
    }

    /// The edit as it is stored.
    pub async fn stored(&self, id: EditId) -> Edit {
        let found = self.stack.cloud.edit(&self.event.id, id).await.unwrap();
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

/// A name that nobody else has.
pub fn unique(stack: &Stack) -> String {
    EditId::new(stack.cloud.now(), stack.cloud.random())
        .ulid()
        .to_lowercase()
}

fn event(stack: &Stack, tenant: &Tenant, name: &str) -> Event {
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
        scope_key: format!("{:032x}", stack.cloud.random()),
    }
}

impl Stack {
    /// Registers a photo of an event, past every check.
    pub async fn register_photo(&self, event: &EventId, slug: &EventSlug) -> PhotoId {
        let id = PhotoId::new(self.cloud.now(), self.cloud.random());
        let photo = Photo {
            id,
            event_id: event.clone(),
            mime_type: "image/jpeg".to_owned(),
            size_bytes: 1_000,
            object_key: photo_key(slug, id),
            created_at: self.cloud.now(),
        };
        self.cloud.put_photo(&photo).await.unwrap();
        id
    }

    /// Stores an event as it is: with a package that no catalogue knows, and past every check of the superadmin API.
    async fn put_event(&self, event: &Event) {
        let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(event).unwrap();
        item.extend(key(&format!("EVENT#{}", event.id)));
        let mut slug = key(&format!("SLUG#{}#{}", event.tenant_id, event.slug));
        slug.insert("event_id".to_owned(), AttributeValue::S(event.id.to_string()));
        for item in [item, slug] {
            let put = self.dynamodb.put_item().table_name(&self.described.table);
            put.set_item(Some(item)).send().await.unwrap();
        }
    }
}

fn key(pk: &str) -> HashMap<String, AttributeValue> {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text("META"))])
}
