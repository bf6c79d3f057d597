//! A guest or an organiser asks how an edit is getting on.

use cloud::Cloud;
use domain::edit::OutputLinks;
use domain::guard::{Audience, Refusal};
use domain::wait::Wait;
use domain::{Edit, EditId, Problem, Status};

use crate::entry::Caller;
use crate::guest::settings;

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

/// Reads an edit.
///
/// It is answered also while the kill switch is off: what was paid for is shown. Only where guests as a whole are
/// locked out (`guest_enabled`) they see nothing; that is no concern of an organiser.
///
/// # Errors
/// An unknown event or edit.
pub async fn get_edit(cloud: &Cloud, caller: Caller<'_>, id: EditId) -> Result<EditAnswer, Problem> {
    if caller.audience() == Audience::Guest {
        let settings = settings(cloud).await?;
        if !settings.guest_enabled {
            return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
        }
    }
    let entry = caller.enter(cloud).await?;
    let found = cloud.edit_with_figures(&entry.event_id, id).await?;
    let found = found.filter(|(edit, _)| edit.tenant_id == entry.tenant_id);
    let (edit, figures) = found.ok_or(Problem::EditNotFound)?;
    let ahead = if edit.status == Status::Queued {
        cloud.queued_ahead(&entry.event_id, id).await?
    } else {
        0
    };
    Ok(EditAnswer {
        wait: Wait::of(&edit, ahead, &figures, cloud.now()),
        output: output(cloud, &edit).await?,
        edit,
    })
}

/// Links to the finished picture, if there is one. Making them calls nobody.
pub(crate) async fn output(cloud: &Cloud, edit: &Edit) -> Result<Option<OutputLinks>, Problem> {
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
    }))
}
