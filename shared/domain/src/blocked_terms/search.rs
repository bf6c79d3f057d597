//! The search for a term in a text.

use std::collections::HashMap;

use super::alphabet::Kind;
use super::glyph::{self, Glyph};

/// From this many letters on, the search also finds a term with letters replaced; shorter ones (`SS`) are too easily
/// something else (`5s`).
const LEAST_DISGUISED: usize = 3;
/// From this many letters on, `i` and `l` are one letter; shorter words too easily become another (`hell`, `heil`).
const LEAST_BLURRED: usize = 5;
/// From this many letters on, a pair that looks like one letter is that letter (`rn`); shorter words too easily become another
/// (`burn`, `bum`).
const LEAST_JOINED: usize = 5;
/// The most glyphs that the search skips from one letter to the next: bounds the work on a text of nothing else.
const WIDEST_GAP: usize = 8;

/// A blocked term.
pub(super) struct Term {
    letters: Vec<Letter>,
    /// The same with the pairs that look like one letter as that letter (`pom` for `porn`), where there are any and the term
    /// is long enough.
    joined: Option<Vec<Letter>>,
    /// Too short for a search for its disguises.
    literally: bool,
}

/// A letter of a term, and what may stand before it.
#[derive(Clone)]
struct Letter {
    glyph: Glyph,
    joint: Joint,
}

/// The gap that may stand between two letters of a term.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// They are one word: nothing but signs.
    Word,
    /// `Sieg-Heil`, or emoji: anything or nothing.
    Loose,
    /// Two words: anything, but something.
    Apart,
}

impl Term {
    pub(super) fn read(term: &str) -> Self {
        let glyphs = glyph::read(term);
        let has_letters = glyphs.iter().any(|glyph| glyph.kind == Kind::Letter);
        let mut letters: Vec<Letter> = Vec::with_capacity(glyphs.len());
        let mut gap = None;
        for (index, glyph) in glyphs.iter().enumerate() {
            // `a$$` is three letters, `$$$` is none.
            let touches = || {
                index
                    .checked_sub(1)
                    .and_then(|before| glyphs.get(before))
                    .is_some_and(Glyph::is_wordlike)
                    || glyphs.get(index + 1).is_some_and(Glyph::is_wordlike)
            };
            let is_letter = !glyph.is_gap() || glyph.kind == Kind::Emoji;
            if is_letter || (has_letters && glyph.stands_for_letters() && touches()) {
                let alone = |glyph: &Glyph| glyph.is_a_word();
                let joint = match gap {
                    _ if alone(glyph) || letters.last().is_some_and(|letter| alone(&letter.glyph)) => {
                        Joint::Loose
                    }
                    None => Joint::Word,
                    Some(Kind::Space) => Joint::Apart,
                    Some(_) => Joint::Loose,
                };
                letters.push(Letter { glyph: *glyph, joint });
                gap = None;
            } else {
                gap = gap.max(Some(glyph.kind));
            }
        }
        if letters.len() >= LEAST_BLURRED {
            letters.iter_mut().for_each(|letter| letter.glyph.blur());
        }
        let joined = (letters.len() >= LEAST_JOINED)
            .then(|| joined(&letters))
            .flatten();
        Self {
            literally: letters.len() < LEAST_DISGUISED,
            joined,
            letters,
        }
    }

    /// Whether two letters of a text may be one of its letters.
    fn takes_pairs(&self) -> bool {
        self.letters.len() >= LEAST_JOINED
    }

    /// Whether there is nothing in it that a text could contain.
    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }
}

/// A term's letters with its pairs joined; `None` where it has none.
fn joined(letters: &[Letter]) -> Option<Vec<Letter>> {
    let mut shorter: Vec<Letter> = Vec::with_capacity(letters.len());
    for letter in letters {
        match (letter.glyph.joined, shorter.last_mut()) {
            (Some(one), Some(before)) if letter.joint == Joint::Word => before.glyph = Glyph::plain(one),
            _ => shorter.push(letter.clone()),
        }
    }
    (shorter.len() < letters.len()).then_some(shorter)
}

/// The spacing of a word's letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    /// Close together.
    Close,
    /// With a gap after each: `k i l l`.
    Wide,
}

