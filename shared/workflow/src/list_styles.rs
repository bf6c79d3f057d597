//! A guest asks which styles there are at the event.

use cloud::Cloud;
use domain::guard::style::{Access, access};
use domain::guard::{self, Audience};
use domain::scope::GuestCaller;
use domain::{Problem, Style};

use crate::guest::{grant, settings};

/// A style at an event.
#[derive(Debug, Clone)]
pub struct StyleAnswer {
    /// As stored.
    pub style: Style,
    /// Whether it asks for more than the event has.
    pub locked: bool,
}

/// The styles that the event's policy allows, in their order; locked ones are marked.
///
/// # Errors
/// Layers 1 and 2, and an unknown token.
pub async fn list_styles(cloud: &Cloud, caller: GuestCaller<'_>) -> Result<Vec<StyleAnswer>, Problem> {
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    let (event, styles) = futures::try_join!(cloud.event(&grant.event_id), cloud.styles())?;
    let event = event.ok_or(Problem::EventNotFound)?;
    let now = cloud.now();
    guard::entitlement::check(&event, now)?;
    let answers = styles
        .iter()
        .filter_map(|style| match access(style, &event, now) {
            Access::Open => Some(StyleAnswer {
                style: style.clone(),
                locked: false,
            }),
            Access::Locked => Some(StyleAnswer {
                style: style.clone(),
                locked: true,
            }),
            Access::NotAllowed => None,
        });
    Ok(answers.collect())
}
