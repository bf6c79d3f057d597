//! `magic-edits audit`

use api::AuditBody;
use clap::Args;
use cloud::Cloud;
use domain::TenantId;
use domain::audit::{AuditEntry, Change};
use serde_json::json;

use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};

/// Show who changed what, newest first; entries are kept for 365 days.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AuditCommand {
    /// Only of this tenant and its events
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// How many entries
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

const EXAMPLES: &str = "\
Examples:
  magic-edits audit
  magic-edits audit --tenant demo-tenant --limit 500
  magic-edits --json audit | jq '.[] | select(.action == \"budget_changed\")'";

impl AuditCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        let entries = cloud.audit(self.tenant.as_ref(), None, self.limit).await?;
        let mut table = Table::new(["at", "who", "did", "to", "changes"], "nothing was changed");
        for entry in &entries {
            table.row(row(entry));
        }
        let shown: Vec<_> = entries.iter().map(|entry| json!(AuditBody::new(entry))).collect();
        output.table(shown, &table)?;
        Ok(Verdict::Done)
    }
}

fn row(entry: &AuditEntry) -> [Cell; 5] {
    let deed = &entry.deed;
    let actor = &deed.actor;
    let name = actor.name.as_ref().unwrap_or(&actor.id);
    let place = actor.acting_for.as_ref();
    let place = place.map(|tenant| format!(", for {tenant}")).unwrap_or_default();
    let changes: Vec<String> = deed.changes.iter().map(in_words).collect();
    [
        entry.at.into(),
        format!("{name} ({}{place})", actor.kind.as_str()).into(),
        deed.action.as_str().into(),
        deed.target.as_deref().unwrap_or_default().into(),
        Cell::new(Tone::Quiet, changes.join("; ")),
    ]
}

fn in_words(change: &Change) -> String {
    format!("{}: {} → {}", change.field, change.from, change.to)
}
