//! The state of the double.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;
use uuid::Uuid;

use super::behaviour::{Behaviour, Ending};
use crate::webhook::Webhook;

/// Counts of the calls by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// `imageInference`, accepted or not.
    pub submits: u32,
    /// `getResponse`.
    pub polls: u32,
    /// `getTaskDetails`.
    pub lookups: u32,
    /// Outputs.
    pub downloads: u32,
    /// Requests without the right key.
    pub unauthorized: u32,
    /// Submits of a known task.
    pub conflicts: u32,
    /// Requests that the API refuses (`unknownParameter` and the like).
    pub rejected: u32,
}

/// The record of one task.
#[derive(Debug, Clone)]
pub struct TaskRecord {
    pub id: Uuid,
    pub model: String,
    /// Submits.
    pub submits: u32,
    /// `getResponse` calls.
    pub polls: u32,
    /// `getTaskDetails` calls.
    pub lookups: u32,
    /// Downloads of its output.
    pub downloads: u32,
    /// Accepted: it runs and is billed, whatever the client was told.
    pub accepted: bool,
    /// The bill in micro-USD.
    pub billed_micro_usd: i64,
    /// The task as it was sent, with the photo's text cut to its first 32 characters.
    pub request: Value,
    /// The photo.
    pub photo: Vec<u8>,
    /// The webhook's answers, by call; `None` where there was none.
    pub webhook_answers: Vec<Option<u16>>,
}

/// A task and its behaviour.
pub(super) struct Task {
    pub(super) record: TaskRecord,
    pub(super) behaviour: Behaviour,
    accepted_at: Option<Instant>,
}

impl Task {
    /// Whether the task has ended by now: every poll takes a step, unless the task takes a time of its own.
    pub(super) fn has_ended(&self) -> bool {
        if let (Some(webhook), Some(accepted_at)) = (self.behaviour.webhook, self.accepted_at) {
            return accepted_at.elapsed() >= webhook.finished_after;
        }
        let asked = self.record.polls + self.record.lookups;
        self.behaviour.sync || asked > self.behaviour.processing
    }

    /// The webhook of the task.
    pub(super) fn webhook(&self) -> Option<(Webhook, String)> {
        let url = self.record.request.get("webhookURL")?.as_str()?;
        Some((self.behaviour.webhook?, url.to_owned()))
    }

    pub(super) fn accept(&mut self) {
        self.record.accepted = true;
        self.accepted_at = Some(Instant::now());
        if self.behaviour.charges_failure || matches!(self.behaviour.ending, Ending::Success) {
            self.record.billed_micro_usd = self.behaviour.billed_micro_usd;
        }
    }
}

/// Behaviours in turn.
pub(super) struct Choice {
    pub(super) behaviours: Vec<Behaviour>,
    pub(super) next: usize,
}

pub(super) struct State {
    pub(super) otherwise: Behaviour,
    pub(super) by_model: HashMap<String, Choice>,
    pub(super) by_task: HashMap<Uuid, Behaviour>,
    pub(super) tasks: HashMap<Uuid, Task>,
    pub(super) order: Vec<Uuid>,
    pub(super) counts: Counts,
}

impl State {
    pub(super) fn new(otherwise: Behaviour) -> Self {
        Self {
            otherwise,
            by_model: HashMap::new(),
            by_task: HashMap::new(),
            tasks: HashMap::new(),
            order: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// The task with this id. A new one takes the next behaviour of its model.
    pub(super) fn task(&mut self, id: Uuid, model: &str) -> &mut Task {
        let Self {
            otherwise,
            by_model,
            by_task,
            tasks,
            order,
            ..
        } = self;
        tasks.entry(id).or_insert_with(|| {
            order.push(id);
            let behaviour = by_task
                .get(&id)
                .cloned()
                .unwrap_or_else(|| match by_model.get_mut(model) {
                    Some(choice) => {
                        let behaviour = choice.behaviours[choice.next].clone();
                        choice.next = (choice.next + 1).min(choice.behaviours.len() - 1);
                        behaviour
                    }
                    None => otherwise.clone(),
                });
            let record = TaskRecord {
                id,
                model: model.to_owned(),
                submits: 0,
                polls: 0,
                lookups: 0,
                downloads: 0,
                accepted: false,
                billed_micro_usd: 0,
                request: Value::Null,
                photo: Vec::new(),
                webhook_answers: Vec::new(),
            };
            Task {
                record,
                behaviour,
                accepted_at: None,
            }
        })
    }
}
