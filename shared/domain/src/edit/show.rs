//! Who else sees an edit: what its organiser has said of it, and what the event's gallery makes of that.

use serde::{Deserialize, Serialize};

use super::record::{Edit, Review};
use super::status::Status;
use crate::event::Gallery;

/// Where an edit stands in the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = GalleryState)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Every guest sees it.
    Shown,
    /// The organiser has taken it out.
    Hidden,
    /// The organiser has not said yet whether guests may see it.
    AwaitingReview,
    /// The gallery is off, or the edit has no picture.
    NotShown,
}

impl Edit {
    /// Whether there is a picture that others could see.
    pub const fn has_picture(&self) -> bool {
        matches!(self.status, Status::Succeeded) && self.output.is_some() && self.deleted_at.is_none()
    }

    /// Where the edit stands in a gallery of this kind.
    pub fn shown(&self, gallery: Gallery) -> Shown {
        match (self.review, gallery) {
            (Some(Review::Hidden), _) => Shown::Hidden,
            _ if !self.has_picture() => Shown::NotShown,
            (_, Gallery::Off) => Shown::NotShown,
            (None, Gallery::Reviewed) => Shown::AwaitingReview,
            (Some(Review::Approved), _) | (None, Gallery::Open) => Shown::Shown,
        }
    }
}
