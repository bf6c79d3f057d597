use std::collections::BTreeMap;

use cloud::Cloud;
use domain::{PhotoId, Problem};
use garde::Validate;
use jiff::Timestamp;
use media::Limits;
use serde::{Deserialize, Serialize};
use web::{Answer, Request};
use workflow::NewPhoto;

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct PhotoInput {
    #[garde(skip)]
    mime_type: MimeType,
    #[garde(range(min = 1, max = Limits::PHOTO.max_bytes))]
    size_bytes: u64,
}

#[derive(Deserialize)]
enum MimeType {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/webp")]
    Webp,
}

impl MimeType {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

#[derive(Serialize)]
struct PhotoBody<'a> {
    id: PhotoId,
    mime_type: &'a str,
    size_bytes: u64,
    created_at: Timestamp,
    upload: UploadBody<'a>,
}

/// Send the file as the body, with exactly these headers.
#[derive(Serialize)]
struct UploadBody<'a> {
    method: &'a str,
    url: &'a str,
    headers: BTreeMap<&'a str, &'a str>,
    expires_at: Timestamp,
}

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let caller = web::guest(&request, &address)?;
    let input: PhotoInput = web::json_body(&request)?;
    let new = NewPhoto {
        mime_type: input.mime_type.as_str().to_owned(),
        size_bytes: input.size_bytes,
    };
    let registered = workflow::create_photo(&cloud, caller, new).await?;
    let (photo, upload) = (&registered.photo, &registered.upload);
    Ok(web::created(PhotoBody {
        id: photo.id,
        mime_type: &photo.mime_type,
        size_bytes: photo.size_bytes,
        created_at: photo.created_at,
        upload: UploadBody {
            method: upload.method,
            url: &upload.url,
            headers: upload
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            expires_at: upload.expires_at,
        },
    }))
}
