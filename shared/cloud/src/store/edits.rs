//! Reading edits.

use crate::PortError;
use aws_sdk_dynamodb::types::Select;
use domain::context::month_of;
use domain::figures::Figures;
use domain::{Edit, EditId, EventId, Status};

use super::keys::{self, BY_STATUS, text};
use crate::Cloud;
use crate::error::unavailable;

/// Nobody wants to know whether it is place 130 or 140, and counting costs.
const MOST_AHEAD: i32 = 100;

impl Cloud {
    /// An edit.
    pub async fn edit(&self, event: &EventId, id: EditId) -> Result<Option<Edit>, PortError> {
        self.read(keys::edit(event, id), "an edit").await
    }

    /// An edit with its event's counters of the month it was made in.
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
        let answer = self
            .dynamodb
            .query()
            .table_name(&self.config.table)
            .index_name(BY_STATUS)
            .key_condition_expression("status_pk = :pk AND status_sk < :id")
            .expression_attribute_values(":pk", text(keys::status_partition(event, Status::Queued)))
            .expression_attribute_values(":id", text(id.ulid()))
            .select(Select::Count)
            .limit(MOST_AHEAD)
            .send()
            .await
            .map_err(unavailable("dynamodb.Query"))?;
        Ok(u64::try_from(answer.count).unwrap_or(0))
    }
}
