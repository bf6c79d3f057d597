//! An organiser looks through an event's edits.

use cloud::Cloud;
use domain::figures::Figures;
use domain::scope::TenantCaller;
use domain::wait::Wait;
use domain::{Edit, EditId, EventId, Problem, Status};
use futures::future::try_join_all;

use crate::entry::event_of;
use crate::get_edit::{EditAnswer, output};

/// A page of edits, newest first.
#[derive(Debug, Clone)]
pub struct EditPage {
    /// The page.
    pub edits: Vec<EditAnswer>,
    /// After which edit the next page begins; `None` on the last.
    pub next: Option<EditId>,
}

/// Lists edits after one that was seen, all or those of one status.
///
/// What a page costs does not depend on how many edits there are: one query, and two reads more where any of its
/// edits still waits.
///
/// # Errors
/// An unknown event.
pub async fn list_edits(
    cloud: &Cloud,
    caller: TenantCaller<'_>,
    status: Option<Status>,
    after: Option<EditId>,
    limit: u32,
) -> Result<EditPage, Problem> {
    let event = event_of(cloud, caller).await?;
    // One more than asked for tells whether there is a next page.
    let mut edits = cloud.edits(&event, status, after, limit + 1).await?;
    if edits.iter().any(|edit| edit.tenant_id != *caller.tenant_id) {
        return Err(Problem::EventNotFound);
    }
    let more = edits.len() > limit as usize;
    edits.truncate(limit as usize);
    let next = edits.last().filter(|_| more).map(|edit| edit.id);
    let queue = Queue::of(cloud, &event, &edits).await?;
    let now = cloud.now();
    let waits = queue.places(&edits);
    let answers = edits.into_iter().zip(waits).map(|(edit, ahead)| {
        let wait = Wait::of(&edit, ahead, &queue.figures, now);
        async {
            let output = output(cloud, &edit).await?;
            Ok::<_, Problem>(EditAnswer { edit, wait, output })
        }
    });
    let edits = try_join_all(answers).await?;
    Ok(EditPage { edits, next })
}

/// What the waits of a page are worked out from, read for all of them at once.
#[derive(Default)]
struct Queue {
    figures: Figures,
    /// Queued edits before the oldest one of the page.
    before: u64,
}

impl Queue {
    async fn of(cloud: &Cloud, event: &EventId, edits: &[Edit]) -> Result<Self, Problem> {
        let Some(oldest) = edits.iter().rfind(|edit| !edit.status.is_terminal()) else {
            return Ok(Self::default());
        };
        let (found, before) = futures::try_join!(
            cloud.edit_with_figures(event, oldest.id),
            cloud.queued_ahead(event, oldest.id)
        )?;
        let figures = found.map(|(_, figures)| figures).unwrap_or_default();
        Ok(Self { figures, before })
    }

    /// How many queued edits are ahead of each: the page is in one piece, so those between are on it.
    fn places(&self, edits: &[Edit]) -> Vec<u64> {
        let mut ahead = self.before;
        let mut places: Vec<u64> = edits
            .iter()
            .rev()
            .map(|edit| {
                let place = ahead;
                ahead += u64::from(edit.status == Status::Queued);
                place
            })
            .collect();
        places.reverse();
        places
    }
}
