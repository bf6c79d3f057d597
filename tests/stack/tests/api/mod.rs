//! The HTTP API, endpoint by endpoint.

mod admin;
mod contract;
mod events;
mod tenant;
