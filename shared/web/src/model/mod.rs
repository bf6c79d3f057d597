//! What goes over the wire: `…Input` is what callers send, `…Body` what they get. The OpenAPI document is generated
//! from these types.

mod edit;
mod photo;
mod style;

pub use edit::{EditBody, EditInput, TenantEditBody, TenantEditInput};
pub use photo::{NewPhotoBody, PhotoBody, PhotoInput};
pub use style::StyleBody;
