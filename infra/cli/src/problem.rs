//! What the rules of the product object to, in a sentence for operators.

use std::error::Error;

use domain::Problem;

use crate::output::UsageError;

/// A problem as a command's error: what does not fit is wrong usage.
pub(crate) fn refused(problem: &Problem) -> Box<dyn Error> {
    match problem {
        Problem::ValidationFailed(_) => UsageError(words(problem)).into(),
        _ => words(problem).into(),
    }
}

/// A problem in words.
pub(crate) fn words(problem: &Problem) -> String {
    let flaws: Vec<String> = problem
        .fields()
        .into_iter()
        .map(|field| format!("{} {}", field.pointer, field.detail))
        .collect();
    match (flaws.is_empty(), problem.detail()) {
        (false, _) => flaws.join("; "),
        (true, Some(detail)) => detail,
        (true, None) if problem.row().status >= 500 => {
            format!("{} (is the stack reachable?)", problem.row().title)
        }
        (true, None) => problem.row().title.to_owned(),
    }
}
