//! One package holds many functions; `_HANDLER` says which of them a process runs.

use std::env;

use thiserror::Error;

/// `_HANDLER` names no function of this package.
#[derive(Debug, Error)]
#[error("_HANDLER is `{asked}`; this package has {}", .known.join(", "))]
pub struct UnknownHandler {
    asked: String,
    known: Vec<&'static str>,
}

/// The function that Lambda started this process for: the template's `Handler`, which the runtime hands over in `_HANDLER`.
///
/// # Errors
/// It is not one of the functions given.
pub fn handler<F>(
    functions: &'static [F],
    name: impl Fn(&F) -> &'static str,
) -> Result<&'static F, UnknownHandler> {
    let asked = env::var("_HANDLER").unwrap_or_default();
    find(&asked, functions, name)
}

fn find<F>(
    asked: &str,
    functions: &'static [F],
    name: impl Fn(&F) -> &'static str,
) -> Result<&'static F, UnknownHandler> {
    let found = functions.iter().find(|function| name(function) == asked);
    found.ok_or_else(|| UnknownHandler {
        asked: asked.to_owned(),
        known: functions.iter().map(name).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_handler_is_told_the_known_ones() {
        static FUNCTIONS: [&str; 2] = ["prune", "dispatch"];
        assert_eq!(*find("dispatch", &FUNCTIONS, |name| name).unwrap(), "dispatch");
        let unknown = find("bootstrap", &FUNCTIONS, |name| name).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "_HANDLER is `bootstrap`; this package has prune, dispatch"
        );
    }
}
