//! The state of the double.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;

use super::behaviour::{Behaviour, Ending};

/// Counts of the calls by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Submits, accepted or not.
    pub submits: u32,
    /// Status requests.
    pub statuses: u32,
    /// Result requests.
    pub results: u32,
    /// Cancel requests.
    pub cancels: u32,
    /// Outputs.
    pub downloads: u32,
    /// JWKS requests.
    pub jwks: u32,
    /// Requests without the right key.
    pub unauthorized: u32,
    /// Submits that the API refuses.
    pub rejected: u32,
}

/// The record of one request.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    pub id: String,
    pub endpoint: String,
    pub prompt: String,
    /// Status requests.
    pub statuses: u32,
    /// Result requests.
    pub results: u32,
    /// Downloads of its output.
    pub downloads: u32,
    /// Accepted: it runs and is billed, whatever the client was told.
    pub accepted: bool,
    /// It was cancelled before it began.
    pub cancelled: bool,
    /// The bill in micro-USD.
    pub billed_micro_usd: i64,
    /// The input as it was sent, with the photo's text cut to its first 32 characters.
    pub input: Value,
    /// The headers, by their names in small letters, without the key.
    pub headers: HashMap<String, String>,
    /// The photo.
    pub photo: Vec<u8>,
    /// The address of its webhook.
    pub webhook_url: Option<String>,
    /// The webhook's answers, by call; `None` where there was none.
    pub webhook_answers: Vec<Option<u16>>,
}

/// A request and its behaviour.
pub(super) struct Request {
    pub(super) record: RequestRecord,
    pub(super) behaviour: Behaviour,
    pub(super) accepted_at: Option<Instant>,
}

/// The state of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Queued,
    Running,
    Completed,
}

impl Request {
    /// Its state by now: every status request takes a step, unless the request takes a time of its own.
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
        if self.behaviour.charges_failure || matches!(self.behaviour.ending, Ending::Success) {
            self.record.billed_micro_usd = self.behaviour.billed_micro_usd;
        }
    }

    /// Removes it from the queue, if it is still there.
    pub(super) fn cancel(&mut self) -> bool {
        let waits = self.record.accepted && self.stage() == Stage::Queued;
        if waits {
            self.record.cancelled = true;
            self.record.billed_micro_usd = 0;
        }
        waits
    }
}

/// Behaviours in turn.
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

    /// A new request, with the next behaviour.
    pub(super) fn open(&mut self, mut record: RequestRecord) -> &mut Request {
        // Like fal's, unique across servers: edits of an earlier server may still poll.
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
