//! `POST /hooks/runware/{edit}`: Runware says that it has finished. The address alone proves it.

use cloud::Cloud;
use domain::{Problem, ProviderName};

use super::{HookToken, take, verified};
use crate::body::small_body;
use crate::openapi::Hints;
use crate::response::no_content;
use crate::{Answer, Request};

function!("hook-runware", SignedAddress, hint_from_runware);

/// Runware says that it has finished; the body is not looked at
#[utoipa::path(post, path = "/hooks/runware/{edit}", params(HookToken), responses((status = 204), Hints))]
async fn hint_from_runware(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    small_body(request)?;
    let hook = verified(cloud, ProviderName::Runware, request).await?;
    take(cloud, hook, None).await?;
    Ok(no_content())
}
