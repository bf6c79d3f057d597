//! A batch of queue records. A record that fails, panics or cannot be read harms none of the others.

use std::fmt::Display;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::SqsMessage;
use futures::FutureExt;
use futures::future::join_all;

use crate::queue::EditMessage;

/// Works on all records at once and returns the records that must be delivered again.
pub(crate) async fn run<M, E, F, W>(records: Vec<SqsMessage>, work: W) -> Vec<SqsMessage>
where
    M: EditMessage,
    E: Display,
    W: Fn(M) -> F,
    F: Future<Output = Result<(), E>>,
{
    let work = &work;
    let outcomes = records.into_iter().map(|record| async move {
        // The body stays out of the log: an unreadable body may hold anything.
        let Ok(message) = serde_json::from_str::<M>(record.body.as_deref().unwrap_or_default()) else {
            tracing::error!(message_id = record.message_id, "record cannot be read");
            return Some(record);
        };
        let edit_id = message.edit_id();
        // A panic that escapes fails the whole batch, and SQS would deliver the neighbours again.
        match AssertUnwindSafe(work(message)).catch_unwind().await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => {
                tracing::error!(%edit_id, %error, "record failed; SQS delivers it again");
                Some(record)
            }
            Err(_) => {
                tracing::error!(%edit_id, "record panicked; SQS delivers it again");
                Some(record)
            }
        }
    });
    join_all(outcomes).await.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use domain::message::SubmitMessage;

    use super::*;

    fn record(message_id: &str, body: &str) -> SqsMessage {
        let mut record = SqsMessage::default();
        record.message_id = Some(message_id.to_owned());
        record.body = Some(body.to_owned());
        record
    }

    fn submit(tenant: &str) -> String {
        format!(
            r#"{{"v":"1","tenant_id":"{tenant}","event_id":"e","edit_id":"edit_01ARZ3NDEKTSV4RRFFQ69G5FAV"}}"#
        )
    }

    #[tokio::test]
    async fn a_bad_record_leaves_its_neighbours_alone() {
        let records = vec![
            record("good", &submit("fine")),
            record("panics", &submit("panic")),
            record("fails", &submit("fail")),
            record("garbage", "{"),
            record("future", &submit("fine").replace("\"1\"", "\"9\"")),
            record("good too", &submit("fine")),
        ];
        let failed = run(records, |message: SubmitMessage| async move {
            let SubmitMessage::V1 { tenant_id, .. } = message;
            match tenant_id.as_str() {
                "panic" => panic!("on purpose"),
                "fail" => Err("on purpose"),
                _ => Ok(()),
            }
        })
        .await;
        let failed: Vec<_> = failed
            .iter()
            .filter_map(|record| record.message_id.as_deref())
            .collect();
        assert_eq!(failed, ["panics", "fails", "garbage", "future"]);
    }
}
