//! Who is calling, and which resource the request names.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use domain::audit::{Actor, ActorKind};
use domain::scope::{GuestCaller, GuestIdentity, TenantCaller};
use domain::{Problem, TenantId};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use utoipa::IntoParams;

use crate::page::query_text;

const TENANT_CLAIM: &str = "custom:tenant_id";
/// Names the tenant in whose place a superadmin acts.
pub(crate) const TENANT_QUERY: &str = "tenant";
const ADMIN_PATHS: &str = "/api/v1/admin/";

/// The header that tells a guest from others.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // documents what `guest` reads
pub(crate) struct GuestId {
    /// A random id kept on the device: 1 to 64 of A-Z a-z 0-9 _ -. It tells the guests behind one address apart, such as those in
    /// one Wi-Fi: without it they count as one guest, with one limit and one set of idempotency keys.
    #[param(rename = "x-guest-id", required = false)]
    id: String,
}

/// The header that makes a request safe to repeat.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // documents what `idempotency_key` reads
pub(crate) struct IdempotencyKey {
    /// 1 to 255 visible ASCII characters: the same key makes one edit
    #[param(rename = "idempotency-key", required = false)]
    key: String,
}

/// The guest who sent the request.
///
/// # Errors
/// An `X-Guest-Id` that is not 1 to 64 of `A-Z a-z 0-9 _ -`.
pub(crate) fn guest<'a>(request: &'a Request, address: &'a str) -> Result<GuestCaller<'a>, Problem> {
    let identity = match request.headers().get("x-guest-id") {
        None => GuestIdentity::Address(address),
        Some(value) => value
            .to_str()
            .ok()
            .filter(|id| is_guest_id(id))
            .map(GuestIdentity::Device)
            .ok_or_else(|| {
                Problem::InvalidRequest("X-Guest-Id must be 1 to 64 of A-Z a-z 0-9 _ -.".to_owned())
            })?,
    };
    Ok(GuestCaller {
        token: path_text(request, "token"),
        identity,
        address,
    })
}

fn is_guest_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The tenant that the request is about: the claim `custom:tenant_id` of a token that API Gateway has checked, or the
/// tenant that a superadmin names in the query, `?tenant=`, to act in its place.
///
/// # Errors
/// 401 without a token; 403 for a token without the claim, or of another tenant than the one that is named.
pub(crate) fn tenant(request: &Request) -> Result<TenantId, Problem> {
    let claims = claims(request)?;
    let own = claims.get(TENANT_CLAIM).and_then(|id| id.parse().ok());
    match query_text(request, TENANT_QUERY) {
        None => own.ok_or(Problem::Forbidden),
        Some(named) => {
            let named: TenantId = named.parse().map_err(|_| Problem::Forbidden)?;
            if is_superadmin(&claims) || own.as_ref() == Some(&named) {
                Ok(named)
            } else {
                Err(Problem::Forbidden)
            }
        }
    }
}

/// Who sent the request, as the audit names it.
///
/// # Errors
/// No token (401); neither an organiser's nor a superadmin's (403).
pub(crate) fn actor(request: &Request) -> Result<Actor, Problem> {
    let claims = claims(request)?;
    let claim = |name| claims.get(name).cloned();
    let own: Option<TenantId> = claim(TENANT_CLAIM).and_then(|id| id.parse().ok());
    let named: Option<TenantId> = query_text(request, TENANT_QUERY).and_then(|id| id.parse().ok());
    let acting_for = named.filter(|named| own.as_ref() != Some(named));
    let path = request.uri().path();
    let kind = if acting_for.is_some() || own.is_none() || path.starts_with(ADMIN_PATHS) {
        if !is_superadmin(&claims) {
            return Err(Problem::Forbidden);
        }
        ActorKind::Superadmin
    } else {
        ActorKind::Organiser
    };
    Ok(Actor {
        kind,
        id: claim("sub").unwrap_or_default(),
        name: claim("name").or_else(|| claim("email")),
        acting_for,
    })
}

