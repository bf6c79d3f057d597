//! Faults on purpose: which calls fail, and how.

use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;

use super::lock;
use crate::Call;

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails, and nothing is carried out.
    Refused,
    /// It is carried out, and fails all the same.
    LostAnswer,
    /// The service is too busy, and says so where it can: a transaction is cancelled by a conflict, a batch is left
    /// undone, a batch of messages is not taken, a change of a parameter is throttled. Other calls fail.
    Busy,
}

/// Which calls meet a fault.
#[derive(Debug, Clone)]
pub struct Rule {
    call: Call,
    about: String,
    skip: usize,
    times: usize,
    effect: Met,
}

impl Rule {
    /// The next call of this kind.
    pub fn new(call: Call, fault: Fault) -> Self {
        Self {
            call,
            about: String::new(),
            skip: 0,
            times: 1,
            effect: Met::Fault(fault),
        }
    }

    /// Only calls about this: a part of a key, or of the name of an object, queue, parameter or event.
    #[must_use]
    pub fn about(mut self, part: impl Into<String>) -> Self {
        self.about = part.into();
        self
    }

    /// This many calls in a row, instead of one.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Spares the first calls that it would meet.
    #[must_use]
    pub fn after(mut self, skip: usize) -> Self {
        self.skip = skip;
        self
    }
}

/// The faults that are still to come. A clone is the same list.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Rule>>>);

/// What a call meets.
#[derive(Debug, Clone)]
pub(super) enum Met {
    Fault(Fault),
    Hold(Arc<Gate>),
}

impl Faults {
    /// Adds a rule. Where several are meant for a call, it meets the oldest, and spares count in all of them up to that.
    pub fn add(&self, rule: Rule) {
        lock(&self.0).push(rule);
    }

    /// Holds the next call of this kind (about this, which may be empty) before it is carried out.
    pub fn hold(&self, call: Call, about: &str) -> Held {
        let gate = Arc::new(Gate {
            reached: Semaphore::new(0),
            open: Semaphore::new(0),
        });
        let rule = Rule {
            effect: Met::Hold(Arc::clone(&gate)),
            ..Rule::new(call, Fault::Busy).about(about)
        };
        self.add(rule);
        Held(gate)
    }

    /// Forgets every rule.
    pub fn clear(&self) {
        lock(&self.0).clear();
    }

    /// How many faults no call has met yet.
    pub fn pending(&self) -> usize {
        lock(&self.0).iter().map(|rule| rule.times).sum()
    }

    pub(super) fn meet(&self, call: Call, about: &str) -> Option<Met> {
        let mut rules = lock(&self.0);
        let mut met = None;
        for rule in rules
            .iter_mut()
            .filter(|rule| rule.call == call && about.contains(&rule.about))
        {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                met = Some(rule.effect.clone());
                break;
            }
        }
        rules.retain(|rule| rule.times > 0);
        met
    }
}

#[derive(Debug)]
pub(super) struct Gate {
    reached: Semaphore,
    open: Semaphore,
}

impl Gate {
    pub(super) async fn pass(&self) {
        self.reached.add_permits(1);
        // Closed means that the test has let go.
        if let Ok(permit) = self.open.acquire().await {
            permit.forget();
        }
    }
}

/// A call that is held until this is released or dropped.
#[must_use = "the call goes on when this is dropped"]
#[derive(Debug)]
pub struct Held(Arc<Gate>);

impl Held {
    /// Waits until the call is there.
    pub async fn reached(&self) {
        if let Ok(permit) = self.0.reached.acquire().await {
            permit.forget();
        }
    }

    /// Lets the call go on.
    pub fn release(self) {}
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.open.close();
    }
}
