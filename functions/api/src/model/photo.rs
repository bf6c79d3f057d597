//! Photos, as guests and organisers see them.

use cloud::{Cloud, Presigned};
use domain::photo::{Photo, PhotoState, PhotoStatus, Rejection};
use domain::{PhotoId, Problem};
use futures::future::try_join;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A photo, how far it has come, and where to see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhotoBody<'a> {
    #[schema(value_type = String)]
    id: PhotoId,
    /// An edit may be asked for in every status but `rejected`.
    status: PhotoStatus,
    /// Why the photo cannot be used; only of a rejected one.
    rejection: Option<RejectionBody>,
    /// The photo as edits use it: upright, at most 2048 pixels, a JPEG without place and time. Only of a ready one.
    url: Option<String>,
    /// At most 480 pixels.
    thumbnail_url: Option<String>,
    /// Until then both addresses work, and they stay the same for some minutes: show them, do not store them.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Of the photo at `url`.
    width: Option<u32>,
    height: Option<u32>,
    /// As announced.
    mime_type: &'a str,
    /// As announced.
    size_bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Whether whoever asks has registered it.
    own: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectionBody {
    code: Rejection,
    /// For the guest: what is wrong and what to do.
    message: &'static str,
}

impl<'a> PhotoBody<'a> {
    /// Signs the addresses, which calls nobody.
    pub(crate) async fn signed(cloud: &Cloud, photo: &'a Photo, own: bool) -> Result<Self, Problem> {
        let copy = photo.state.copy();
        let links: Option<(Presigned, Presigned)> = match copy {
            None => None,
            Some(copy) => {
                let picture = cloud.presign_get(&copy.object_key);
                let thumbnail = cloud.presign_get(&copy.thumbnail_key);
                Some(try_join(picture, thumbnail).await?)
            }
        };
        let expires_at = links
            .as_ref()
            .map(|(one, other)| one.expires_at.min(other.expires_at));
        let (url, thumbnail_url) = links.map(|(one, other)| (one.url, other.url)).unzip();
        Ok(Self {
            id: photo.id,
            status: photo.state.status(),
            rejection: match photo.state {
                PhotoState::Rejected { code } => Some(RejectionBody {
                    code,
                    message: code.message(),
                }),
                PhotoState::AwaitingUpload | PhotoState::Ready(_) => None,
            },
            url,
            thumbnail_url,
            expires_at,
            width: copy.map(|copy| copy.width),
            height: copy.map(|copy| copy.height),
            mime_type: &photo.mime_type,
            size_bytes: photo.size_bytes,
            created_at: photo.created_at,
            own,
        })
    }
}
