//! `GET /tenant/events/{eventSlug}/ai-styles`: every style, and which of them guests can use.

use cloud::Cloud;
use domain::guard::entitlement;
use domain::guard::style::{is_allowed, is_unlocked};
use domain::{Event, MicroUsd, Problem, Style, StyleKey};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::{tenant, tenant_caller};
use crate::openapi::Reads;
use crate::response::list;
use crate::{Answer, Request};

/// A style as an organiser sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TenantStyleBody<'a> {
    #[schema(value_type = String)]
    key: &'a StyleKey,
    name: &'a str,
    description: &'a str,
    preview_url: Option<&'a str>,
    is_active: bool,
    is_premium: bool,
    #[schema(value_type = i64)]
    estimated_cost_micro_usd: MicroUsd,
    version: u32,
    /// Switched on, and on the event's list.
    allowed: bool,
    /// Asks for more than the event has.
    locked: bool,
    /// The first thing in the way: `feature_locked`, `inactive`, `not_on_list` or `style_locked`.
    #[schema(value_type = Option<Hurdle>)]
    reason: Option<&'static str>,
    /// The same in words.
    message: Option<&'static str>,
}

function!("tenant-list-styles", Tenant, list_event_styles);

/// Every style, and whether this event may use it
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/ai-styles",
    responses((status = 200, body = [TenantStyleBody<'_>]), Reads))]
async fn list_event_styles(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let caller = tenant_caller(request, &tenant_id);
    let styles = async { cloud.styles().await.map_err(Problem::from) };
    let (event, styles) = futures::try_join!(super::event(cloud, caller), styles)?;
    let now = cloud.now();
    Ok(list(
        styles
            .iter()
            .map(|style| TenantStyleBody::new(style, &event, now)),
        None,
    ))
}

/// Why guests cannot use a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(as = StyleHurdle, rename_all = "snake_case")]
enum Hurdle {
    /// The event has no AI edits at all.
    FeatureLocked,
    /// The superadmin has switched the style off.
    Inactive,
    /// The event's list leaves it out.
    NotOnList,
    /// The event lacks what the style asks for.
    StyleLocked,
}

impl Hurdle {
    const fn as_str(self) -> &'static str {
        match self {
            Self::FeatureLocked => "feature_locked",
            Self::Inactive => "inactive",
            Self::NotOnList => "not_on_list",
            Self::StyleLocked => "style_locked",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::FeatureLocked => {
                "The event's package does not include AI edits; an add-on can unlock them."
            }
            Self::Inactive => "This style is switched off for everybody.",
            Self::NotOnList => "The event's `allowed_style_keys` leave this style out.",
            Self::StyleLocked => "This style asks for features or add-ons that the event does not have.",
        }
    }
}

impl<'a> TenantStyleBody<'a> {
    fn new(style: &'a Style, event: &Event, now: Timestamp) -> Self {
        let entitled = entitlement::check(event, now).is_ok();
        let allowed = is_allowed(style, event);
        let unlocked = is_unlocked(style, event, now);
        // In the order of the layers.
        let hurdle = match () {
            () if !entitled => Some(Hurdle::FeatureLocked),
            () if !style.is_active => Some(Hurdle::Inactive),
            () if !allowed => Some(Hurdle::NotOnList),
            () if !unlocked => Some(Hurdle::StyleLocked),
            () => None,
        };
        Self {
            key: &style.key,
            name: &style.name,
            description: &style.description,
            preview_url: style.preview_url.as_deref(),
            is_active: style.is_active,
            is_premium: style.is_premium,
            estimated_cost_micro_usd: style.estimated_cost_micro_usd,
            version: style.version,
            allowed,
            locked: !(entitled && unlocked),
            reason: hurdle.map(Hurdle::as_str),
            message: hurdle.map(Hurdle::message),
        }
    }
}
