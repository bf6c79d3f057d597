//! `magic-edits dlq`

use std::num::NonZeroUsize;

use clap::Subcommand;
use serde_json::json;

use crate::dead_letters::{DeadLetters, Office};
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};
use crate::target::Target;

/// Messages that the workers gave up on.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum DlqCommand {
    /// How many there are; exit code 1 if there are any
    List,
    /// What they are about, and how those edits stand now; the messages stay
    Show {
        /// Which queue's
        queue: DeadLetters,
        /// The most messages
        #[arg(long, default_value = "25")]
        limit: NonZeroUsize,
    },
    /// Send them back to the queue they came from; one about an edit that has ended finds nothing to do
    Redrive {
        /// Which queue's
        queue: DeadLetters,
        /// The most messages
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
    let mut table = Table::new(["queue", "messages", "being looked at"], "");
    let (mut values, mut total) = (Vec::new(), 0);
    for queue in DeadLetters::ALL {
        let count = Office::new(target, queue).count().await?;
        total += count.waiting + count.looked_at;
        let tone = if count.waiting == 0 { Tone::Good } else { Tone::Bad };
        table.row([
            queue.name().into(),
            Cell::new(tone, count.waiting),
            count.looked_at.into(),
        ]);
        values.push(json!({ "queue": queue, "messages": count.waiting, "looked_at": count.looked_at }));
    }
    output.table(values, &table)?;
    Ok(Verdict::of(total == 0))
}

async fn show(target: &Target, output: Output, queue: DeadLetters, limit: usize) -> CommandResult {
    let progress = output.progress("looking at the messages");
    let letters = Office::new(target, queue).look(limit).await?;
    let keys: Vec<_> = letters
        .iter()
        .filter_map(|letter| Some(letter.about.as_ref()?.edit.clone()))
        .collect();
    let mut distinct = keys;
    distinct.sort_by_key(|key| key.edit_id);
    distinct.dedup();
    let edits = target.cloud.edits_at(&distinct).await?;
    drop(progress);
    let mut table = Table::new(
        ["message", "sent", "tenant", "event", "edit", "attempt", "edit is"],
        "no messages",
    );
    let mut values = Vec::new();
    for letter in &letters {
        let sent_at = letter.sent_at();
        let sent = sent_at.map_or_else(String::new, |at| at.strftime("%F %TZ").to_string());
        let Some(about) = &letter.about else {
            table.row([
                letter.id().into(),
                sent.into(),
                Cell::new(Tone::Bad, "cannot be read by this version"),
            ]);
            values.push(json!({ "message_id": letter.id(), "sent_at": sent_at, "edit_id": null }));
            continue;
        };
        let edit = edits.iter().find(|edit| edit.id == about.edit.edit_id);
        let status = edit.map(|edit| edit.status.as_str());
        let tone = if edit.is_some_and(|edit| !edit.status.is_terminal()) {
            Tone::Warning
        } else {
            Tone::Quiet
        };
        table.row([
            letter.id().into(),
            sent.into(),
            about.tenant.as_str().into(),
            about.edit.event_id.as_str().into(),
            about.edit.edit_id.into(),
            about
                .attempt
                .map_or_else(String::new, |attempt| attempt.to_string())
                .into(),
            Cell::new(tone, status.unwrap_or("gone")),
        ]);
        values.push(json!({
            "message_id": letter.id(), "sent_at": sent_at, "tenant_id": about.tenant,
            "event_id": about.edit.event_id, "edit_id": about.edit.edit_id, "attempt": about.attempt,
            "edit_status": status,
        }));
    }
    output.table(values, &table)?;
    Ok(Verdict::Done)
}

async fn redrive(target: &Target, output: Output, queue: DeadLetters, limit: usize) -> CommandResult {
    let progress = output.progress("sending the messages back");
    let (sent, unread) = Office::new(target, queue).redrive(limit).await?;
    drop(progress);
    let stayed = match unread {
        0 => String::new(),
        unread => format!("; {unread} stay, this version cannot read them"),
    };
    output.result(
        json!({ "queue": queue, "sent": sent, "unreadable": unread }),
        &format!("{sent} sent back to {}{stayed}", queue.name()),
    )?;
    Ok(Verdict::of(unread == 0))
}
