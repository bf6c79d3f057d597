//! Events: tenant, slug, name, package and watermark. Policy and add-ons have resources of their own.

use cloud::{Cloud, PortError, SaveError};
use domain::audit::{Action, Actor, Change, Deed};
use domain::event::{EventPolicy, Package};
use domain::guard::entitlement;
use domain::watermark::WatermarkSettings;
use domain::{Event, EventId, EventSlug, PackageKey, Problem, TenantId};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::event_addons::EventAddonBody;
use super::packages::PackageBody;
use super::watermarks::check_watermark;
use super::{MAX_SAVE_TRIES, Outcome, Saved, unsaved};
use crate::body::json_body;
use crate::caller::{actor, new_id, path_id};
use crate::model::capabilities::CapabilitiesBody;
use crate::model::text::{MAX_NAME, is_name};
use crate::model::watermark::{WatermarkBody, WatermarkInput};
use crate::openapi::{Changes, Reads};
use crate::page::{Page, PageQuery};
use crate::response::{list, ok};
use crate::{Answer, Request};

const SLUG_TAKEN: &str =
    "Another event of this tenant has this slug. Choose another, or rename that event first.";

/// An event. Its policy and add-ons have resources of their own and stay as they are.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminEventInput {
    /// Whose event it is; never changes.
    #[garde(skip)]
    #[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    pub tenant_id: TenantId,
    /// Its name in URLs and storage paths; unique within the tenant.
    #[garde(skip)]
    #[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    pub slug: EventSlug,
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(is_name))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Null: none.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>)]
    pub package_key: Option<PackageKey>,
    /// Null: the tenant's.
    #[serde(default)]
    #[garde(dive)]
    pub watermark: Option<WatermarkInput>,
}

/// An event as the superadmin sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminEvent)]
pub(crate) struct AdminEventBody<'a> {
    #[schema(value_type = String)]
    id: &'a EventId,
    #[schema(value_type = String)]
    tenant_id: &'a TenantId,
    #[schema(value_type = String)]
    slug: &'a EventSlug,
    name: &'a str,
    #[schema(value_type = Option<String>)]
    package_key: Option<&'a PackageKey>,
    package: Option<PackageBody<'a>>,
    addons: Vec<EventAddonBody<'a>>,
    watermark: Option<WatermarkBody>,
    capabilities: CapabilitiesBody,
}

function!("admin-events", Superadmin, {
    GET => list_events,
    GET [eventId] => get_event_as_admin,
    PUT [eventId] => put_event,
});

