//! Reading edits.

use domain::context::month_of;
use domain::figures::Figures;
use domain::{Edit, EditId, EventId, Status};

use super::keys;
use crate::table::{Index, Query, Range};
use crate::{Cloud, PortError};

/// Counting stops here: it costs money, and no caller needs to know whether the place is 130 or 140.
const MAX_COUNTED_AHEAD: u32 = 100;

impl Cloud {
    pub async fn edit(&self, event: &EventId, id: EditId) -> Result<Option<Edit>, PortError> {
        self.read(keys::edit(event, id), "an edit").await
    }

    /// An edit, and its event's counters of the month in which it was made.
    pub async fn edit_with_figures(
        &self,
        event: &EventId,
        id: EditId,
    ) -> Result<Option<(Edit, Figures)>, PortError> {
        let edit = keys::edit(event, id);
        let figures = keys::figures(event, &month_of(id.created_at()));
        let found = self.read_together([edit.clone(), figures.clone()]).await?;
        let figures = found.get(&figures, "an event's figures")?.unwrap_or_default();
        Ok(found.get(&edit, "an edit")?.map(|edit| (edit, figures)))
    }

    /// How many queued edits of the event were made before this one; counts to 100 at most.
    pub async fn queued_ahead(&self, event: &EventId, id: EditId) -> Result<u64, PortError> {
        let queued = keys::status_partition(event, Status::Queued);
        let earlier = Query::index(Index::ByStatus, queued).range(Range::Below(id.ulid()));
        let page = self
            .table
            .query(&earlier.limit(MAX_COUNTED_AHEAD).count())
            .await?;
        Ok(page.count.into())
    }
}
