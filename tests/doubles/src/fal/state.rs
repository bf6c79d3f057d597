//! What the double remembers.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;

use super::behaviour::{Behaviour, Ending};

/// How often the double was asked for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Submits, accepted or not.
    pub submits: u32,
    /// Questions for a status.
    pub statuses: u32,
    /// Questions for a result.
    pub results: u32,
    /// Wishes to cancel.
    pub cancels: u32,
    /// Outputs.
    pub downloads: u32,
    /// Questions for the keys of the webhooks.
    pub jwks: u32,
    /// Requests without the right key.
    pub unauthorized: u32,
    /// Submits that the API refuses.
    pub rejected: u32,
}

/// What is known of one request.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    /// Its id.
    pub id: String,
    /// Its endpoint.
    pub endpoint: String,
    /// Its prompt.
    pub prompt: String,
    /// How often its status was asked for.
    pub statuses: u32,
    /// How often its result was asked for.
    pub results: u32,
    /// How often its output was fetched.
    pub downloads: u32,
    /// It was accepted: it runs and is billed, whatever the client was told.
    pub accepted: bool,
    /// It was cancelled before it began.
    pub cancelled: bool,
    /// What it is billed, in micro-USD.
    pub billed_micro_usd: i64,
    /// The input as it was sent, with the photo's text cut to its first 32 characters.
    pub input: Value,
    /// The headers, by their names in small letters, without the key.
    pub headers: HashMap<String, String>,
    /// The photo.
    pub photo: Vec<u8>,
    /// Where it was to call back.
    pub webhook_url: Option<String>,
    /// What the webhook answered, call by call; `None` where it gave no answer.
    pub webhook_answers: Vec<Option<u16>>,
}

/// A request and how it goes.
pub(super) struct Request {
    pub(super) record: RequestRecord,
    pub(super) behaviour: Behaviour,
    pub(super) accepted_at: Option<Instant>,
}

/// Where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Queued,
    Running,
    Completed,
}

impl Request {
    /// Where it is by now: every question for the status takes a step's time, unless it takes a time of its own.
    pub(super) fn stage(&self) -> Stage {
        if self.record.cancelled {
            return Stage::Completed;
        }
        let Behaviour {
            in_queue,
            in_progress,
            ..
        } = self.behaviour;
        if let (Some(webhook), Some(accepted_at)) = (self.behaviour.webhook, self.accepted_at) {
            return match accepted_at.elapsed() >= webhook.finished_after {
                true => Stage::Completed,
                false => Stage::Running,
            };
        }
        match self.record.statuses {
            asked if asked > in_queue + in_progress => Stage::Completed,
            asked if asked > in_queue => Stage::Running,
            _ => Stage::Queued,
        }
    }

    pub(super) fn accept(&mut self) {
        self.record.accepted = true;
        self.accepted_at = Some(Instant::now());
        if matches!(self.behaviour.ending, Ending::Success) {
            self.record.billed_micro_usd = self.behaviour.billed_micro_usd;
        }
    }

    /// Takes it out of the queue, if it is there still.
    pub(super) fn cancel(&mut self) -> bool {
        let waits = self.record.accepted && self.stage() == Stage::Queued;
        if waits {
            self.record.cancelled = true;
            self.record.billed_micro_usd = 0;
        }
        waits
    }
}

/// Behaviours to go through.
pub(super) struct Choice {
    behaviours: Vec<Behaviour>,
    next: usize,
}

impl Choice {
    pub(super) fn new(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let behaviours: Vec<_> = behaviours.into_iter().collect();
        assert!(!behaviours.is_empty(), "at least one behaviour");
        Self { behaviours, next: 0 }
    }

    fn take(&mut self) -> Behaviour {
        let behaviour = self.behaviours[self.next].clone();
        self.next = (self.next + 1).min(self.behaviours.len() - 1);
        behaviour
    }
}

/// Everything.
pub(super) struct State {
    pub(super) otherwise: Behaviour,
    pub(super) by_words: Vec<(String, Choice)>,
    pub(super) requests: HashMap<String, Request>,
    pub(super) order: Vec<String>,
    pub(super) counts: Counts,
}

impl State {
    pub(super) fn new(otherwise: Behaviour) -> Self {
        Self {
            otherwise,
            by_words: Vec::new(),
            requests: HashMap::new(),
            order: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// A new request, with the behaviour whose turn it is.
    pub(super) fn open(&mut self, mut record: RequestRecord) -> &mut Request {
        // As fal's, no two are the same, also of servers that came before this one: their edits may still ask.
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).expect("the operating system gives random bits");
        record.id = uuid::Builder::from_random_bytes(bits).into_uuid().to_string();
        let by_words = self
            .by_words
            .iter_mut()
            .rev()
            .find(|(words, _)| record.prompt.contains(words.as_str()));
        let behaviour = match by_words {
            Some((_, choice)) => choice.take(),
            None => self.otherwise.clone(),
        };
        let id = record.id.clone();
        self.order.push(id.clone());
        self.requests.entry(id).or_insert(Request {
            record,
            behaviour,
            accepted_at: None,
        })
    }
}
