//! `magic-edits catalog`

use std::fs;
use std::path::PathBuf;

use clap::Subcommand;
use cloud::Cloud;

use crate::catalog::{CatalogFile, apply};
use crate::output::Output;

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
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> Result<(), Box<dyn std::error::Error>> {
        let Self::Apply { file } = self;
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let catalog: CatalogFile =
            serde_norway::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let changes = apply(cloud, catalog).await?;
        let lines: Vec<String> = changes
            .iter()
            .map(|change| format!("{:<9} {} {}", change.outcome, change.kind, change.key))
            .collect();
        output.result(&changes, &lines.join("\n"));
        Ok(())
    }
}
