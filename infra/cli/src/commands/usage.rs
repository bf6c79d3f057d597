//! `magic-edits usage`

use api::tenant::get_usage::{UsageBody, usage};
use clap::Args;
use cloud::Cloud;
use domain::context::{month_of, read_month};
use domain::{MicroUsd, StyleKey, TenantId};

use super::dollars;
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};
use crate::problem::explain;

/// Show what a tenant's month cost, by event and style.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct UsageCommand {
    /// The id of the tenant
    #[arg(long, value_name = "ID")]
    tenant: TenantId,
    /// A month such as 2026-10 instead of the running one; months begin and end at midnight UTC
    #[arg(long, value_name = "YYYY-MM", value_parser = read_month)]
    month: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  magic-edits usage --tenant demo-tenant --month 2026-10
  magic-edits --json usage --tenant demo-tenant | jq .spent_micro_usd";

impl UsageCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        let month = self.month.unwrap_or_else(|| month_of(cloud.now()));
        let usage = usage(cloud, &self.tenant, month).await;
        let usage = usage.map_err(|problem| explain(&problem))?;
        let mut table = Table::new(
            ["event", "style", "edits", "succeeded", "spent"],
            "there were no edits in this month",
        );
        for (event, did) in &usage.events {
            let figures = &did.figures;
            table.row([
                event.slug.as_str().into(),
                Cell::new(Tone::Quiet, "all"),
                figures.total.into(),
                figures.succeeded.into(),
                dollars(MicroUsd::new(figures.spent_micro_usd)).into(),
            ]);
            for (style, figures) in &did.styles {
                table.row([
                    event.slug.as_str().into(),
                    style.as_ref().map_or("(own prompt)", StyleKey::as_str).into(),
                    figures.total.into(),
                    figures.succeeded.into(),
                    dollars(MicroUsd::new(figures.spent_micro_usd)).into(),
                ]);
            }
        }
        let cap = usage.caps.hard_cap_micro_usd;
        let footer = format!(
            "{} (UTC): {} spent, {} reserved, hard cap {}",
            usage.month,
            dollars(usage.budget.spent),
            dollars(usage.budget.committed - usage.budget.spent),
            cap.map_or_else(|| "none".to_owned(), dollars)
        );
        output.table(UsageBody::new(&usage), &table.footer(footer))?;
        Ok(Verdict::Done)
    }
}
