//! One file per subcommand.

pub(crate) mod catalog;
pub(crate) mod completions;
pub(crate) mod event;
pub(crate) mod settings;
