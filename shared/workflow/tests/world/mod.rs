//! A world of one edit: everything that the workers ask for, in memory, with a clock that only a test moves.

// Each test binary uses its own part of it.
#![allow(dead_code)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use domain::breaker::{Breaker, Breakers};
use domain::budget::BudgetAlert;
use domain::edit::{Attempt, Move, Origin};
use domain::figures::Figures;
use domain::message::{PollMessage, SubmitMessage};
use domain::notice::Notice;
use domain::ports::{
    Announcements, ApiKey, EditInContext, MoveError, ObjectError, Objects, PortError, ProviderHealth, Queues,
    Secrets, SettingsSource, Signals, WebhookKey, Work,
};
use domain::summary::LatencyHistogram;
use domain::symptom::Symptom;
use domain::{Context, Edit, EditId, EventId, MicroUsd, PhotoId, ProviderName, Settings, Status, TenantId};
use doubles::{fal, runware};
use jiff::{SignedDuration, Timestamp};
use workflow::{Studio, poll_edit, process_edit};

/// What a style's edit is expected to cost, at either provider.
pub(crate) const ESTIMATE: MicroUsd = MicroUsd::new(40_000);

/// A message that was sent, with its delay.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sent {
    Submit(Duration),
    Poll(PollMessage, Duration),
}

pub(crate) struct World {
    pub(crate) settings: Mutex<Settings>,
    pub(crate) sent: Mutex<Vec<Sent>>,
    pub(crate) moves: Mutex<Vec<Move>>,
    /// Objects that were read.
    pub(crate) reads: Mutex<Vec<String>>,
    /// How long a move takes to be written.
    writing: Mutex<SignedDuration>,
    /// Moves until the one that is not written.
    moves_until_lost: Mutex<Option<u32>>,
    edit: Mutex<Edit>,
    now: Mutex<Timestamp>,
    objects: Mutex<HashMap<String, Bytes>>,
    pub(crate) studio: Studio,
}

fn start() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn queued(provider: ProviderName, model: &str) -> Edit {
    Edit {
        id: EditId::new(start(), 1),
        event_id: "e1".parse().unwrap(),
        tenant_id: "t1".parse().unwrap(),
        event_slug: "party".parse().unwrap(),
        photo_id: PhotoId::new(start(), 2),
        photo_object_key: "photo".to_owned(),
        origin: Origin::Tenant,
        counts_for_guest: false,
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
        created_at: start(),
        updated_at: start(),
        completed_at: None,
        deadline_at: start() + SignedDuration::from_mins(10),
    }
}

impl World {
    /// An edit that waits for its first attempt at this provider.
    pub(crate) fn new(provider: ProviderName, model: &str, settings: Settings) -> Self {
        let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/photos/cat.jpg");
        let photo = Bytes::from(std::fs::read(photo).unwrap());
        Self {
            settings: Mutex::new(settings),
            sent: Mutex::default(),
            moves: Mutex::default(),
            reads: Mutex::default(),
            writing: Mutex::default(),
            moves_until_lost: Mutex::default(),
            edit: Mutex::new(queued(provider, model)),
            now: Mutex::new(start()),
            objects: Mutex::new(HashMap::from([("photo".to_owned(), photo)])),
            studio: Studio::new().unwrap(),
        }
    }

    /// The same at this Runware.
    pub(crate) fn at_runware(server: &runware::Server) -> Self {
        Self::new(
            ProviderName::Runware,
            "google:4@1",
            Self::settings(Some(server), None),
        )
    }

    /// The same at this fal.
    pub(crate) fn at_fal(server: &fal::Server) -> Self {
        Self::new(
            ProviderName::Fal,
            "fal-ai/nano-banana/edit",
            Self::settings(None, Some(server)),
        )
    }

    /// Live, at these; outputs come from loopback.
    pub(crate) fn settings(runware: Option<&runware::Server>, fal: Option<&fal::Server>) -> Settings {
        let mut settings = Settings {
            provider_output_hosts: vec!["127.0.0.1".to_owned()],
            ..Settings::default()
        };
        if let Some(server) = runware {
            settings.runware_base_url = server.base_url().parse().unwrap();
        }
        if let Some(server) = fal {
            settings.fal_base_url = server.base_url().parse().unwrap();
        }
        settings
    }

    pub(crate) fn edit(&self) -> Edit {
        self.edit.lock().unwrap().clone()
    }

