//! A world of one edit: the real workers, real loopback providers, and AWS in memory with a clock that only the test
//! moves.

// Each test binary uses its own part of it.
#![allow(dead_code)]

use std::time::Duration;

use bytes::Bytes;
use cloud::Cloud;
use cloud::testing::{Memory, Queue};
use domain::admission::Admission;
use domain::budget::BudgetChange;
use domain::budget::parts::BudgetParts;
use domain::edit::{Attempt, Origin};
use domain::figures::{Counter, FiguresChange};
use domain::message::{PollMessage, SubmitMessage};
use domain::photo::{Photo, PhotoState};
use domain::settings::{Setting, setting};
use domain::{Edit, EditId, FailureCode, MicroUsd, PhotoId, ProviderName, Status};
use doubles::{fal, runware};
use jiff::{SignedDuration, Timestamp};
use workflow::{ProviderKit, poll_edit, process_edit};

/// What the edit is expected to cost at its own provider.
pub(crate) const ESTIMATE: MicroUsd = MicroUsd::new(40_000);
const PHOTO: &str = "events/party/photos/cat.jpg";

/// A message that was sent, with its delay.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sent {
    Submit(Duration),
    Poll(PollMessage, Duration),
}

pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) memory: Memory,
    pub(crate) kit: ProviderKit,
    edit_id: EditId,
}

fn start() -> Timestamp {
    "2026-09-21T14:13:20Z".parse().unwrap()
}

fn queued(provider: ProviderName, model: &str) -> Edit {
    Edit {
        id: EditId::new(start(), 1),
        event_id: "e1".parse().unwrap(),
        tenant_id: "t1".parse().unwrap(),
        event_slug: "party".parse().unwrap(),
        photo_id: PhotoId::new(start(), 2),
        origin: Origin::Tenant,
        counts_for_guest: false,
        counts_for_event: false,
        arrival: None,
        idempotency_key: None,
        status: Status::Queued,
        style_key: None,
        style_version: None,
        prompt: None,
        negative_prompt: None,
        rendered_prompt: "as a comic".to_owned(),
        rendered_negative_prompt: Some("without the uncle of Anna".to_owned()),
        provider,
        model: model.to_owned(),
        seed: None,
        attempt: 0,
        attempts: Vec::new(),
        polls: 0,
        provider_latency_ms: None,
        month: "2026-09".to_owned(),
        estimate_micro_usd: Some(ESTIMATE),
        reserved_micro_usd: ESTIMATE,
        cost_micro_usd: None,
        output: None,
        provider_url: None,
        failure: None,
        review: None,
        deleted_at: None,
        created_at: start(),
        updated_at: start(),
        completed_at: None,
        deadline_at: start() + SignedDuration::from_mins(10),
    }
}

fn admission(edit: &Edit) -> Admission {
    let mut figures = FiguresChange::default();
    figures.add(Counter::Total, 1);
    figures.add(Counter::Queued, 1);
    figures.add(Counter::ReservedMicroUsd, ESTIMATE.get());
    Admission {
        edit: edit.clone(),
        idempotency: None,
        budget: Some(BudgetChange {
            tenant_id: edit.tenant_id.clone(),
            month: edit.month.clone(),
            committed: ESTIMATE,
            spent: MicroUsd::ZERO,
        }),
        cap: None,
        figures,
        max_open: None,
        guest: None,
        hourly: None,
    }
}

impl World {
    /// An admitted edit that waits for its first attempt at this provider.
    pub(crate) async fn new(provider: ProviderName, model: &str, settings: &[(Setting, &str)]) -> Self {
        let (cloud, memory) = Cloud::in_memory();
        memory.clock.set(start());
        let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/photos/cat.jpg");
        let photo = Bytes::from(std::fs::read(photo).unwrap());
        let edit = queued(provider, model);
        let row = Photo {
            id: edit.photo_id,
            event_id: edit.event_id,
            guest: None,
            consent: None,
            mime_type: "image/jpeg".to_owned(),
            size_bytes: photo.len() as u64,
            object_key: PHOTO.to_owned(),
            created_at: start(),
            state: PhotoState::AwaitingUpload,
        };
        cloud.put_photo(&row).await.unwrap();
        memory.objects.insert(PHOTO, photo, "image/jpeg");
        for (setting, text) in settings {
            cloud.put_setting(*setting, text).await.unwrap();
        }
        cloud.copy_settings().await.unwrap();
        for (provider, key) in [
            (ProviderName::Runware, runware::API_KEY),
            (ProviderName::Fal, fal::API_KEY),
        ] {
            cloud.put_api_key(provider, key).await.unwrap();
        }
        let edit = queued(provider, model);
        cloud
            .admit(&admission(&edit), &BudgetParts::default())
            .await
            .unwrap();
        Self {
            cloud,
            memory,
            kit: ProviderKit::new().unwrap(),
            edit_id: edit.id,
        }
    }

