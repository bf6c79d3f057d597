//! `magic-edits catalog`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use cloud::Cloud;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::catalog::{CatalogFile, Difference, apply, differences};
use crate::output::{Cell, CommandResult, Output, Table, Tone, UsageError, Verdict};

/// Create or update packages, add-ons, styles, tenants and events from one file.
#[derive(Subcommand)]
pub(crate) enum CatalogCommand {
    /// Create or update every entry of a YAML file; a second run changes nothing
    #[command(after_help = EXAMPLES)]
    Apply(ApplyArgs),
}

const EXAMPLES: &str = "\
Examples:
  magic-edits catalog apply my-catalogue.yaml             shows the changes, and asks
  magic-edits catalog apply my-catalogue.yaml --dry-run   shows the changes; exit code 1 if there are any
  magic-edits catalog apply my-catalogue.yaml --yes       writes without asking, for scripts
Entries have the fields of the API. Packages, add-ons and styles are replaced as a whole. Tenants and events keep every
field that the file does not name, also inside a budget, a watermark and a policy; null removes a budget, a watermark or a
package_key. No entry is ever removed.";

/// The file, and whether to write.
#[derive(Args)]
pub(crate) struct ApplyArgs {
    /// The file; `infra/local/demo.yaml` is an example
    file: PathBuf,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
    /// Show what would change, and write nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

impl CatalogCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        let Self::Apply(args) = self;
        let file = args.read()?;
        args.run(cloud, output, file).await
    }
}

impl ApplyArgs {
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, UsageError> {
        let usage_error = |why: String| UsageError(format!("{}: {why}", self.file.display()));
        let text = fs::read_to_string(&self.file).map_err(|error| usage_error(error.to_string()))?;
        // A detour through a YAML value, which refuses a repeated key.
        let content: serde_norway::Value =
            serde_norway::from_str(&text).map_err(|error| usage_error(error.to_string()))?;
        let content = serde_json::to_value(content).map_err(|error| usage_error(error.to_string()))?;
        serde_path_to_error::deserialize(content).map_err(|error| usage_error(error.to_string()))
    }

    /// Shows the changes, asks for confirmation, and writes.
    pub(crate) async fn run(self, cloud: &Cloud, output: Output, file: CatalogFile) -> CommandResult {
        let found = differences(cloud, &file).await?;
        let is_same = found.iter().all(Difference::is_empty);
        if self.dry_run {
            output.table(&found, &changes_table(&found))?;
            return Ok(Verdict::of(is_same));
        }
        if !is_same && !self.yes && !is_confirmed(output, &found, &self.file)? {
            output.note("nothing was written")?;
            return Ok(Verdict::Failed);
        }
        let (changes, result) = apply(cloud, file).await;
        let nothing = if result.is_ok() {
            "the file has no entries"
        } else {
            "nothing was written"
        };
        let mut table = Table::new(["outcome", "kind", "key"], nothing);
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
        output.table(json!(changes), &table)?;
        // The error comes last, because the entries before it were written.
        result?;
        Ok(Verdict::Done)
    }
}

fn is_confirmed(
    output: Output,
    found: &[Difference],
    file: &Path,
) -> Result<bool, Box<dyn std::error::Error>> {
    if !output.is_interactive() {
        return Err(UsageError(format!(
            "{} changes {} entries, and nobody is there to confirm it: use --dry-run to see the changes, --yes to write them",
            file.display(),
            found.iter().filter(|difference| !difference.is_empty()).count()
        ))
        .into());
    }
    output.table(found, &changes_table(found))?;
    let mut err = anstream::stderr();
    write!(err, "Write this? [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn changes_table(found: &[Difference]) -> Table {
    let mut table = Table::new(
        ["", "kind", "key", "field", "before", "after"],
        "nothing would change",
    );
    for difference in found.iter().filter(|difference| !difference.is_empty()) {
        let sign = if difference.is_new {
            Cell::new(Tone::Good, "+")
        } else {
            Cell::new(Tone::Warning, "~")
        };
        for change in &difference.fields {
            table.row([
                sign.clone(),
                difference.kind.into(),
                (&difference.key).into(),
                (&change.field).into(),
                Cell::new(Tone::Bad, text(&change.before)),
                Cell::new(Tone::Good, text(&change.after)),
            ]);
        }
    }
    table
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
