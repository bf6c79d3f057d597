//! The words of the product and its rules: no AWS, no HTTP, no clock of its own.

pub mod activity;
pub mod addon;
pub mod admission;
pub mod audit;
pub mod blocked_terms;
pub mod breaker;
pub mod budget;
pub mod context;
pub mod edit;
pub mod event;
pub mod field_error;
pub mod figures;
pub mod guard;
pub mod hook;
pub mod id;
pub mod idempotency;
pub mod latency;
pub mod message;
pub mod metric;
pub mod money;
pub mod notice;
pub mod operations;
pub mod photo;
pub mod polling;
pub mod problem;
pub mod provider;
pub mod retention;
pub mod scope;
pub mod settings;
pub mod style;
pub mod summary;
pub mod symptom;
pub mod text;
pub mod wait;
pub mod watermark;

pub use edit::{Edit, FailureCode, Status};
pub use event::Event;
pub use id::{
    AddonKey, AuditId, EditId, EventId, EventSlug, InvalidId, LogoId, PackageKey, PhotoId, StyleKey, TaskId,
    TenantId, TokenId, WatermarkId,
};
pub use money::MicroUsd;
pub use photo::Photo;
pub use problem::Problem;
pub use provider::ProviderName;
pub use settings::Settings;
pub use style::Style;
