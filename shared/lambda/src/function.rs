//! Several Lambda functions share one binary. Lambda passes the property `Handler` of a function as the environment
//! variable `_HANDLER`, and this project sets it to the function's name in `template.yaml`.

use thiserror::Error;

/// `_HANDLER` names no function of this package.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("_HANDLER is {name:?}, but this package holds: {}", known.join(", "))]
pub struct UnknownFunction {
    name: String,
    known: Vec<&'static str>,
}

/// The row of the function that Lambda starts in this process.
///
/// # Errors
/// `_HANDLER` is not set or names no function of this table.
pub fn started<T: Copy>(functions: &[(&'static str, T)]) -> Result<T, UnknownFunction> {
    find(functions, &std::env::var("_HANDLER").unwrap_or_default())
}

/// The row of the function of this name.
///
/// # Errors
/// The table has no function of this name.
pub fn find<T: Copy>(functions: &[(&'static str, T)], name: &str) -> Result<T, UnknownFunction> {
    let row = functions.iter().find(|(known, _)| *known == name);
    row.map(|(_, handler)| *handler).ok_or_else(|| UnknownFunction {
        name: name.to_owned(),
        known: functions.iter().map(|(known, _)| *known).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTIONS: [(&str, u8); 2] = [("process-edit", 1), ("poll-edit", 2)];

    #[test]
    fn a_function_is_found_by_its_name() {
        assert_eq!(find(&FUNCTIONS, "poll-edit"), Ok(2));
    }

    #[test]
    fn an_unknown_function_ends_with_a_message_that_names_the_known_ones() {
        let error = find(&FUNCTIONS, "bootstrap").unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"_HANDLER is "bootstrap", but this package holds: process-edit, poll-edit"#
        );
    }
}
