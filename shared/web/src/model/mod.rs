//! What goes over the wire: `…Input` is what callers send, `…Body` what they get. The OpenAPI document is generated
//! from these types.

pub mod admin;
mod edit;
mod event;
mod photo;
mod problem;
mod settings;
mod style;
mod summary;

pub use edit::{EditBody, EditInput, TenantEditBody, TenantEditInput};
pub use event::{CapabilitiesBody, EventBody, TenantStyleBody};
pub use photo::{NewPhotoBody, PhotoBody, PhotoInput};
pub use problem::{FieldBody, ProblemBody};
pub use settings::{EventSettingsBody, EventSettingsInput};
pub use style::StyleBody;
pub use summary::SummaryBody;
