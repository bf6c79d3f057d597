//! `magic-edits styles`

use clap::Subcommand;
use cloud::Cloud;
use domain::Style;
use serde_json::json;

use super::catalog::ApplyArgs;
use super::dollars;
use crate::catalog::StylesFile;
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};

/// Styles read at once.
const PAGE: u32 = 100;

/// Styles.
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
Every change of a style is a new version; edits remember the version they were made with.";

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
    let mut styles: Vec<Style> = Vec::new();
    loop {
        let after = styles.last().map(|style| style.key.clone());
        let page = cloud.styles_page(after.as_ref(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        styles.extend(page);
    }
    let mut table = Table::new(
        ["key", "name", "state", "provider", "model", "cost", "version"],
        "there are no styles: make some with `styles apply FILE`",
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
