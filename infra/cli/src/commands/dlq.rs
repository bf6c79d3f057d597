//! `magic-edits dlq`

use std::num::NonZeroUsize;

use clap::Subcommand;
use domain::photo::PhotoStatus;
use serde_json::json;

use crate::dead_letters::{DeadLetterQueue, DeadLetters, Subject};
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};
use crate::target::Target;

/// Inspect the dead-letter queues, which hold the messages that the workers gave up on.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum DlqCommand {
    /// Count the messages of each queue; exit code 1 if there are any
    List,
    /// Show the edits or photos of the messages, and their status now; the messages stay
    Show {
        /// The queue that the messages came from
        queue: DeadLetterQueue,
        /// Stop after this many messages
        #[arg(long, default_value = "25")]
        limit: NonZeroUsize,
    },
    /// Send the messages back to the queue that they came from; a message of a finished edit or a prepared photo does nothing
    Redrive {
        /// The queue that the messages came from
        queue: DeadLetterQueue,
        /// Stop after this many messages
        #[arg(long, default_value = "1000")]
        limit: NonZeroUsize,
    },
}

const EXAMPLES: &str = "\
Examples:
  magic-edits --stack magic-edits-prod dlq list
  magic-edits --stack magic-edits-prod dlq show submit
  magic-edits --stack magic-edits-prod dlq redrive submit --limit 100";

impl DlqCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        match self {
            Self::List => list(target, output).await,
            Self::Show { queue, limit } => show(target, output, queue, limit.get()).await,
            Self::Redrive { queue, limit } => redrive(target, output, queue, limit.get()).await,
        }
    }
}

async fn list(target: &Target, output: Output) -> CommandResult {
    let mut table = Table::new(["queue", "messages", "hidden"], "");
    let (mut values, mut total) = (Vec::new(), 0);
    for queue in DeadLetterQueue::ALL {
        let count = DeadLetters::new(target, queue).count().await?;
        total += count.waiting + count.hidden;
        let tone = if count.waiting == 0 { Tone::Good } else { Tone::Bad };
        table.row([
            queue.name().into(),
            Cell::new(tone, count.waiting),
            count.hidden.into(),
        ]);
        values.push(json!({ "queue": queue, "messages": count.waiting, "looked_at": count.hidden }));
    }
    output.table(values, &table)?;
    Ok(Verdict::of(total == 0))
}

async fn show(target: &Target, output: Output, queue: DeadLetterQueue, limit: usize) -> CommandResult {
    let progress = output.progress("reading the messages");
    let letters = DeadLetters::new(target, queue).peek(limit).await?;
    let mut keys: Vec<_> = letters
        .iter()
        .filter_map(|letter| match &letter.subject {
            Some(Subject::Edit { key, .. }) => Some(key.clone()),
            Some(Subject::Photo { .. }) | None => None,
        })
        .collect();
    keys.sort_by_key(|key| key.edit_id);
    keys.dedup();
    let edits = target.cloud.edits_at(&keys).await?;
    let mut table = Table::new(
        [
            "message",
            "sent",
            "tenant",
            "event",
            "edit or photo",
            "attempt",
            "status",
        ],
        "no messages",
    );
    let mut values = Vec::new();
    for letter in &letters {
        let sent_at = letter.sent_at();
        let sent = sent_at.map_or_else(String::new, |at| at.strftime("%F %TZ").to_string());
        match &letter.subject {
            None => {
                table.row([
                    letter.id().into(),
                    sent.into(),
                    Cell::new(Tone::Bad, "unreadable for this version"),
                ]);
                values.push(json!({ "message_id": letter.id(), "sent_at": sent_at, "edit_id": null }));
            }
            Some(Subject::Edit { key, tenant, attempt }) => {
                let edit = edits.iter().find(|edit| edit.id == key.edit_id);
                let status = edit.map(|edit| edit.status.as_str());
                let is_open = edit.is_some_and(|edit| !edit.status.is_terminal());
                table.row([
                    letter.id().into(),
                    sent.into(),
                    tenant.as_str().into(),
                    key.event_id.as_str().into(),
                    key.edit_id.into(),
                    attempt
                        .map_or_else(String::new, |attempt| attempt.to_string())
                        .into(),
                    Cell::new(tone(is_open), status.unwrap_or("gone")),
                ]);
                values.push(json!({
                    "message_id": letter.id(), "sent_at": sent_at, "tenant_id": tenant, "event_id": key.event_id,
                    "edit_id": key.edit_id, "attempt": attempt, "edit_status": status,
                }));
            }
            Some(Subject::Photo { event_id, photo_id }) => {
                let photo = target.cloud.photo(event_id, *photo_id).await?;
                let status = photo.map(|photo| photo.state.status());
                table.row([
                    letter.id().into(),
                    sent.into(),
                    "".into(),
                    event_id.as_str().into(),
                    photo_id.to_string().into(),
                    "".into(),
                    Cell::new(
                        tone(status == Some(PhotoStatus::AwaitingUpload)),
                        status.map_or("gone", PhotoStatus::as_str),
                    ),
                ]);
                values.push(json!({
                    "message_id": letter.id(), "sent_at": sent_at, "event_id": event_id, "photo_id": photo_id,
                    "photo_status": status,
                }));
            }
        }
    }
    drop(progress);
    output.table(values, &table)?;
    Ok(Verdict::Done)
}

/// The tone of what a message is about: there is something left to do, or there is not.
const fn tone(is_open: bool) -> Tone {
    if is_open { Tone::Warning } else { Tone::Quiet }
}

async fn redrive(target: &Target, output: Output, queue: DeadLetterQueue, limit: usize) -> CommandResult {
    let progress = output.progress("sending the messages back");
    let (sent, unreadable) = DeadLetters::new(target, queue).redrive(limit).await?;
    drop(progress);
    let stayed = match unreadable {
        0 => String::new(),
        unreadable => format!("; {unreadable} stay, because this version cannot read them"),
    };
    output.result(
        json!({ "queue": queue, "sent": sent, "unreadable": unreadable }),
        &format!("{sent} sent back to {}{stayed}", queue.name()),
    )?;
    Ok(Verdict::of(unreadable == 0))
}
