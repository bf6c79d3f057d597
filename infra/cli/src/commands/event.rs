//! `magic-edits event`

use clap::Subcommand;
use cloud::Cloud;
use domain::EventId;
use domain::ports::Events;
use domain::ports::admin::TokenStore;
use jiff::Timestamp;
use serde_json::json;

use crate::output::{CommandResult, Output, Verdict};

/// Events and the links of their guests.
#[derive(Subcommand)]
pub(crate) enum EventCommand {
    /// Make a guest token for an event; it is shown this once and stored only as a hash
    Token {
        /// The event's id
        event: EventId,
        /// When it stops working, such as 2026-12-31T23:59:59Z; never, if left out
        #[arg(long)]
        expires_at: Option<Timestamp>,
    },
}

impl EventCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        let Self::Token { event, expires_at } = self;
        let found = cloud.event(&event).await?;
        let found =
            found.ok_or_else(|| format!("there is no event `{event}`: make it with `catalog apply`"))?;
        let made = cloud.new_token(&found, expires_at).await?;
        output.result(
            json!({ "token_id": made.token_id, "token": made.token }),
            &format!(
                "{}\nShown only now. Guests of {} use it in the path: /api/v1/events/<token>/…",
                made.token, found.name
            ),
        )?;
        Ok(Verdict::Done)
    }
}
