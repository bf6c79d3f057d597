//! An edit as it is answered: how long it will take, and where its picture is.

use cloud::Cloud;
use domain::edit::OutputLinks;
use domain::wait::Wait;
use domain::{Edit, Problem};

/// An edit as its owner sees it.
#[derive(Debug, Clone)]
pub struct EditAnswer {
    /// As stored.
    pub edit: Edit,
    /// `None` once it is terminal.
    pub wait: Option<Wait>,
    /// Where the finished picture is.
    pub output: Option<OutputLinks>,
}

/// Links to the finished picture, if there is one. Signing them calls nobody.
pub async fn output_links(cloud: &Cloud, edit: &Edit) -> Result<Option<OutputLinks>, Problem> {
    let Some(stored) = &edit.output else {
        return Ok(None);
    };
    let picture = cloud.presign_get(&stored.object_key);
    let thumbnail = cloud.presign_get(&stored.thumbnail_key);
    let (picture, thumbnail) = futures::try_join!(picture, thumbnail)?;
    Ok(Some(OutputLinks {
        stored: stored.clone(),
        url: picture.url,
        thumbnail_url: thumbnail.url,
        expires_at: picture.expires_at.min(thumbnail.expires_at),
    }))
}
