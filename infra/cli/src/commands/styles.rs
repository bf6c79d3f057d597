//! `magic-edits styles`

use clap::Subcommand;
use cloud::Cloud;
use domain::Style;
use serde_json::json;

use super::catalog::ApplyArgs;
use super::{all_pages, dollars};
use crate::catalog::StylesFile;
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};

/// List styles, or create and update them from a file.
#[derive(Subcommand)]
pub(crate) enum StylesCommand {
    /// List the styles, in the order of their keys
    List,
    /// Create or update the styles of a YAML file (a list of styles, as under `styles:` of a catalogue)
    #[command(after_help = EXAMPLES)]
    Apply(ApplyArgs),
}

const EXAMPLES: &str = "\
Examples:
  magic-edits styles apply styles.yaml --dry-run
  magic-edits styles apply styles.yaml --yes
Every change of a style is a new version. An edit keeps the version that it was made with.";

impl StylesCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        match self {
            Self::List => list(cloud, output).await,
            Self::Apply(args) => {
                let styles: StylesFile = args.read()?;
                args.run(cloud, output, styles.into()).await
            }
        }
    }
}

async fn list(cloud: &Cloud, output: Output) -> CommandResult {
    let page =
        async |last: Option<&Style>, limit| cloud.styles_page(last.map(|style| &style.key), limit).await;
    let styles = all_pages(page).await?;
    let mut table = Table::new(
        ["key", "name", "state", "provider", "model", "cost", "version"],
        "there are no styles: create some with `styles apply FILE`",
    );
    for style in &styles {
        let state = match (style.is_active, style.is_premium) {
            (false, _) => Cell::new(Tone::Quiet, "off"),
            (true, false) => Cell::new(Tone::Good, "active"),
            (true, true) => Cell::new(Tone::Good, "active, premium"),
        };
        table.row([
            (&style.key).into(),
            (&style.name).into(),
            state,
            style
                .provider
                .map_or_else(|| "default".to_owned(), |provider| provider.to_string())
                .into(),
            (&style.provider_model).into(),
            dollars(style.estimated_cost_micro_usd).into(),
            style.version.into(),
        ]);
    }
    output.table(json!(styles), &table)?;
    Ok(Verdict::Done)
}
