//! `magic-edits event links`

use clap::Args;
use cloud::Cloud;
use domain::{Event, TokenId};
use jiff::Timestamp;
use serde_json::json;
use workflow::event_of;

use super::EventArgs;
use crate::commands::all_pages;
use crate::operator::operator;
use crate::output::{Cell, CommandResult, Output, Table, Tone, UsageError, Verdict};
use crate::problem::explain;

/// What to do with the links; nothing: list them.
#[derive(Debug, Clone, Args)]
pub(crate) struct LinksArgs {
    /// Make a link; its token and address are shown once
    #[arg(long)]
    create: bool,
    /// For people, such as where the link hangs
    #[arg(long, requires = "create")]
    label: Option<String>,
    /// The end of its validity, such as 2026-12-31T23:59:59Z; without it, the link does not expire
    #[arg(long, requires = "create")]
    expires_at: Option<Timestamp>,
    /// End a link at once
    #[arg(long, value_name = "ID", conflicts_with = "create")]
    revoke: Option<TokenId>,
}

pub(super) async fn links(
    cloud: &Cloud,
    output: Output,
    event: &EventArgs,
    args: &LinksArgs,
) -> CommandResult {
    let id = event_of(cloud, event.caller()).await;
    let id = id.map_err(|problem| explain(&problem))?;
    let found = cloud.event(&id).await?;
    let found = found.ok_or_else(|| UsageError(format!("there is no event `{}`", event.slug)))?;
    match args.revoke {
        Some(link) => revoke(cloud, output, &found, link).await,
        None if args.create => create(cloud, output, &found, args).await,
        None => list(cloud, output, &found).await,
    }
}

async fn list(cloud: &Cloud, output: Output, event: &Event) -> CommandResult {
    let links = all_pages(async |last: Option<&cloud::IssuedToken>, limit| {
        cloud
            .tokens_page(&event.id, last.map(|link| link.token_id), limit)
            .await
    })
    .await?;
    let now = cloud.now();
    let mut table = Table::new(["id", "label", "made", "expires"], "the event has no links");
    for link in &links {
        let (tone, end) = match link.valid_until {
            None => (Tone::Plain, "never".to_owned()),
            Some(end) if end <= now => (Tone::Bad, end.to_string()),
            Some(end) => (Tone::Plain, end.to_string()),
        };
        table.row([
            link.token_id.into(),
            link.label.as_deref().unwrap_or_default().into(),
            link.token_id.created_at().into(),
            Cell::new(tone, end),
        ]);
    }
    let shown: Vec<_> = links
        .iter()
        .map(|link| {
            json!({
                "id": link.token_id, "label": link.label, "created_at": link.token_id.created_at(),
                "expires_at": link.valid_until,
            })
        })
        .collect();
    output.table(shown, &table)?;
    Ok(Verdict::Done)
}

async fn create(cloud: &Cloud, output: Output, event: &Event, args: &LinksArgs) -> CommandResult {
    let label = args.label.as_deref();
    let made = cloud
        .new_token(&operator(), event, label, args.expires_at)
        .await?;
    let url = cloud.guest_page(&made.token);
    let shown = url.clone().unwrap_or_else(|| made.token.clone());
    output.result(
        json!({
            "id": made.token_id, "label": label, "expires_at": args.expires_at, "token": made.token, "url": url,
        }),
        &shown,
    )?;
    output.note("The link is shown only now.")?;
    Ok(Verdict::Done)
}

async fn revoke(cloud: &Cloud, output: Output, event: &Event, link: TokenId) -> CommandResult {
    if !cloud.revoke_token(&operator(), event, link).await? {
        return Err(UsageError(format!(
            "the event has no link {link}: list them without --revoke"
        ))
        .into());
    }
    output.result(json!({ "revoked": link }), &format!("{link} is revoked"))?;
    Ok(Verdict::Done)
}
