//! When a record that failed comes back. By itself it would wait out the queue's visibility timeout, which is as long as
//! several runs of the function: most of the time that a guest was promised an answer in.

use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use cloud::Cloud;
use futures::future::join_all;

/// After the first delivery; doubled with every further one. The fifth, the last before the dead-letter queue, comes
/// five minutes after the first.
const FIRST: Duration = Duration::from_secs(20);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(160);

/// Makes records that failed visible again soon. Where that cannot be done, they come back with the visibility timeout.
pub(crate) async fn soon(cloud: &Cloud, failed: &[SqsMessage]) {
    join_all(failed.iter().map(|record| async move {
        let (Some(queue), Some(receipt)) = (&record.event_source_arn, &record.receipt_handle) else {
            return;
        };
        let wait = wait(deliveries(record));
        if let Err(error) = cloud.deliver_again(queue, receipt, wait).await {
            tracing::warn!(message_id = record.message_id, %error, "record comes back late");
        }
    }))
    .await;
}

fn deliveries(record: &SqsMessage) -> u32 {
    let count = record.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

fn wait(deliveries: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(deliveries.saturating_sub(1));
    FIRST.saturating_mul(doubled).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_soon_and_not_for_ever_at_once() {
        let waits: Vec<_> = (1..=4).map(|count| wait(count).as_secs()).collect();
        assert_eq!(waits, [20, 40, 80, 160]);
        assert_eq!(wait(0), FIRST);
        assert_eq!(wait(u32::MAX), LONGEST);
    }

    #[test]
    fn a_record_says_how_often_it_was_delivered() {
        let mut record = SqsMessage::default();
        assert_eq!(deliveries(&record), 1);
        record
            .attributes
            .insert("ApproximateReceiveCount".to_owned(), "3".to_owned());
        assert_eq!(deliveries(&record), 3);
    }
}
