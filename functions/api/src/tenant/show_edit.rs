//! `POST /tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/show`: an organiser puts an edit back.

use cloud::Cloud;
use domain::Problem;
use domain::audit::Action;
use domain::edit::Review;

use crate::model::edit::TenantEditBody;
use crate::openapi::Reviews;
use crate::tenant::review::review;
use crate::{Answer, Request};

function!("tenant-show-edit", Tenant, show_event_edit);

/// Puts an edit into the gallery, also one that was hidden
#[utoipa::path(post, path = "/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/show",
    responses((status = 200, body = TenantEditBody<'_>), Reviews))]
async fn show_event_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    review(cloud, request, Action::EditShown, Review::Approved).await
}
