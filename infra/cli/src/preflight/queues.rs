//! The queues between an edit and its workers.

use super::{CheckError, Finding, Scope};
use crate::dead_letters::{DeadLetterQueue, DeadLetters};

pub(super) fn dispatch(scope: &Scope<'_>) -> Finding {
    if scope.settings.queue_auto_dispatch {
        Finding::Holds("new edits are sent at once".to_owned())
    } else {
        Finding::fails(
            "new edits are held until somebody dispatches them",
            "magic-edits settings set queue_auto_dispatch true  (then `magic-edits dispatch` for the held ones)",
        )
    }
}

pub(super) async fn workers(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let own = scope.physical_name("submit");
    let submit = scope.settings.queue_name.clone().unwrap_or(own);
    for (function, queue) in [
        ("process-edit", submit.clone()),
        ("poll-edit", scope.physical_name("poll")),
    ] {
        let function = scope.physical_name(function);
        if !receives_from(scope, &function, &queue).await? {
            return Ok(Finding::fails(
                format!("{function} does not receive from {queue}"),
                if queue == submit && scope.settings.queue_name.is_some() {
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

async fn receives_from(scope: &Scope<'_>, function: &str, queue: &str) -> Result<bool, CheckError> {
    let client = aws_sdk_lambda::Client::new(&scope.target.sdk);
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

pub(super) async fn dead_letters(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let mut waiting = Vec::new();
    let mut mend = vec!["magic-edits dlq list".to_owned()];
    for queue in DeadLetterQueue::ALL {
        let count = DeadLetters::new(scope.target, queue).count().await?.waiting;
        if count > 0 {
            waiting.push(format!("{count} of {}", queue.name()));
            mend.push(format!("magic-edits dlq redrive {}", queue.name()));
        }
    }
    Ok(if waiting.is_empty() {
        Finding::Holds("all of them are empty".to_owned())
    } else {
        Finding::fails(waiting.join(", "), mend.join(", then "))
    })
}
