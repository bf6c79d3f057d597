//! The functions behind no API: queue workers, and functions that a schedule or an operator invokes.
//!
//! Every function is a Lambda function of its own; all of them are this package. [`FUNCTIONS`] is the list.

use cloud::Cloud;
use domain::message::{PollMessage, SubmitMessage};
use domain::operations::{BackfillStorage, CopySettings, Dispatch, PreparePhoto, Prune, RecoverStuck};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use lambda::invoked::{self, InvocationError};
use lambda::queue::{self, SqsBatchResponse, SqsEvent, SqsMessage};
use serde_json::Value;
use thiserror::Error;
use workflow::ProviderKit;

/// One Lambda function.
pub struct Function {
    /// Its `Handler` in `template.yaml`, and its sample in `events/`.
    pub name: &'static str,
    pub handler: Handler,
}

#[derive(Clone, Copy)]
pub enum Handler {
    /// Takes batches of messages from a queue.
    Queue(for<'a> fn(&'a Cloud, &'a ProviderKit, SqsEvent) -> BoxFuture<'a, SqsBatchResponse>),
    /// Is invoked with a payload, and told when Lambda stops it.
    Invoked(for<'a> fn(&'a Cloud, &'a ProviderKit, Value, Timestamp) -> BoxFuture<'a, Answer>),
}

pub type Answer = Result<Value, InvocationError>;

pub const FUNCTIONS: &[Function] = &[
    // The submit queue: an edit's next attempt.
    Function {
        name: "process-edit",
        handler: Handler::Queue(|cloud, kit, event| {
            let process = |message: SubmitMessage| workflow::process_edit(cloud, kit, message);
            async move { queue::deliver(cloud, event, process).await }.boxed()
        }),
    },
    // The poll queue: an attempt's progress, and the delivery of a finished picture.
    Function {
        name: "poll-edit",
        handler: Handler::Queue(|cloud, kit, event| {
            let poll = |message: PollMessage| workflow::poll_edit(cloud, kit, message);
            async move { queue::deliver(cloud, event, poll).await }.boxed()
        }),
    },
    // Whenever a photo is uploaded, and by hand: the copy that everything else uses.
    Function {
        name: "prepare-photo",
        handler: Handler::Invoked(|cloud, kit, payload, _| {
            let prepare = move |payload: PreparePhoto| async move {
                workflow::prepare_photo(cloud, kit, &payload).await
            };
            invoked::answer(payload, prepare).boxed()
        }),
    },
    // Every five minutes, and by hand: edits that do not move.
    Function {
        name: "recover-stuck",
        handler: Handler::Invoked(|cloud, kit, payload, stops_at| {
            let recover = move |payload: RecoverStuck| workflow::recover_stuck(cloud, kit, payload, stops_at);
            invoked::answer(payload, recover).boxed()
        }),
    },
    // Whenever a parameter changes, and by hand: every setting into the table.
    Function {
        name: "copy-settings",
        handler: Handler::Invoked(|cloud, _, payload, _| {
            let copy =
                move |payload: CopySettings| async move { workflow::copy_settings(cloud, &payload).await };
            invoked::answer(payload, copy).boxed()
        }),
    },
    // Daily, and by hand: whatever has passed its retention.
    Function {
        name: "prune",
        handler: Handler::Invoked(|cloud, _, payload, stops_at| {
            let prune = async move |payload: Prune| workflow::prune(cloud, &payload, stops_at).await;
            invoked::answer(payload, prune).boxed()
        }),
    },
    // By hand: pictures without a stored copy.
    Function {
        name: "backfill-storage",
        handler: Handler::Invoked(|cloud, kit, payload, stops_at| {
            let backfill = async move |payload: BackfillStorage| {
                workflow::backfill_storage(cloud, kit, &payload, stops_at).await
            };
            invoked::answer(payload, backfill).boxed()
        }),
    },
    // By hand: the edits that `queue_auto_dispatch=false` held back.
    Function {
        name: "dispatch",
        handler: Handler::Invoked(|cloud, _, payload, stops_at| {
            let dispatch = move |payload: Dispatch| workflow::dispatch(cloud, payload, stops_at);
            invoked::answer(payload, dispatch).boxed()
        }),
    },
];

/// A function was called by a name that it does not have, or in a way that it does not take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallError {
    #[error("there is no function {0:?}")]
    Unknown(String),
    #[error("{0} takes queue messages, and no payload")]
    TakesMessages(&'static str),
    #[error("{0} takes a payload, and no queue messages")]
    TakesPayload(&'static str),
    /// The function did not finish the message, and the queue would deliver it again. The log says why.
    #[error("{0} failed the message")]
    MessageFailed(&'static str),
    #[error(transparent)]
    Invocation(#[from] InvocationError),
}

/// Hands one queue message to a function in this process.
///
/// # Errors
/// See [`CallError`].
pub async fn deliver(cloud: &Cloud, kit: &ProviderKit, function: &str, body: &str) -> Result<(), CallError> {
    let mut record = SqsMessage::default();
    record.message_id = Some("1".to_owned());
    record.body = Some(body.to_owned());
    let mut event = SqsEvent::default();
    event.records = vec![record];
    let answer = deliver_batch(cloud, kit, function, event).await?;
    if answer.batch_item_failures.is_empty() {
        Ok(())
    } else {
        Err(CallError::MessageFailed(find(function)?.name))
    }
}

/// Hands a batch of queue records to a function in this process.
///
/// # Errors
/// See [`CallError`]. Failed records are in the answer.
pub async fn deliver_batch(
    cloud: &Cloud,
    kit: &ProviderKit,
    function: &str,
    event: SqsEvent,
) -> Result<SqsBatchResponse, CallError> {
    let function = find(function)?;
    match function.handler {
        Handler::Queue(handle) => Ok(handle(cloud, kit, event).await),
        Handler::Invoked(_) => Err(CallError::TakesPayload(function.name)),
    }
}

/// Invokes a function in this process.
///
/// # Errors
/// See [`CallError`].
pub async fn invoke(
    cloud: &Cloud,
    kit: &ProviderKit,
    function: &str,
    payload: Value,
    stops_at: Timestamp,
) -> Result<Value, CallError> {
    let function = find(function)?;
    match function.handler {
        Handler::Queue(_) => Err(CallError::TakesMessages(function.name)),
        Handler::Invoked(handle) => Ok(handle(cloud, kit, payload, stops_at).await?),
    }
}

fn find(name: &str) -> Result<&'static Function, CallError> {
    let found = FUNCTIONS.iter().find(|function| function.name == name);
    found.ok_or_else(|| CallError::Unknown(name.to_owned()))
}
