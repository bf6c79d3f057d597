//! When a failed record is delivered again. Without this it would wait for the queue's visibility timeout, which spans
//! several runs of the function: most of the time in which a guest was promised an answer.

use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use cloud::Cloud;
use futures::future::join_all;

/// Delay after the first delivery; every further delivery doubles it. The fifth delivery, the last before the
/// dead-letter queue, comes five minutes after the first.
const FIRST_DELAY: Duration = Duration::from_secs(20);
const MAX_DELAY: Duration = Duration::from_secs(160);

/// Makes failed records visible again soon. A record for which that fails returns with the visibility timeout.
pub(crate) async fn schedule(cloud: &Cloud, failed: &[SqsMessage]) {
    join_all(failed.iter().map(|record| async move {
        let (Some(queue), Some(receipt)) = (&record.event_source_arn, &record.receipt_handle) else {
            return;
        };
        let delay = delay(deliveries(record));
        if let Err(error) = cloud.deliver_again(queue, receipt, delay).await {
            tracing::warn!(
                message_id = record.message_id, %error,
                "record waits for the visibility timeout"
            );
        }
    }))
    .await;
}

fn deliveries(record: &SqsMessage) -> u32 {
    let count = record.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

fn delay(deliveries: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(deliveries.saturating_sub(1));
    FIRST_DELAY.saturating_mul(doubled).min(MAX_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_with_every_delivery_up_to_its_maximum() {
        let delays: Vec<_> = (1..=4).map(|count| delay(count).as_secs()).collect();
        assert_eq!(delays, [20, 40, 80, 160]);
        assert_eq!(delay(0), FIRST_DELAY);
        assert_eq!(delay(u32::MAX), MAX_DELAY);
    }

    #[test]
    fn a_record_carries_the_number_of_its_deliveries() {
        let mut record = SqsMessage::default();
        assert_eq!(deliveries(&record), 1);
        record
            .attributes
            .insert("ApproximateReceiveCount".to_owned(), "3".to_owned());
        assert_eq!(deliveries(&record), 3);
    }
}
