//! `GET /events/{token}/ai-styles`: the styles that guests see at the event.

use cloud::Cloud;
use domain::guard::style::{Access, access};
use domain::guard::{self, Audience};
use domain::{Problem, Style, StyleKey};
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, source_address};
use crate::openapi::{Reads, Refusals};
use crate::response::list;
use crate::{Answer, Request};

/// A style at an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StyleBody<'a> {
    #[schema(value_type = String)]
    key: &'a StyleKey,
    name: &'a str,
    description: &'a str,
    preview_url: Option<&'a str>,
    is_premium: bool,
    /// Asks for more than the event has.
    locked: bool,
    /// The style may come with words of the guest's own, where the event allows them.
    takes_prompt: bool,
}

function!("guest-list-styles", EventToken, list_styles);

/// The styles that this event may use
#[utoipa::path(get, path = "/events/{token}/ai-styles", params(GuestId),
    responses((status = 200, body = [StyleBody<'_>]), Reads, Refusals))]
async fn list_styles(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    let (event, styles) = futures::try_join!(cloud.event(&grant.event_id), cloud.styles())?;
    let event = event.ok_or(Problem::EventNotFound)?;
    let now = cloud.now();
    guard::entitlement::check(&event, now)?;
    let visible = styles
        .iter()
        .filter_map(|style| match access(style, &event, now) {
            Access::Open => Some(StyleBody::new(style, false)),
            Access::Locked => Some(StyleBody::new(style, true)),
            Access::NotAllowed => None,
        });
    Ok(list(visible, None))
}

impl<'a> StyleBody<'a> {
    pub(crate) fn new(style: &'a Style, locked: bool) -> Self {
        Self {
            key: &style.key,
            name: &style.name,
            description: &style.description,
            preview_url: style.preview_url.as_deref(),
            is_premium: style.is_premium,
            locked,
            takes_prompt: style.takes_prompt(),
        }
    }
}