/// The tenant and the event in the path.
pub(crate) fn tenant_caller<'a>(request: &'a Request, tenant_id: &'a TenantId) -> TenantCaller<'a> {
    TenantCaller {
        tenant_id,
        event_slug: path_text(request, "eventSlug"),
    }
}

/// Refuses everybody but a superadmin: the group `superadmin` of a token that API Gateway has checked.
///
/// # Errors
/// 401 without a token; 403 for a token without the group.
pub(crate) fn superadmin(request: &Request) -> Result<(), Problem> {
    if is_superadmin(&claims(request)?) {
        Ok(())
    } else {
        Err(Problem::Forbidden)
    }
}

fn is_superadmin(claims: &HashMap<String, String>) -> bool {
    let groups = claims.get("cognito:groups").map(String::as_str);
    names_of_groups(groups.unwrap_or_default()).any(|group| group == "superadmin")
}

/// The groups in a claim. An HTTP API renders the list as text, `[superadmin editors]`. The name of a group has no space in
/// it, but it may have brackets, commas and quotes: they belong to the name. A claim in any other form names nobody.
fn names_of_groups(claim: &str) -> impl Iterator<Item = &str> {
    let list = claim.strip_prefix('[').and_then(|claim| claim.strip_suffix(']'));
    list.into_iter().flat_map(|list| list.split(' '))
}

fn claims(request: &Request) -> Result<HashMap<String, String>, Problem> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return Err(Problem::Unauthenticated);
    };
    let authorizer = context.authorizer.as_ref();
    let token = authorizer.and_then(|authorizer| authorizer.jwt.as_ref());
    token
        .map(|token| token.claims.clone())
        .ok_or(Problem::Unauthenticated)
}

/// The address that the request came from, as API Gateway saw it.
pub(crate) fn source_address(request: &Request) -> String {
    match request.request_context() {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.unwrap_or_default(),
        _ => String::new(),
    }
}

/// The `Idempotency-Key`, if there is one.
///
/// # Errors
/// The key is not 1 to 255 visible ASCII characters.
pub(crate) fn idempotency_key(request: &Request) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let fits = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = value.to_str().ok().filter(fits).ok_or_else(|| {
        Problem::InvalidRequest("Idempotency-Key must be 1 to 255 visible ASCII characters.".to_owned())
    })?;
    Ok(Some(key.to_owned()))
}

/// An id from the path. A text that is no id names nothing that exists.
///
/// # Errors
/// The given problem.
pub(crate) fn path_id<T: FromStr>(request: &Request, name: &str, missing: Problem) -> Result<T, Problem> {
    path_text(request, name).parse().map_err(|_| missing)
}

/// An id from the path of a `PUT`, which may name something new.
///
/// # Errors
/// The text cannot be such an id.
pub(crate) fn new_id<T: FromStr<Err: Display>>(request: &Request, name: &str) -> Result<T, Problem> {
    let id = path_text(request, name).parse();
    id.map_err(|error| Problem::InvalidRequest(format!("`{name}` in the path {error}.")))
}

/// A path parameter; empty where the path has none of this name.
pub(crate) fn path_text<'a>(request: &'a Request, name: &str) -> &'a str {
    request
        .path_parameters_ref()
        .and_then(|parameters| parameters.first(name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_group_is_all_of_it() {
        let is_superadmin = |claim| names_of_groups(claim).any(|group| group == "superadmin");
        for claim in ["[superadmin]", "[editors superadmin]", "[superadmin a,b]"] {
            assert!(is_superadmin(claim), "{claim}");
        }
        for claim in [
            // Groups named `a,superadmin`, `[superadmin]`, `"superadmin"` and so on.
            "[a,superadmin]",
            "[superadmin,a]",
            "[[superadmin]]",
            "[editors [superadmin]]",
            r#"["superadmin"]"#,
            "[superadmins]",
            "[Superadmin]",
            "[super admin]",
            // These claims are no list.
            "superadmin",
            "superadmin editors",
            "[superadmin",
            "[]",
            "",
        ] {
            assert!(!is_superadmin(claim), "{claim}");
        }
    }
}
