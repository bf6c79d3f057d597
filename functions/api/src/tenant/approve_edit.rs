//! `POST /tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/approve`: an organiser lets guests see an edit.

use cloud::Cloud;
use domain::Problem;
use domain::audit::Action;
use domain::edit::Review;

use crate::model::edit::TenantEditBody;
use crate::openapi::Reviews;
use crate::tenant::review::review;
use crate::{Answer, Request};

function!("tenant-approve-edit", Tenant, approve_event_edit);

/// Lets a reviewed gallery show an edit; a hidden edit stays hidden
#[utoipa::path(post, path = "/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/approve",
    responses((status = 200, body = TenantEditBody<'_>), Reviews))]
async fn approve_event_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    review(cloud, request, Action::EditApproved, Review::Approved).await
}
