//! `magic-edits catalog`

use std::fs;
use std::path::PathBuf;

use clap::Subcommand;
use cloud::Cloud;

use crate::catalog::{CatalogFile, apply};
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};

/// Packages, styles, tenants and events.
#[derive(Subcommand)]
pub(crate) enum CatalogCommand {
    /// Create or update everything that a YAML file names; repeating it changes nothing
    Apply {
        /// The file; `infra/local/demo.yaml` is an example
        file: PathBuf,
    },
}

impl CatalogCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        let Self::Apply { file } = self;
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let catalog: CatalogFile =
            serde_norway::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let changes = apply(cloud, catalog).await?;
        let mut table = Table::new(["outcome", "kind", "key"], "the file names nothing");
        for change in &changes {
            let tone = if change.outcome == "unchanged" {
                Tone::Quiet
            } else {
                Tone::Good
            };
            table.row([
                Cell::new(tone, change.outcome),
                change.kind.into(),
                (&change.key).into(),
            ]);
        }
        output.table(&changes, &table)?;
        Ok(Verdict::Done)
    }
}
