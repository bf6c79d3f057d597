//! `/api/v1/events/{token}/ai-styles`

mod list;
