//! Photos, as guests and organisers see them.

use cloud::Cloud;
use domain::event::Photo;
use domain::{PhotoId, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A photo and where to see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhotoBody<'a> {
    #[schema(value_type = String)]
    id: PhotoId,
    /// As announced.
    mime_type: &'a str,
    /// As announced.
    size_bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    url: String,
    /// Until then the address works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether whoever asks has registered it.
    own: bool,
}

impl<'a> PhotoBody<'a> {
    /// Signs the address, which calls nobody.
    pub(crate) async fn signed(cloud: &Cloud, photo: &'a Photo, own: bool) -> Result<Self, Problem> {
        let link = cloud.presign_get(&photo.object_key).await?;
        Ok(Self {
            id: photo.id,
            mime_type: &photo.mime_type,
            size_bytes: photo.size_bytes,
            created_at: photo.created_at,
            url: link.url,
            expires_at: link.expires_at,
            own,
        })
    }
}
