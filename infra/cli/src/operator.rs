//! Who runs the command line, as the audit names it.

use std::env;

use domain::audit::Actor;

/// By the name of the account on this machine. Which credentials were used is in the trail of AWS.
pub(crate) fn operator() -> Actor {
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter();
    let name = names
        .filter_map(|name| env::var(name).ok())
        .find(|name| !name.is_empty());
    Actor::operator(name.unwrap_or_else(|| "unknown".to_owned()))
}
