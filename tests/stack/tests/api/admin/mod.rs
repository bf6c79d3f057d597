//! `/api/v1/admin`

mod entitlement;
mod isolation;
mod lifecycle;
mod settings;
mod styles;
