//! A guest or an organiser asks how an edit is getting on.

use domain::edit::OutputLinks;
use domain::guard::{Audience, Refusal};
use domain::ports::{Edits, Presign, SettingsSource, Slugs, Tokens};
use domain::wait::Wait;
use domain::{Context, Edit, EditId, Problem, Status};

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
pub async fn get_edit<D>(deps: &D, caller: Caller<'_>, id: EditId) -> Result<EditAnswer, Problem>
where
    D: Context + SettingsSource + Tokens + Slugs + Edits + Presign,
{
    if caller.audience() == Audience::Guest {
        let settings = settings(deps).await?;
        if !settings.guest_enabled {
            return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
        }
    }
    let entry = caller.enter(deps).await?;
    let found = deps.edit_with_figures(&entry.event_id, id).await?;
    let found = found.filter(|(edit, _)| edit.tenant_id == entry.tenant_id);
    let (edit, figures) = found.ok_or(Problem::EditNotFound)?;
    let ahead = if edit.status == Status::Queued {
        deps.queued_ahead(&entry.event_id, id).await?
    } else {
        0
    };
    Ok(EditAnswer {
        wait: Wait::of(&edit, ahead, &figures, deps.now()),
        output: output(deps, &edit).await?,
        edit,
    })
}

/// Links to the finished picture, if there is one. Making them calls nobody.
pub(crate) async fn output<D: Presign>(deps: &D, edit: &Edit) -> Result<Option<OutputLinks>, Problem> {
    let Some(stored) = &edit.output else {
        return Ok(None);
    };
    let picture = deps.presign_get(&stored.object_key);
    let thumbnail = deps.presign_get(&stored.thumbnail_key);
    let (picture, thumbnail) = futures::try_join!(picture, thumbnail)?;
    Ok(Some(OutputLinks {
        stored: stored.clone(),
        url: picture.url,
        thumbnail_url: thumbnail.url,
    }))
}
