//! Blocked terms, found in spite of the usual disguises.
//!
//! Text and terms are read the same way, each once, into glyphs that know which letters they may stand for (see
//! [`glyph`]). The search then goes letter by letter, from the beginning of a word to the end of one: `Grapefruit`
//! does not contain `rape`. Between the letters of a word a text may have signs (`ki-ll`), or gaps of any kind if
//! all of its letters are apart (`k i l l`).

mod alphabet;
mod glyph;
mod list;
mod search;

pub use list::{BlockedTerms, MAX_TERM_CHARS, MAX_TERMS, contains_any, flaws_of_terms, is_searchable};