impl Letter {
    /// Whether such a glyph may be it, at once or after a gap; what may be left out belongs to the letter before.
    fn may_follow(&self, after_gap: bool, glyph: &Glyph, spacing: Spacing) -> bool {
        after_gap || glyph.optional || (spacing == Spacing::Close && self.joint != Joint::Apart)
    }

    /// Whether such a glyph may be part of the gap before it.
    fn skips(&self, glyph: &Glyph, spacing: Spacing) -> bool {
        glyph.is_gap() && (spacing == Spacing::Wide || self.joint != Joint::Word || !glyph.parts_words())
    }
}

/// A text, ready for the search.
pub(super) struct Text {
    glyphs: Vec<Glyph>,
    /// By letter, where a term that begins with it may begin.
    starts: HashMap<char, Vec<usize>>,
}

impl Text {
    pub(super) fn read(text: &str) -> Self {
        let glyphs = glyph::read(text);
        let mut starts: HashMap<char, Vec<usize>> = HashMap::new();
        for (index, glyph) in glyphs.iter().enumerate().filter(|(_, glyph)| glyph.starts) {
            let joined = glyphs.get(index + 1).and_then(|next| next.joined);
            for letter in glyph.letters(false).chain(joined) {
                starts.entry(letter).or_default().push(index);
            }
        }
        Self { glyphs, starts }
    }

    pub(super) fn contains(&self, term: &Term) -> bool {
        self.contains_letters(&term.letters, term)
            || term
                .joined
                .as_ref()
                .is_some_and(|letters| self.contains_letters(letters, term))
    }

    fn contains_letters(&self, letters: &[Letter], term: &Term) -> bool {
        let Some((first, rest)) = letters.split_first() else {
            return false;
        };
        let starts = first
            .glyph
            .letters(term.literally)
            .filter_map(|letter| self.starts.get(&letter))
            .flatten();
        let mut places = Vec::new();
        for start in starts {
            places.extend(self.ends_of(&first.glyph, *start, term));
        }
        places.sort_unstable();
        places.dedup();
        let spaced = rest.len() + 1 >= LEAST_DISGUISED;
        self.has_rest(rest, &places, term, Spacing::Close)
            || (spaced && self.has_rest(rest, &places, term, Spacing::Wide))
    }

    /// Where a letter of a term ends that begins at this place: there, at the next glyph where both look like it, or nowhere.
    fn ends_of(&self, letter: &Glyph, place: usize, term: &Term) -> impl Iterator<Item = usize> {
        let alone = self
            .glyphs
            .get(place)
            .is_some_and(|glyph| letter.can_be(glyph, term.literally));
        let joined = term
            .takes_pairs()
            .then(|| self.glyphs.get(place + 1)?.joined)
            .flatten()
            .is_some_and(|joined| letter.letters(true).any(|letter| letter == joined));
        alone
            .then_some(place)
            .into_iter()
            .chain(joined.then_some(place + 1))
    }

    /// Whether the letters follow one of these places and end with a word. All places are followed side by side, so
    /// that the work grows with the text and not with the number of ways to read it.
    fn has_rest(&self, letters: &[Letter], starts: &[usize], term: &Term, spacing: Spacing) -> bool {
        let mut places = starts.to_vec();
        for letter in letters {
            let mut next = Vec::new();
            for place in places {
                let mut after_gap = false;
                for (index, glyph) in self
                    .glyphs
                    .iter()
                    .enumerate()
                    .skip(place + 1)
                    .take(WIDEST_GAP + 1)
                {
                    if letter.may_follow(after_gap, glyph, spacing) {
                        next.extend(self.ends_of(&letter.glyph, index, term));
                    }
                    if letter.skips(glyph, spacing) {
                        after_gap = true;
                    } else if !glyph.optional {
                        break;
                    }
                }
            }
            next.sort_unstable();
            next.dedup();
            places = next;
        }
        places.into_iter().any(|place| self.ends_at(place))
    }

    /// Whether a term may end at this place, or after optional letters that follow.
    fn ends_at(&self, place: usize) -> bool {
        let mut following = self.glyphs.iter().skip(place);
        following.next().is_some_and(|glyph| {
            glyph.ends
                || following
                    .take_while(|glyph| glyph.optional)
                    .any(|glyph| glyph.ends)
        })
    }
}
