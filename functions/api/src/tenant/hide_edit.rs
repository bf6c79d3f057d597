//! `POST /tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/hide`: an organiser takes an edit out of the gallery.

use cloud::Cloud;
use domain::Problem;
use domain::audit::Action;
use domain::edit::Review;

use crate::model::edit::TenantEditBody;
use crate::openapi::Reads;
use crate::tenant::review::review;
use crate::{Answer, Request};

function!("tenant-hide-edit", Tenant, hide_event_edit);

/// Takes an edit out of the gallery, whatever the gallery is
#[utoipa::path(post, path = "/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/hide",
    responses((status = 200, body = TenantEditBody<'_>), Reads))]
async fn hide_event_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    review(cloud, request, Action::EditHidden, Review::Hidden).await
}
