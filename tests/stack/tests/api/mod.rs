//! The HTTP API, endpoint by endpoint.

mod events;
