//! Wire types that several endpoints share: `…Input` is what callers send, `…Body` what they get.

pub(crate) mod capabilities;
pub(crate) mod edit;
pub(crate) mod photo;
pub(crate) mod text;
pub(crate) mod upload;
pub(crate) mod watermark;
