//! A guest asks how its edit is getting on.

use domain::edit::StoredOutput;
use domain::guard::Refusal;
use domain::ports::{Edits, Presign, SettingsSource, Tokens};
use domain::scope::GuestCaller;
use domain::wait::Wait;
use domain::{Context, Edit, EditId, Problem, Status};

use crate::guest::{grant, settings};

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

/// Links that work for a while.
#[derive(Debug, Clone)]
pub struct OutputLinks {
    /// What is there.
    pub stored: StoredOutput,
    /// The picture.
    pub url: String,
    /// 480 pixels.
    pub thumbnail_url: String,
}

/// Reads an edit.
///
/// It is answered also while the kill switch is off: what was paid for is shown. Only where guests as a whole are
/// locked out (`guest_enabled`) they see nothing.
///
/// # Errors
/// An unknown token or edit.
pub async fn get_edit<D>(deps: &D, caller: GuestCaller<'_>, id: EditId) -> Result<EditAnswer, Problem>
where
    D: Context + SettingsSource + Tokens + Edits + Presign,
{
    let settings = settings(deps).await?;
    if !settings.guest_enabled {
        return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
    }
    let grant = grant(deps, caller).await?;
    let found = deps.edit_with_figures(&grant.event_id, id).await?;
    let (edit, figures) = found.ok_or(Problem::EditNotFound)?;
    let ahead = if edit.status == Status::Queued {
        deps.queued_ahead(&grant.event_id, id).await?
    } else {
        0
    };
    let output = match &edit.output {
        Some(stored) => Some(links(deps, stored).await?),
        None => None,
    };
    Ok(EditAnswer {
        wait: Wait::of(&edit, ahead, &figures, deps.now()),
        edit,
        output,
    })
}

async fn links<D: Presign>(deps: &D, stored: &StoredOutput) -> Result<OutputLinks, Problem> {
    let picture = deps.presign_get(&stored.object_key);
    let thumbnail = deps.presign_get(&stored.thumbnail_key);
    let (picture, thumbnail) = futures::try_join!(picture, thumbnail)?;
    Ok(OutputLinks {
        stored: stored.clone(),
        url: picture.url,
        thumbnail_url: thumbnail.url,
    })
}
