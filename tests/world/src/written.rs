//! Photos and edits of any age and in any state: written past the API, by the product's own state machine and store.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::admission::{Admission, Applicant, IdempotencyKey};
use domain::edit::{Origin, Step, StoredOutput};
use domain::event::{Photo, photo_key};
use domain::guard::{Approval, EditRequest, GrantedBy};
use domain::settings::ProviderMode;
use domain::{Edit, EditId, MicroUsd, PhotoId, ProviderName};
use jiff::Timestamp;

use crate::World;

/// The most writes in one call of DynamoDB.
const BATCH: usize = 25;

/// The beginning of an attempt, with the fake provider or a real one.
pub const fn claim(mode: ProviderMode) -> Step {
    Step::Claim {
        route: None,
        mode,
        held: false,
    }
}

/// Somebody who asks for an edit of this photo at that time.
pub fn applicant<'a>(world: &'a World, photo: &'a Photo, origin: Origin, at: Timestamp) -> Applicant<'a> {
    Applicant {
        event: &world.event,
        photo,
        origin,
        edit_id: EditId::new(at, world.stack.cloud.random()),
        now: at,
    }
}

/// What was found when an edit at this price was asked for.
pub fn approval(cost: MicroUsd) -> Approval {
    Approval {
        style_version: None,
        provider: ProviderName::Runware,
        model: "fake:ok".to_owned(),
        rendered_prompt: "a prompt of the tests".to_owned(),
        rendered_negative_prompt: None,
        estimate: cost,
        reserve: cost,
        cap: None,
        granted_by: GrantedBy::Package,
    }
}

/// A success at this price.
pub fn success(edit: &Edit, cost: MicroUsd) -> Step {
    Step::Succeed {
        output: StoredOutput {
            object_key: edit.output_key(),
            thumbnail_key: edit.thumbnail_key(),
            mime_type: "image/jpeg".to_owned(),
            width: 64,
            height: 64,
            bytes: 500,
            sha256: "0".repeat(64),
        },
        cost: Some(cost),
        provider_url: None,
        seed: None,
        polls: 1,
        // World::take knows.
        received_at: Timestamp::UNIX_EPOCH,
    }
}

impl World {
    /// Lets pruning find the event, which was made past the superadmin API.
    pub async fn list(&self) {
        let id = self.event.id.as_str();
        let item = HashMap::from([
            ("pk".to_owned(), text("LIST#event")),
            ("sk".to_owned(), text(id)),
            ("id".to_owned(), text(id)),
        ]);
        let table = &self.stack.described.table;
        let put = self.stack.dynamodb.put_item().table_name(table);
        put.set_item(Some(item)).send().await.unwrap();
    }

    /// A photo that was uploaded then.
    pub async fn photo_of_then(&self, at: Timestamp) -> Photo {
        let id = PhotoId::new(at, self.stack.cloud.random());
        let photo = Photo {
            id,
            event_id: self.event.id.clone(),
            mime_type: "image/jpeg".to_owned(),
            size_bytes: 1_000,
            object_key: photo_key(&self.event.slug, id),
            created_at: at,
        };
        self.stack.cloud.put_photo(&photo).await.unwrap();
        let (key, bytes) = (&photo.object_key, vec![7; 1_000]);
        self.stack.put_object(key, bytes, "image/jpeg").await;
        photo
    }

    /// An edit that a guest asked for then, under this key; queued.
    pub async fn admitted_then(&self, photo: &Photo, at: Timestamp, guest: &str, key: &str) -> Edit {
        self.admitted_at(photo, at, guest, key, MicroUsd::new(39_000))
            .await
    }

    /// The same, at this price.
    pub async fn admitted_at(
        &self,
        photo: &Photo,
        at: Timestamp,
        guest: &str,
        key: &str,
        price: MicroUsd,
    ) -> Edit {
        let origin = Origin::Guest {
            scope_hash: guest.to_owned(),
        };
        let key = IdempotencyKey {
            scope: guest.to_owned(),
            key: key.to_owned(),
        };
        let admission = Admission::approved(
            &applicant(self, photo, origin, at),
            &EditRequest::default(),
            approval(price),
        );
        let admission = admission.with_idempotency(Some(key), "hash".to_owned());
        self.stack.cloud.admit(&admission).await.unwrap();
        admission.edit
    }

    /// The same, finished at that time, with its picture in the bucket and its money settled.
    pub async fn finished_then(&self, photo: &Photo, at: Timestamp, guest: &str, key: &str) -> Edit {
        let edit = self.admitted_then(photo, at, guest, key).await;
        let claimed = self.take(&edit, claim(ProviderMode::Fake), at).await;
        let done = self
            .take(&claimed, success(&edit, MicroUsd::new(39_000)), at)
            .await;
        self.put_pictures(&edit).await;
        done
    }

    /// Takes an edit a step further; a picture was received at that time.
    pub async fn take(&self, edit: &Edit, mut step: Step, at: Timestamp) -> Edit {
        if let Step::Succeed { received_at, .. } = &mut step {
            *received_at = at;
        }
        let made = edit.step(step, at).unwrap();
        self.stack.cloud.apply(&made).await.unwrap();
        made.edit
    }

    /// As many edits more, made in the same minute; every tenth has its picture, since all would only take longer.
    pub async fn put_many_like(&self, sample: &Edit, count: usize) {
        let edits: Vec<Edit> = (0..count)
            .map(|_| Edit {
                id: EditId::new(sample.created_at, self.stack.cloud.random()),
                output: None,
                ..sample.clone()
            })
            .collect();
        for batch in edits.chunks(BATCH) {
            let asked = self.stack.dynamodb.batch_write_item();
            let table = &self.stack.described.table;
            let writes = batch.iter().map(write).collect();
            asked.request_items(table, writes).send().await.unwrap();
            for edit in batch.iter().step_by(10) {
                self.put_pictures(edit).await;
            }
        }
    }

    async fn put_pictures(&self, edit: &Edit) {
        for key in [edit.output_key(), edit.thumbnail_key()] {
            self.stack.put_object(&key, vec![9; 500], "image/jpeg").await;
        }
    }
}

/// An edit that has succeeded, as it is stored.
fn write(edit: &Edit) -> WriteRequest {
    let (event, ulid) = (format!("EVENT#{}", edit.event_id), edit.id.ulid());
    let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(edit).unwrap();
    item.insert("pk".to_owned(), text(&event));
    item.insert("sk".to_owned(), text(&format!("EDIT#{ulid}")));
    item.insert("status_pk".to_owned(), text(&format!("{event}#succeeded")));
    item.insert("status_sk".to_owned(), text(&ulid));
    let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