    pub(crate) fn attempt(&self) -> Attempt {
        self.edit().current_attempt().cloned().unwrap()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings.lock().unwrap());
    }

    /// The so manieth of the next moves is not written.
    pub(crate) fn lose_move(&self, number: u32) {
        *self.moves_until_lost.lock().unwrap() = Some(number);
    }

    /// From now on a move takes so long to be written.
    pub(crate) fn slow_writes(&self, time: SignedDuration) {
        *self.writing.lock().unwrap() = time;
    }

    /// Time passes.
    pub(crate) fn pass(&self, time: SignedDuration) {
        *self.now.lock().unwrap() += time;
    }

    /// Until this long before the edit's deadline.
    pub(crate) fn pass_until_left(&self, left: SignedDuration) {
        *self.now.lock().unwrap() = self.edit().deadline_at - left;
    }

    /// A worker takes the submit message.
    pub(crate) async fn submit(&self) {
        let message = SubmitMessage::of(&self.edit());
        process_edit(self, &self.studio, &message).await.unwrap();
    }

    /// A worker takes the poll message of the current attempt.
    pub(crate) async fn poll(&self) {
        let edit = self.edit();
        self.deliver(&PollMessage::of(&edit, edit.attempt, 1)).await;
    }

    pub(crate) async fn deliver(&self, message: &PollMessage) {
        poll_edit(self, &self.studio, message).await.unwrap();
    }

    /// An object that was stored.
    pub(crate) fn object(&self, key: &str) -> Option<Bytes> {
        self.objects.lock().unwrap().get(key).cloned()
    }

    /// What was sent since the last look.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }

    /// What the ledger has of the edit.
    pub(crate) fn booked(&self) -> i64 {
        let moves = self.moves.lock().unwrap();
        let entries: Vec<_> = moves.iter().filter_map(|made| made.ledger.as_ref()).collect();
        assert!(entries.len() <= 1, "{entries:?}");
        entries.first().map_or(0, |entry| entry.amount_micro_usd.get())
    }
}

impl Context for World {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn random(&self) -> u128 {
        7
    }
}

impl SettingsSource for World {
    async fn settings(&self) -> Result<Arc<Settings>, PortError> {
        Ok(Arc::new(self.settings.lock().unwrap().clone()))
    }
}

impl Work for World {
    async fn edit_in_context(
        &self,
        _: &TenantId,
        _: &EventId,
        _: EditId,
    ) -> Result<EditInContext, PortError> {
        Ok(EditInContext {
            edit: Some(self.edit()),
            event: None,
            tenant: None,
            breakers: Breakers::default(),
            latencies: LatencyHistogram::default(),
        })
    }

    async fn apply(&self, made: &Move) -> Result<(), MoveError> {
        let mut left = self.moves_until_lost.lock().unwrap();
        *left = left.and_then(|left| left.checked_sub(1));
        if *left == Some(0) {
            return Err(PortError::Unavailable("dynamodb.TransactWriteItems".to_owned()).into());
        }
        let mut edit = self.edit.lock().unwrap();
        if (edit.status, edit.attempt) != (made.from_status, made.from_attempt) {
            return Err(MoveError::Superseded);
        }
        *edit = made.edit.clone();
        *self.now.lock().unwrap() += *self.writing.lock().unwrap();
        self.moves.lock().unwrap().push(made.clone());
        Ok(())
    }
}

impl Queues for World {
    async fn send_submit(
        &self,
        _: Option<&str>,
        _: &SubmitMessage,
        delay: Duration,
    ) -> Result<(), PortError> {
        self.sent.lock().unwrap().push(Sent::Submit(delay));
        Ok(())
    }

    async fn send_poll(&self, message: &PollMessage, delay: Duration) -> Result<(), PortError> {
        self.sent.lock().unwrap().push(Sent::Poll(message.clone(), delay));
        Ok(())
    }
}

impl Objects for World {
    async fn get(&self, key: &str, _: u64) -> Result<Bytes, ObjectError> {
        self.reads.lock().unwrap().push(key.to_owned());
        self.objects
            .lock()
            .unwrap()
            .get(key)
            .cloned()
            .ok_or(ObjectError::Missing)
    }

    async fn exists(&self, key: &str) -> Result<bool, PortError> {
        Ok(self.objects.lock().unwrap().contains_key(key))
    }

    async fn put(&self, key: &str, body: Bytes, _: &str) -> Result<(), PortError> {
        self.objects.lock().unwrap().insert(key.to_owned(), body);
        Ok(())
    }
}

impl Secrets for World {
    async fn api_key(&self, provider: ProviderName) -> Result<Option<ApiKey>, PortError> {
        Ok(Some(ApiKey::new(match provider {
            ProviderName::Runware => runware::API_KEY.to_owned(),
            ProviderName::Fal => fal::API_KEY.to_owned(),
        })))
    }
}

impl WebhookKey for World {
    async fn webhook_key(&self) -> Result<Option<ApiKey>, PortError> {
        Ok(None)
    }
}

impl ProviderHealth for World {
    async fn breakers(&self) -> Result<Breakers, PortError> {
        Ok(Breakers::default())
    }

    async fn save_breaker(&self, _: ProviderName, _: &Breaker) -> Result<bool, PortError> {
        Ok(true)
    }
}

impl Announcements for World {
    async fn announce(&self, _: &Notice) {}
}

impl Signals for World {
    async fn raise_budget_alert(&self, _: &BudgetAlert, _: SignedDuration) -> Result<bool, PortError> {
        Ok(false)
    }

    async fn mark_escalated(&self, _: &EventId, _: &str, _: Timestamp) -> Result<bool, PortError> {
        Ok(false)
    }

    async fn figures(&self, _: &EventId, _: &str) -> Result<Figures, PortError> {
        Ok(Figures::default())
    }

    async fn mark_symptom(
        &self,
        _: &EventId,
        _: &str,
        _: Symptom,
        _: SignedDuration,
        _: Timestamp,
    ) -> Result<bool, PortError> {
        Ok(false)
    }
}