/// Lists the events, page by page
#[utoipa::path(get, path = "/admin/events", params(PageQuery),
    responses((status = 200, body = [AdminEventBody<'_>]), Reads))]
async fn list_events(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<EventId> = Page::of(request)?;
    let mut found = cloud.events_page(page.after.as_ref(), page.to_read()).await?;
    let next = page.cut(&mut found, |event| event.id.clone());
    let now = cloud.now();
    Ok(list(
        found.iter().map(|event| AdminEventBody::new(event, now)),
        next,
    ))
}

/// Shows an event
#[utoipa::path(get, path = "/admin/events/{eventId}",
    responses((status = 200, body = AdminEventBody<'_>), Reads))]
async fn get_event_as_admin(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let id = path_id(request, "eventId", Problem::EventNotFound)?;
    let event = cloud.event(&id).await?.ok_or(Problem::EventNotFound)?;
    Ok(ok(AdminEventBody::new(&event, cloud.now())))
}

/// Creates or replaces an event; repeating it changes nothing
#[utoipa::path(put, path = "/admin/events/{eventId}", request_body = AdminEventInput,
    responses((status = 200, body = AdminEventBody<'_>), Changes))]
async fn put_event(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let id: EventId = new_id(request, "eventId")?;
    let input: AdminEventInput = json_body(request)?;
    let saved = save(cloud, &actor(request)?, &input.into_event(id)).await?;
    Ok(ok(AdminEventBody::new(&saved.value, cloud.now())))
}

/// An event as the superadmin sets it; its policy, add-ons and scope key stay as they are.
#[derive(Debug, Clone)]
pub struct EventChange {
    pub id: EventId,
    pub tenant_id: TenantId,
    pub slug: EventSlug,
    pub name: String,
    pub package_key: Option<PackageKey>,
    /// `None`: the tenant's.
    pub watermark: Option<WatermarkSettings>,
}

/// Creates an event, or replaces what the superadmin sets of it.
///
/// # Errors
/// The tenant or package does not exist, the event is another tenant's, the slug is taken, or the watermark cannot be
/// drawn; other writers were faster, again and again.
pub async fn save(cloud: &Cloud, by: &Actor, input: &EventChange) -> Result<Saved<Event>, Problem> {
    if let Some(watermark) = &input.watermark {
        check_watermark(cloud, "/watermark", watermark).await?;
    }
    for _ in 0..MAX_SAVE_TRIES {
        let (before, tenant, package) = futures::try_join!(
            cloud.event(&input.id),
            cloud.tenant(&input.tenant_id),
            package(cloud, input.package_key.as_ref()),
        )?;
        if tenant.is_none() {
            return Err(Problem::field("/tenant_id", "There is no such tenant."));
        }
        if package.is_none() && input.package_key.is_some() {
            return Err(Problem::field("/package_key", "There is no such package."));
        }
        if before
            .as_ref()
            .is_some_and(|before| before.tenant_id != input.tenant_id)
        {
            let detail = "This event belongs to another tenant; events do not change hands.";
            return Err(Problem::field("/tenant_id", detail));
        }
        let event = event(cloud, input, before.as_ref(), package);
        let outcome = Outcome::of(before.as_ref(), &event);
        let saved = match outcome {
            Outcome::Unchanged => Ok(()),
            Outcome::Created | Outcome::Updated => {
                let deed = deed(by, before.as_ref(), &event);
                cloud.save_event(&event, before.as_ref(), &deed).await
            }
        };
        match saved {
            Ok(()) => {
                return Ok(Saved {
                    value: event,
                    outcome,
                });
            }
            Err(SaveError::Changed) => {}
            Err(error) => return Err(unsaved(error, SLUG_TAKEN)),
        }
    }
    Err(Problem::Unavailable)
}

/// What the superadmin sets of an event, as the audit has it: the key of its guests' scopes stands nowhere.
fn deed(by: &Actor, before: Option<&Event>, after: &Event) -> Deed {
    let shown = |event: &Event| {
        json!({
            "tenant_id": event.tenant_id,
            "slug": event.slug,
            "name": event.name,
            "package_key": event.package.as_ref().map(|package| &package.key),
            "watermark": event.watermark,
        })
    };
    let changes = Change::between(before.map(shown).as_ref(), Some(&shown(after)));
    by.did(Action::EventChanged)
        .of(&after.tenant_id)
        .at(&after.id)
        .to(&after.id)
        .with(changes)
}

async fn package(cloud: &Cloud, key: Option<&PackageKey>) -> Result<Option<Package>, PortError> {
    match key {
        Some(key) => cloud.package(key).await,
        None => Ok(None),
    }
}

fn event(cloud: &Cloud, input: &EventChange, before: Option<&Event>, package: Option<Package>) -> Event {
    Event {
        id: input.id.clone(),
        tenant_id: input.tenant_id.clone(),
        slug: input.slug.clone(),
        name: input.name.clone(),
        package,
        addons: before.map(|before| before.addons.clone()).unwrap_or_default(),
        policy: before.map_or_else(EventPolicy::default, |before| before.policy.clone()),
        watermark: input.watermark.clone(),
        created_at: before
            .and_then(|before| before.created_at)
            .or_else(|| Some(cloud.now())),
        policy_version: before.map_or(0, |before| before.policy_version),
        scope_key: before.map_or_else(
            || format!("{:032x}", cloud.random()),
            |before| before.scope_key.clone(),
        ),
    }
}

impl AdminEventInput {
    /// The event of this id.
    pub fn into_event(self, id: EventId) -> EventChange {
        EventChange {
            id,
            tenant_id: self.tenant_id,
            slug: self.slug,
            name: self.name,
            package_key: self.package_key,
            watermark: self.watermark.map(WatermarkInput::into_settings),
        }
    }
}

impl<'a> AdminEventBody<'a> {
    fn new(event: &'a Event, now: Timestamp) -> Self {
        let addons = event.addons.iter();
        Self {
            id: &event.id,
            tenant_id: &event.tenant_id,
            slug: &event.slug,
            name: &event.name,
            package_key: event.package.as_ref().map(|package| &package.key),
            package: event.package.as_ref().map(PackageBody::new),
            addons: addons.map(|addon| EventAddonBody::new(addon, now)).collect(),
            watermark: event.watermark.as_ref().map(WatermarkBody::new),
            capabilities: CapabilitiesBody::new(entitlement::check(event, now).ok()),
        }
    }
}
