//! Guest links of an event: made and revoked by its organiser. They are the event tokens that superadmins see.

use cloud::{Cloud, IssuedToken, NewToken};
use domain::{Problem, TokenId};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::json_body;
use crate::caller::{actor, path_id, tenant, tenant_caller};
use crate::model::text::{MAX_NAME, is_name};
use crate::openapi::{Changes, Reads};
use crate::page::{Page, PageQuery};
use crate::response::{created, list, no_content};
use crate::{Answer, Request};

const MISSING: Problem = Problem::NotFound("guest link of this event");

/// A guest link that is asked for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct GuestLinkInput {
    /// For the organiser, such as where it hangs; null: none.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = MAX_NAME), custom(is_name)))]
    #[schema(min_length = 1, max_length = 100)]
    label: Option<String>,
    /// When it stops working; null: never.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// A guest link, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GuestLink)]
struct GuestLinkBody<'a> {
    #[schema(value_type = String)]
    id: TokenId,
    label: Option<&'a str>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// A new guest link: shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewGuestLink)]
struct NewGuestLinkBody<'a> {
    #[serde(flatten)]
    link: GuestLinkBody<'a>,
    /// What guests have in their link.
    token: &'a str,
    /// The page that guests open; null where this installation has no site.
    url: Option<String>,
}

function!("tenant-guest-links", Tenant, {
    GET => list_guest_links,
    POST => create_guest_link,
    DELETE [linkId] => revoke_guest_link,
});

/// The event's guest links, newest first, without their secrets
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/guest-links", params(PageQuery),
    responses((status = 200, body = [GuestLinkBody<'_>]), Reads))]
async fn list_guest_links(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let page: Page<TokenId> = Page::of(request)?;
    let event = super::event(cloud, tenant_caller(request, &tenant_id)).await?;
    let mut links = cloud.tokens_page(&event.id, page.after, page.to_read()).await?;
    let next = page.cut(&mut links, |link| link.token_id);
    Ok(list(links.iter().map(GuestLinkBody::new), next))
}

/// Makes a guest link and shows it once
#[utoipa::path(post, path = "/tenant/events/{eventSlug}/guest-links", request_body = GuestLinkInput,
    responses((status = 201, body = NewGuestLinkBody<'_>), Changes))]
async fn create_guest_link(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let event = super::event(cloud, tenant_caller(request, &tenant_id)).await?;
    let input: GuestLinkInput = json_body(request)?;
    let label = input.label.as_deref();
    let made = cloud
        .new_token(&actor(request)?, &event, label, input.expires_at)
        .await?;
    Ok(created(NewGuestLinkBody::new(
        cloud,
        &made,
        label,
        input.expires_at,
    )))
}

/// Ends a guest link at once
#[utoipa::path(delete, path = "/tenant/events/{eventSlug}/guest-links/{linkId}",
    responses((status = 204), Reads))]
async fn revoke_guest_link(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let event = super::event(cloud, tenant_caller(request, &tenant_id)).await?;
    let link = path_id(request, "linkId", MISSING)?;
    let found = cloud.revoke_token(&actor(request)?, &event, link).await?;
    found.then(no_content).ok_or(MISSING)
}

impl<'a> GuestLinkBody<'a> {
    fn new(link: &'a IssuedToken) -> Self {
        Self {
            id: link.token_id,
            label: link.label.as_deref(),
            created_at: link.token_id.created_at(),
            expires_at: link.valid_until,
        }
    }
}

impl<'a> NewGuestLinkBody<'a> {
    fn new(cloud: &Cloud, made: &'a NewToken, label: Option<&'a str>, expires_at: Option<Timestamp>) -> Self {
        Self {
            link: GuestLinkBody {
                id: made.token_id,
                label,
                created_at: made.token_id.created_at(),
                expires_at,
            },
            token: &made.token,
            url: cloud.guest_page(&made.token),
        }
    }
}
