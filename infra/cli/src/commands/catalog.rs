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

/// Packages, add-ons, styles, tenants and events.
#[derive(Subcommand)]
pub(crate) enum CatalogCommand {
    /// Create or update everything that a YAML file names; repeating it changes nothing
    #[command(after_help = EXAMPLES)]
    Apply(ApplyArgs),
}

const EXAMPLES: &str = "\
Examples:
  magic-edits catalog apply my-catalogue.yaml             shows what would change, and asks
  magic-edits catalog apply my-catalogue.yaml --dry-run   shows it and stops; exit code 1 where something differs
  magic-edits catalog apply my-catalogue.yaml --yes       for scripts
Entries have the fields of the API. Packages, add-ons and styles are replaced as they stand in the file. Of tenants and
events, what the file does not name stays as it is, every field of a budget, a watermark and a policy by itself; a budget, a
watermark or a package_key that is null is taken away. No entry is ever removed.";

/// A file, and how sure one is of it.
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
    /// The file's content.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, UsageError> {
        let wrong = |why: String| UsageError(format!("{}: {why}", self.file.display()));
        let text = fs::read_to_string(&self.file).map_err(|error| wrong(error.to_string()))?;
        // As YAML first, which refuses a key that stands twice.
        let content: serde_norway::Value =
            serde_norway::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let content = serde_json::to_value(content).map_err(|error| wrong(error.to_string()))?;
        serde_path_to_error::deserialize(content).map_err(|error| wrong(error.to_string()))
    }

    /// Shows, asks, writes.
    pub(crate) async fn run(self, cloud: &Cloud, output: Output, file: CatalogFile) -> CommandResult {
        let found = differences(cloud, &file).await?;
        let is_same = found.iter().all(Difference::is_empty);
        if self.dry_run {
            output.table(&found, &shown(&found))?;
            return Ok(Verdict::of(is_same));
        }
        if !is_same && !self.yes && !confirmed(output, &found, &self.file)? {
            output.note("nothing was written")?;
            return Ok(Verdict::Failed);
        }
        let (changes, ended) = apply(cloud, file).await;
        let nothing = if ended.is_ok() {
            "the file names nothing"
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
        // After what was written all the same: whoever mends the file wants to know.
        ended?;
        Ok(Verdict::Done)
    }
}

fn confirmed(output: Output, found: &[Difference], file: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    if !output.is_interactive() {
        return Err(UsageError(format!(
            "{} changes {} entries, and nobody can be asked: look with --dry-run, write with --yes",
            file.display(),
            found.iter().filter(|difference| !difference.is_empty()).count()
        ))
        .into());
    }
    output.table(found, &shown(found))?;
    let mut err = anstream::stderr();
    write!(err, "Write this? [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn shown(found: &[Difference]) -> Table {
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
                Cell::new(Tone::Bad, words(&change.before)),
                Cell::new(Tone::Good, words(&change.after)),
            ]);
        }
    }
    table
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