    /// A live edit at this Runware.
    pub(crate) async fn at_runware(server: &runware::Server) -> Self {
        Self::at_runware_with(server, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn at_runware_with(server: &runware::Server, more: &[(Setting, &str)]) -> Self {
        let url = server.base_url();
        let own = [
            (setting!(runware_base_url), url.as_str()),
            (setting!(provider_output_hosts), r#"["127.0.0.1"]"#),
        ];
        let settings = [&own, more].concat();
        Self::new(ProviderName::Runware, "google:4@1", &settings).await
    }

    /// A live edit at this fal.
    pub(crate) async fn at_fal(server: &fal::Server) -> Self {
        Self::at_fal_with(server, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn at_fal_with(server: &fal::Server, more: &[(Setting, &str)]) -> Self {
        let url = server.base_url();
        let own = [
            (setting!(fal_base_url), url.as_str()),
            (setting!(provider_output_hosts), r#"["127.0.0.1"]"#),
        ];
        let settings = [&own, more].concat();
        Self::new(ProviderName::Fal, "fal-ai/nano-banana/edit", &settings).await
    }

    pub(crate) async fn edit(&self) -> Edit {
        let event = "e1".parse().unwrap();
        self.cloud.edit(&event, self.edit_id).await.unwrap().unwrap()
    }

    pub(crate) async fn attempt(&self) -> Attempt {
        self.edit().await.current_attempt().cloned().unwrap()
    }

    pub(crate) async fn failure_code(&self) -> Option<FailureCode> {
        self.edit().await.failure.map(|failure| failure.code)
    }

    pub(crate) async fn change(&self, setting: Setting, text: &str) {
        self.cloud.put_setting(setting, text).await.unwrap();
        self.cloud.copy_settings().await.unwrap();
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        self.memory.clock.advance(time);
    }

    /// Time passes until this long before the edit's deadline.
    pub(crate) async fn pass_until_left(&self, left: SignedDuration) {
        let deadline_at = self.edit().await.deadline_at;
        self.memory.clock.set(deadline_at - left);
    }

    /// A worker takes the submit message.
    pub(crate) async fn submit(&self) {
        let message = SubmitMessage::of(&self.edit().await);
        process_edit(&self.cloud, &self.kit, message).await.unwrap();
    }

    /// A worker takes the poll message of the current attempt.
    pub(crate) async fn poll(&self) {
        let edit = self.edit().await;
        self.deliver(PollMessage::of(&edit, edit.attempt, 1)).await;
    }

    pub(crate) async fn deliver(&self, message: PollMessage) {
        poll_edit(&self.cloud, &self.kit, message).await.unwrap();
    }

    /// The messages sent since the last look.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let sent = self.memory.queues.take().into_iter();
        sent.map(|sent| match sent.queue {
            Queue::Submit => Sent::Submit(sent.delay),
            Queue::Poll => Sent::Poll(serde_json::from_str(&sent.body).unwrap(), sent.delay),
            other => panic!("{other:?}"),
        })
        .collect()
    }

    /// The edit's amount in the ledger, in micro-dollars.
    pub(crate) async fn booked(&self) -> i64 {
        let edit = self.edit().await;
        let entries = self
            .cloud
            .entries_made_before(
                &edit.tenant_id,
                &edit.month,
                start() + SignedDuration::from_hours(1),
                None,
                10,
            )
            .await
            .unwrap();
        assert!(entries.len() <= 1, "{entries:?}");
        entries.first().map_or(0, |entry| entry.amount_micro_usd.get())
    }
}
