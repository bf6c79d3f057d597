//! Every worker function, called in this process over AWS in memory.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cloud::Cloud;
use cloud::testing::Memory;
use jiff::Timestamp;
use lambda::queue::{SqsEvent, SqsMessage};
use serde_json::{Value, json};
use workers::{CallError, FUNCTIONS, Handler, deliver, deliver_batch, invoke};
use workflow::ProviderKit;

const MISSING_EDIT: &str =
    r#"{"v":"1","tenant_id":"t1","event_id":"e1","edit_id":"edit_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#;
const MISSING_ATTEMPT: &str = r#"{"v":"1","tenant_id":"t1","event_id":"e1","edit_id":"edit_01ARZ3NDEKTSV4RRFFQ69G5FAV","attempt":1,"polls":0}"#;

fn world() -> (Cloud, Memory, ProviderKit) {
    let (cloud, memory) = Cloud::in_memory();
    (cloud, memory, ProviderKit::new().unwrap())
}

async fn invoke_long(function: &str, payload: Value) -> Result<Value, CallError> {
    let (cloud, _, kit) = world();
    invoke(&cloud, &kit, function, payload, Timestamp::MAX).await
}

#[tokio::test]
async fn a_message_about_a_missing_edit_is_done() {
    let (cloud, memory, kit) = world();
    assert_eq!(deliver(&cloud, &kit, "process-edit", MISSING_EDIT).await, Ok(()));
    assert_eq!(deliver(&cloud, &kit, "poll-edit", MISSING_ATTEMPT).await, Ok(()));
    assert!(memory.queues.take().is_empty());
}

#[tokio::test]
async fn a_batch_returns_the_ids_of_its_failed_records() {
    let record = |id: &str, body: &str| {
        let mut record = SqsMessage::default();
        record.message_id = Some(id.to_owned());
        record.body = Some(body.to_owned());
        record
    };
    let mut event = SqsEvent::default();
    event.records = vec![record("done", MISSING_EDIT), record("unreadable", "{")];
    let (cloud, _, kit) = world();
    let answer = deliver_batch(&cloud, &kit, "process-edit", event).await.unwrap();
    let failed: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.as_str())
        .collect();
    assert_eq!(failed, ["unreadable"]);
    assert_eq!(
        deliver(&cloud, &kit, "process-edit", "{").await,
        Err(CallError::MessageFailed("process-edit"))
    );
}

#[tokio::test]
async fn every_invoked_function_answers_an_empty_payload() {
    for function in FUNCTIONS {
        if let Handler::Invoked(_) = function.handler {
            let answer = invoke_long(function.name, json!({})).await.unwrap();
            assert!(answer.is_object(), "{}: {answer}", function.name);
        }
    }
}

#[tokio::test]
async fn a_misspelt_payload_is_refused() {
    let error = invoke_long("prune", json!({"pretnd": true})).await.unwrap_err();
    assert!(matches!(error, CallError::Invocation(_)), "{error}");
    assert!(error.to_string().contains("pretnd"), "{error}");
}

#[tokio::test]
async fn a_call_that_a_function_does_not_take_is_refused() {
    let (cloud, _, kit) = world();
    assert_eq!(
        deliver(&cloud, &kit, "prune", "{}").await,
        Err(CallError::TakesPayload("prune"))
    );
    assert_eq!(
        invoke_long("poll-edit", json!({})).await,
        Err(CallError::TakesMessages("poll-edit"))
    );
    assert_eq!(
        invoke_long("bootstrap", json!({})).await,
        Err(CallError::Unknown("bootstrap".to_owned()))
    );
}
