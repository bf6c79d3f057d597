//! `/api/v1/admin`

mod entitlement;
mod isolation;
mod lifecycle;
mod settings;
mod settings_copy;
mod settings_writes;
mod styles;
mod try_style;
