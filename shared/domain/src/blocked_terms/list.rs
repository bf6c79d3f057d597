//! A list of blocked terms, its limits, and whether one of its terms stands in a text.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize, Serializer};

use super::search::{Term, Text};

/// The most terms in a list: each costs a moment of every prompt.
pub const MAX_TERMS: usize = 500;
/// The most characters of a term.
pub const MAX_TERM_CHARS: usize = 100;

/// A list of blocked terms. The terms are prepared for the search once, when the list first checks a text; a clone shares
/// them.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct BlockedTerms(Arc<List>);

#[derive(Default)]
struct List {
    texts: Vec<String>,
    terms: OnceLock<Vec<Term>>,
}

impl BlockedTerms {
    /// The same list; where `before` holds the same texts, with the terms that are prepared there.
    #[must_use]
    pub fn sharing(self, before: &Self) -> Self {
        if self == *before { before.clone() } else { self }
    }

    pub(super) fn prepared(&self) -> &[Term] {
        let read = || self.iter().map(|text| Term::read(text)).collect();
        self.0.terms.get_or_init(read)
    }
}

/// The search for a term of one of the lists in one of the texts, at word boundaries. A term without letters, digits or
/// emoji is never found.
pub fn contains_any<'a>(texts: impl IntoIterator<Item = &'a str>, lists: &[&BlockedTerms]) -> bool {
    // Most installations block nothing, and most edits have no words of their own: then nothing is read.
    if lists.iter().all(|list| list.is_empty()) {
        return false;
    }
    let texts: Vec<Text> = texts.into_iter().map(Text::read).collect();
    let contains = |term: &Term| texts.iter().any(|text| text.contains(term));
    !texts.is_empty() && lists.iter().any(|list| list.prepared().iter().any(contains))
}

impl From<Vec<String>> for BlockedTerms {
    fn from(texts: Vec<String>) -> Self {
        let terms = OnceLock::new();
        Self(Arc::new(List { texts, terms }))
    }
}

impl Deref for BlockedTerms {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0.texts
    }
}

impl PartialEq for BlockedTerms {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl Eq for BlockedTerms {}

impl fmt::Debug for BlockedTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for BlockedTerms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.texts.serialize(serializer)
    }
}

/// Whether a text could contain the term: it has a letter, a digit or an emoji.
pub fn is_searchable(term: &str) -> bool {
    !Term::read(term).is_empty()
}

/// The errors of a list of blocked terms: of the whole list, or of the term at a position.
pub fn flaws_of_terms(terms: &[String]) -> Vec<(Option<usize>, String)> {
    if terms.len() > MAX_TERMS {
        let detail = format!("has {} terms, {MAX_TERMS} at most", terms.len());
        return vec![(None, detail)];
    }
    let flaw = |term: &String| {
        if term.chars().count() > MAX_TERM_CHARS {
            Some(format!("must have {MAX_TERM_CHARS} characters at most"))
        } else if !is_searchable(term) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> BlockedTerms {
        texts.iter().map(ToString::to_string).collect::<Vec<_>>().into()
    }

    #[test]
    fn terms_are_prepared_once_for_a_list_its_clones_and_its_next_snapshot() {
        let first = list(&["gore", "nudes"]);
        let clone = first.clone();
        let terms = first.prepared().as_ptr();
        assert_eq!(first.prepared().as_ptr(), terms);
        assert_eq!(clone.prepared().as_ptr(), terms);
        assert_eq!(
            list(&["gore", "nudes"]).sharing(&first).prepared().as_ptr(),
            terms
        );
        let changed = list(&["gore"]).sharing(&first);
        assert_eq!(changed.prepared().len(), 1);
    }

    #[test]
    fn a_list_is_stored_as_its_texts() {
        let terms = list(&["gore", "🔪"]);
        let stored = serde_json::to_string(&terms).unwrap();
        assert_eq!(stored, r#"["gore","🔪"]"#);
        assert_eq!(serde_json::from_str::<BlockedTerms>(&stored).unwrap(), terms);
    }
}
