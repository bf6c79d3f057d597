//! `GET /tenant/events/{eventSlug}/ai-edits`: an organiser looks through an event's edits.

use cloud::Cloud;
use domain::figures::Figures;
use domain::wait::Wait;
use domain::{Edit, EditId, EventId, Problem, Status};
use futures::future::try_join_all;
use utoipa::IntoParams;
use workflow::{EditAnswer, event_of, output_links};

use crate::caller::{tenant, tenant_caller};
use crate::model::edit::TenantEditBody;
use crate::openapi::Reads;
use crate::page::{Page, PageQuery, query_text};
use crate::response::list;
use crate::{Answer, Request};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // documents what `status` reads
struct StatusQuery {
    /// queued, processing, succeeded, failed or blocked
    #[param(required = false)]
    status: String,
}

function!("tenant-list-edits", Tenant, list_event_edits);

/// The event's edits, newest first
// A page costs the same however many edits there are: one query, and two more reads if any of its edits still waits.
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/ai-edits", params(PageQuery, StatusQuery),
    responses((status = 200, body = [TenantEditBody<'_>]), Reads))]
async fn list_event_edits(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let page: Page<EditId> = Page::of(request)?;
    let status = status(request)?;
    let event = event_of(cloud, tenant_caller(request, &tenant_id)).await?;
    let mut edits = cloud.edits(&event, status, page.after, page.to_read()).await?;
    if edits.iter().any(|edit| edit.tenant_id != tenant_id) {
        return Err(Problem::EventNotFound);
    }
    let next = page.cut(&mut edits, |edit| edit.id);
    let queue = Queue::of(cloud, &event, &edits).await?;
    let now = cloud.now();
    let places = queue.places(&edits);
    let answers = edits.into_iter().zip(places).map(|(edit, ahead)| {
        let wait = Wait::of(&edit, ahead, &queue.figures, now);
        async {
            let output = output_links(cloud, &edit).await?;
            Ok::<_, Problem>(EditAnswer { edit, wait, output })
        }
    });
    let answers = try_join_all(answers).await?;
    Ok(list(answers.iter().map(TenantEditBody::new), next))
}

fn status(request: &Request) -> Result<Option<Status>, Problem> {
    let Some(text) = query_text(request, "status") else {
        return Ok(None);
    };
    let names: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let names = names.join(", ");
    text.parse()
        .map(Some)
        .map_err(|_| Problem::InvalidRequest(format!("`status` must be one of {names}.")))
}

/// What the waits of a whole page are computed from.
#[derive(Default)]
struct Queue {
    figures: Figures,
    /// Queued edits before the oldest open edit of the page.
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

    /// How many queued edits are ahead of each. A page has no gaps, so it holds all edits between two of its own.
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
