//! `POST /admin/ai-styles/{key}/try`: what a style makes of the demo photo, in fake mode.

use cloud::Cloud;
use domain::{Problem, StyleKey};
use garde::Validate;
use jiff::Timestamp;
use providers::DemoPicture;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::json_body;
use crate::caller::path_id;
use crate::openapi::Writes;
use crate::response::ok;
use crate::{Answer, Request};

const MISSING: Problem = Problem::NotFound("style");

/// What to try a style on.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct TryInput {
    /// Null: the demo photo, which is the only one so far.
    #[serde(default)]
    #[garde(custom(only_the_demo_photo))]
    #[schema(max_length = 0)]
    photo: Option<String>,
}

/// The demo photo in a style. Nobody was asked for it, and nothing was paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TriedStyle)]
struct TriedBody<'a> {
    #[schema(value_type = String)]
    style_key: &'a StyleKey,
    version: u32,
    /// `image/jpeg`
    mime_type: &'static str,
    width: u32,
    height: u32,
    url: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

function!("admin-try-style", Superadmin, try_style);

/// Shows what a style makes of the demo photo in fake mode; costs nothing
// The fake's looks are painted beforehand, so that no codec of pictures is needed here.
#[utoipa::path(post, path = "/admin/ai-styles/{key}/try", request_body = TryInput,
    responses((status = 200, body = TriedBody<'_>), Writes))]
async fn try_style(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key: StyleKey = path_id(request, "key", MISSING)?;
    let _: TryInput = json_body(request)?;
    let style = cloud.style(&key).await?.ok_or(MISSING)?;
    let picture = DemoPicture::of_style(&style.provider_model, &style.render(None));
    let mime_type = "image/jpeg";
    // Where it lies belongs to the look: a thousand tries leave four objects.
    let object_key = format!("events/-/demo/{}.jpg", picture.name);
    cloud
        .put_object(&object_key, picture.jpeg.into(), mime_type)
        .await?;
    let link = cloud.presign_get(&object_key).await?;
    Ok(ok(TriedBody {
        style_key: &style.key,
        version: style.version,
        mime_type,
        width: picture.width,
        height: picture.height,
        url: link.url,
        expires_at: link.expires_at,
    }))
}

#[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref)]
fn only_the_demo_photo(photo: &Option<String>, (): &()) -> garde::Result {
    match photo {
        None => Ok(()),
        Some(_) => Err(garde::Error::new("must be null: the demo photo")),
    }
}
