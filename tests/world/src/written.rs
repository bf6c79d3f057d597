//! Photos and edits of any age and in any state, written past the API by the product's own state machine and store: the
//! sample edit of all tests.

use domain::admission::{Admission, Applicant, IdempotencyKey};
use domain::budget::parts::BudgetParts;
use domain::edit::{Origin, Step, StoredOutput};
use domain::guard::{Approval, EditRequest, GrantedBy};
use domain::photo::{Photo, PhotoState, PreparedCopy, upload_key};
use domain::settings::ProviderMode;
use domain::{Edit, EditId, MicroUsd, PhotoId, ProviderName};
use futures::future::join_all;
use jiff::Timestamp;

use crate::World;
use crate::table::{Item, keyed, string};

/// Writes under way at the same time.
const BATCH: usize = 25;

/// The claim of an attempt, with the fake provider or a real one.
pub const fn claim(mode: ProviderMode) -> Step {
    Step::Claim {
        route: None,
        mode,
        held: false,
    }
}

/// A request for an edit of this photo at that time.
pub fn applicant<'a>(world: &'a World, photo: &'a Photo, origin: Origin, at: Timestamp) -> Applicant<'a> {
    Applicant {
        event: &world.event,
        photo,
        origin,
        address: None,
        edit_id: EditId::new(at, world.place.cloud.random()),
        now: at,
    }
}

/// The approval of an edit at this price.
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
        // World::take sets it.
        received_at: Timestamp::UNIX_EPOCH,
    }
}

impl World {
    /// Lists the event for pruning, because it was stored past the superadmin API.
    pub async fn list(&self) {
        let id = self.event.id.as_str();
        let mut item = keyed("LIST#event", id);
        item.insert("id".to_owned(), string(id));
        self.place.put_item(item).await;
    }

    /// A photo that was uploaded then, prepared since.
    pub async fn photo_of_then(&self, at: Timestamp) -> Photo {
        let id = PhotoId::new(at, self.place.cloud.random());
        let (object_key, thumbnail_key) =
            PreparedCopy::keys(&self.event.id, id, &"a".repeat(64), &"b".repeat(64));
        let copy = PreparedCopy {
            object_key,
            thumbnail_key,
            width: 64,
            height: 64,
            bytes: 1_000,
        };
        for key in copy.object_keys() {
            self.place
                .put_object(key, vec![7; 500], PreparedCopy::MIME_TYPE)
                .await;
        }
        let photo = Photo {
            id,
            event_id: self.event.id.clone(),
            guest: Some(self.guest.scope_hash(&self.event)),
            consent: None,
            mime_type: "image/jpeg".to_owned(),
            size_bytes: 1_000_000,
            object_key: upload_key(&self.event.id, id),
            created_at: at,
            state: PhotoState::Ready(copy),
        };
        self.place.cloud.put_photo(&photo).await.unwrap();
        photo
    }

    /// An edit that a guest asked for then, under this key; queued.
    pub async fn admitted_then(&self, photo: &Photo, at: Timestamp, guest: &str, key: &str) -> Edit {
        self.admitted_at(photo, at, guest, key, MicroUsd::new(39_000))
            .await
    }

    /// A queued edit at this price.
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
        let unread = BudgetParts::default();
        self.place.cloud.admit(&admission, &unread).await.unwrap();
        admission.edit
    }

    /// An edit that finished at that time, with its picture in the bucket and its money settled.
    pub async fn finished_then(&self, photo: &Photo, at: Timestamp, guest: &str, key: &str) -> Edit {
        let edit = self.admitted_then(photo, at, guest, key).await;
        let claimed = self.take(&edit, claim(ProviderMode::Fake), at).await;
        let done = self
            .take(&claimed, success(&edit, MicroUsd::new(39_000)), at)
            .await;
        self.put_pictures(&edit).await;
        done
    }

    /// Moves an edit by a step; a picture was received at that time.
    pub async fn take(&self, edit: &Edit, mut step: Step, at: Timestamp) -> Edit {
        if let Step::Succeed { received_at, .. } = &mut step {
            *received_at = at;
        }
        let made = edit.step(step, at).unwrap();
        self.place.cloud.apply(&made).await.unwrap();
        made.edit
    }

    /// This many copies of an edit; every tenth has a picture, because pictures take time.
    pub async fn put_many_like(&self, sample: &Edit, count: usize) {
        let edits: Vec<Edit> = (0..count)
            .map(|_| Edit {
                id: EditId::new(sample.created_at, self.place.cloud.random()),
                output: None,
                ..sample.clone()
            })
            .collect();
        for batch in edits.chunks(BATCH) {
            join_all(batch.iter().map(|edit| self.place.put_item(item_of(edit)))).await;
            for edit in batch.iter().step_by(10) {
                self.put_pictures(edit).await;
            }
        }
    }

    async fn put_pictures(&self, edit: &Edit) {
        for key in [edit.output_key(), edit.thumbnail_key()] {
            self.place.put_object(&key, vec![9; 500], "image/jpeg").await;
        }
    }
}

/// The item of an edit that has succeeded.
fn item_of(edit: &Edit) -> Item {
    let (event, ulid) = (format!("EVENT#{}", edit.event_id), edit.id.ulid());
    let mut item = keyed(&event, &format!("EDIT#{ulid}"));
    item.extend(serde_dynamo::to_item::<_, Item>(edit).unwrap());
    item.insert("status_pk".to_owned(), string(&format!("{event}#succeeded")));
    item.insert("status_sk".to_owned(), string(&ulid));
    item
}
