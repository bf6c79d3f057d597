//! Styles as those see them who use them.

use domain::{Style, StyleKey};
use serde::Serialize;
use utoipa::ToSchema;

/// A style at an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct StyleBody<'a> {
    #[schema(value_type = String)]
    key: &'a StyleKey,
    name: &'a str,
    description: &'a str,
    preview_url: Option<&'a str>,
    is_premium: bool,
    /// Asks for more than the event has.
    locked: bool,
}

impl<'a> StyleBody<'a> {
    /// A style, and whether the event is missing what it asks for.
    pub fn new(style: &'a Style, locked: bool) -> Self {
        Self {
            key: &style.key,
            name: &style.name,
            description: &style.description,
            preview_url: style.preview_url.as_deref(),
            is_premium: style.is_premium,
            locked,
        }
    }
}
