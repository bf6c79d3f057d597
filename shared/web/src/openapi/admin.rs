//! What superadmins may call: for every resource of the installation the same few operations.

use std::iter;

use utoipa::ToSchema;

use super::endpoint::{Endpoint, Method};
use crate::model::admin::{
    AddonBody, AddonInput, AdminEventBody, AdminEventInput, AdminSettingsBody, AdminSettingsInput,
    AdminStyleBody, AdminStyleInput, EventAddonBody, EventAddonInput, NewTokenBody, NewWatermarkBody,
    PackageBody, PackageInput, TenantBody, TenantInput, TokenBody, TokenInput, WatermarkImageInput,
};

const READ: &[u16] = &[400, 401, 403, 404, 503];
const WRITE: &[u16] = &[400, 401, 403, 404, 409, 413, 415, 422, 503];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let settings = "/admin/ai-settings";
    let tokens = "/admin/events/{eventId}/tokens";
    let mut endpoints = vec![
        Endpoint::new(Method::Get, settings, "getSettings", "The runtime settings")
            .answers::<AdminSettingsBody>(200)
            .problems(READ),
        Endpoint::new(
            Method::Patch,
            settings,
            "updateSettings",
            "Changes runtime settings; null resets one",
        )
        .takes::<AdminSettingsInput>()
        .answers::<AdminSettingsBody>(200)
        .problems(WRITE),
        Endpoint::new(
            Method::Get,
            tokens,
            "listEventTokens",
            "The guest links of an event, without their secrets",
        )
        .lists::<TokenBody>()
        .problems(READ),
        Endpoint::new(
            Method::Post,
            tokens,
            "createEventToken",
            "Makes a guest link and shows it once",
        )
        .takes::<TokenInput>()
        .answers::<NewTokenBody<'_>>(201)
        .problems(WRITE),
        Endpoint::new(
            Method::Delete,
            "/admin/events/{eventId}/tokens/{tokenId}",
            "revokeEventToken",
            "Ends a guest link at once",
        )
        .removes()
        .problems(READ),
        Endpoint::new(
            Method::Post,
            "/admin/watermarks",
            "createWatermark",
            "Says where to upload a watermark image",
        )
        .takes::<WatermarkImageInput>()
        .answers::<NewWatermarkBody<'_>>(201)
        .problems(WRITE),
    ];
    endpoints.extend(resource::<AdminStyleInput, AdminStyleBody<'_>>(
        ["/admin/ai-styles", "/admin/ai-styles/{key}"],
        ["listAllStyles", "getStyle", "putStyle"],
    ));
    endpoints.push(delete("/admin/ai-styles/{key}", "deleteStyle"));
    endpoints.extend(resource::<PackageInput, PackageBody<'_>>(
        ["/admin/packages", "/admin/packages/{key}"],
        ["listPackages", "getPackage", "putPackage"],
    ));
    endpoints.push(delete("/admin/packages/{key}", "deletePackage"));
    endpoints.extend(resource::<AddonInput, AddonBody<'_>>(
        ["/admin/addons", "/admin/addons/{key}"],
        ["listAddons", "getAddon", "putAddon"],
    ));
    endpoints.push(delete("/admin/addons/{key}", "deleteAddon"));
    endpoints.extend(resource::<TenantInput, TenantBody<'_>>(
        ["/admin/tenants", "/admin/tenants/{tenantId}"],
        ["listTenants", "getTenant", "putTenant"],
    ));
    endpoints.extend(resource::<AdminEventInput, AdminEventBody<'_>>(
        ["/admin/events", "/admin/events/{eventId}"],
        ["listEvents", "getEventAsAdmin", "putEvent"],
    ));
    endpoints.push(
        Endpoint::new(
            Method::Get,
            "/admin/events/{eventId}/addons",
            "listEventAddons",
            "All of them",
        )
        .lists::<EventAddonBody<'_>>()
        .problems(READ),
    );
    endpoints.extend(entries::<EventAddonInput, EventAddonBody<'_>>(
        "/admin/events/{eventId}/addons/{key}",
        ["getEventAddon", "putEventAddon"],
    ));
    endpoints.push(delete("/admin/events/{eventId}/addons/{key}", "deleteEventAddon"));
    endpoints
}

/// A collection that is listed page by page, and its entries.
fn resource<I: ToSchema, B: ToSchema>(
    [collection, entry]: [&'static str; 2],
    [list, get, put]: [&'static str; 3],
) -> impl Iterator<Item = Endpoint> {
    let all = Endpoint::new(Method::Get, collection, list, "All of them, page by page")
        .lists::<B>()
        .paged()
        .problems(READ);
    iter::once(all).chain(entries::<I, B>(entry, [get, put]))
}

/// Entries that are read and put.
fn entries<I: ToSchema, B: ToSchema>(entry: &'static str, [get, put]: [&'static str; 2]) -> [Endpoint; 2] {
    [
        Endpoint::new(Method::Get, entry, get, "One of them")
            .answers::<B>(200)
            .problems(READ),
        Endpoint::new(
            Method::Put,
            entry,
            put,
            "Creates or replaces; repeating it changes nothing",
        )
        .takes::<I>()
        .answers::<B>(200)
        .problems(WRITE),
    ]
}

fn delete(entry: &'static str, id: &'static str) -> Endpoint {
    Endpoint::new(Method::Delete, entry, id, "Removes it, if nothing depends on it")
        .removes()
        .problems(WRITE)
}
