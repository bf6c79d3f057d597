//! A refusal by the product's rules, in a sentence for operators.

use std::error::Error;

use domain::Problem;

use crate::output::UsageError;

/// The error of a command: a value that the rules refuse is wrong usage.
pub(crate) fn refused(problem: &Problem) -> Box<dyn Error> {
    match problem {
        Problem::ValidationFailed(_) => UsageError(explain(problem)).into(),
        _ => explain(problem).into(),
    }
}

pub(crate) fn explain(problem: &Problem) -> String {
    let fields: Vec<String> = problem
        .fields()
        .into_iter()
        .map(|field| format!("{} {}", field.pointer, field.detail))
        .collect();
    match (fields.is_empty(), problem.detail()) {
        (false, _) => fields.join("; "),
        (true, Some(detail)) => detail,
        (true, None) if problem.row().status >= 500 => {
            format!("{} (is the stack reachable?)", problem.row().title)
        }
        (true, None) => problem.row().title.to_owned(),
    }
}
