//! Limits of a list of blocked terms.

use super::search::Term;

/// The most terms in a list: each costs a moment of every prompt.
pub const MAX_TERMS: usize = 500;
/// The most characters of a term.
pub const MAX_TERM_CHARS: usize = 100;

/// The errors of a list of blocked terms: of the whole list, or of the term at a position.
pub fn flaws_of_terms(terms: &[String]) -> Vec<(Option<usize>, String)> {
    if terms.len() > MAX_TERMS {
        let detail = format!("has {} terms, {MAX_TERMS} at most", terms.len());
        return vec![(None, detail)];
    }
    let flaw = |term: &String| {
        if term.chars().count() > MAX_TERM_CHARS {
            Some(format!("must have {MAX_TERM_CHARS} characters at most"))
        } else if Term::read(term).is_empty() {
            // It would look like protection and match nothing.
            Some("must have a letter, a digit or an emoji".to_owned())
        } else {
            None
        }
    };
    let flaws = terms.iter().enumerate();
    flaws
        .filter_map(|(index, term)| Some((Some(index), flaw(term)?)))
        .collect()
}
