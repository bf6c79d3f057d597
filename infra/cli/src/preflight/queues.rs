//! The way of an edit to its workers.

use aws_sdk_sqs::types::QueueAttributeName;

use super::{Finding, Scene, Unseen};
use crate::dead_letters::DeadLetters;

pub(super) fn dispatch(scene: &Scene<'_>) -> Finding {
    if scene.settings.queue_auto_dispatch {
        Finding::Holds("at once".to_owned())
    } else {
        Finding::fails(
            "edits are stored and held until somebody dispatches them",
            "magic-edits settings set queue_auto_dispatch true  (then `magic-edits dispatch` for those that wait)",
        )
    }
}

pub(super) async fn workers(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let own = scene.named("submit");
    let submit = scene.settings.queue_name.clone().unwrap_or(own);
    for (function, queue) in [
        ("process-edit", submit.clone()),
        ("poll-edit", scene.named("poll")),
    ] {
        let function = scene.named(function);
        if !takes_from(scene, &function, &queue).await? {
            return Ok(Finding::fails(
                format!("{function} does not take from {queue}"),
                if queue == submit && scene.settings.queue_name.is_some() {
                    "magic-edits settings set queue_name none  (or enable the function's trigger)".to_owned()
                } else {
                    format!(
                        "aws lambda list-event-source-mappings --function-name {function}, then \
                         aws lambda update-event-source-mapping --enabled --uuid …"
                    )
                },
            ));
        }
    }
    Ok(Finding::Holds(format!("on {submit} and the poll queue")))
}

async fn takes_from(scene: &Scene<'_>, function: &str, queue: &str) -> Result<bool, Unseen> {
    let client = aws_sdk_lambda::Client::new(&scene.target.sdk);
    let found = client
        .list_event_source_mappings()
        .function_name(function)
        .send()
        .await
        .map_err(aws_sdk_lambda::Error::from)?;
    Ok(found.event_source_mappings().iter().any(|mapping| {
        let is_of_queue = mapping
            .event_source_arn()
            .and_then(|arn| arn.rsplit(':').next())
            .is_some_and(|name| name == queue);
        is_of_queue && matches!(mapping.state(), Some("Enabled" | "Enabling" | "Updating"))
    }))
}

pub(super) async fn dead_letters(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let client = aws_sdk_sqs::Client::new(&scene.target.sdk);
    let mut waiting = Vec::new();
    let mut mend = vec!["magic-edits dlq list".to_owned()];
    for queue in DeadLetters::ALL {
        let asked = QueueAttributeName::ApproximateNumberOfMessages;
        let found = client
            .get_queue_attributes()
            .queue_url(queue.url(scene.target))
            .attribute_names(asked.clone())
            .send()
            .await
            .map_err(aws_sdk_sqs::Error::from)?;
        let count = found
            .attributes()
            .and_then(|attributes| attributes.get(&asked))
            .cloned();
        if count.as_deref() != Some("0") {
            let count = count.unwrap_or_else(|| "?".to_owned());
            waiting.push(format!("{count} of {}", queue.name()));
            mend.push(format!("magic-edits dlq redrive {}", queue.name()));
        }
    }
    Ok(if waiting.is_empty() {
        Finding::Holds("all three".to_owned())
    } else {
        Finding::fails(waiting.join(", "), mend.join(", then "))
    })
}
