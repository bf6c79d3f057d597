//! `/api/v1/admin`

mod entitlement;
mod isolation;
mod settings;
mod styles;
