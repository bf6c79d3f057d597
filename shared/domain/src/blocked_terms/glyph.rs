//! How a text looks to its reader: a glyph for each visible sign, with every letter that it may stand for.
//!
//! What is folded: compatibility forms (NFKD), invisible and bidirectional characters, case, marks on letters, letters of
//! other alphabets that look Latin, letters repeated three times or more. What else may replace a letter is kept
//! beside it: digits, signs, wildcards, and two letters that look like one (`rn`). German umlauts are two letters, the second of which a text may leave out:
//! `töten` is `toeten` and not `toten`, but `bömbe` is also `bombe`.

use unicode_normalization::UnicodeNormalization;

use super::alphabet::{Kind, Look, is_invisible, is_ornament, kind_of, letters_of, prototype, replaced_by};

/// Longer runs of one letter or sign are cut to this many.
const LONGEST_RUN: usize = 4;

/// One visible sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub(super) kind: Kind,
    /// The letter that it is; two where a capital looks like another letter than the small one (`Ν`, `ν`).
    is: [char; 2],
    /// Letters that it may replace.
    replaces: [Option<char>; 3],
    /// The letter that it looks like together with the glyph before it: `rn` is an `m`.
    pub(super) joined: Option<char>,
    /// `*` inside a word replaces any letter.
    wildcard: bool,
    /// One bit for each letter that it may stand for, shared by many: two glyphs without a common bit differ.
    hint: u64,
    /// May be left out.
    pub(super) optional: bool,
    /// A term may begin here.
    pub(super) starts: bool,
    /// A term may end here.
    pub(super) ends: bool,
}

impl Glyph {
    fn of(shown: char) -> Self {
        let kind = kind_of(shown);
        let (is, [first, second]) = match kind {
            Kind::Letter => letters_of(shown),
            _ => ([shown; 2], replaced_by(shown)),
        };
        Self {
            kind,
            is,
            replaces: [first, second, None],
            joined: None,
            wildcard: shown == '*',
            hint: 0,
            optional: false,
            starts: false,
            ends: false,
        }
    }

    /// A plain letter, as a term has it.
    pub(super) fn plain(letter: char) -> Self {
        let mut glyph = Self::of(letter);
        glyph.take_hint();
        glyph
    }

    pub(super) const fn is_word_part(&self) -> bool {
        matches!(self.kind, Kind::Letter | Kind::Digit)
    }

    /// Whether it is a word whatever stands beside it.
    pub(super) const fn is_a_word(&self) -> bool {
        matches!(self.kind, Kind::Ideograph | Kind::Emoji)
    }

    pub(super) const fn is_gap(&self) -> bool {
        matches!(
            self.kind,
            Kind::Emoji | Kind::Sign | Kind::Apostrophe | Kind::Space
        )
    }

    pub(super) const fn parts_words(&self) -> bool {
        matches!(self.kind, Kind::Apostrophe | Kind::Space)
    }

    /// Whether it is a sign that is used as a letter.
    pub(super) const fn stands_for_letters(&self) -> bool {
        self.wildcard || self.replaces[0].is_some()
    }

    /// Whether it is, or may be, part of a word.
    pub(super) const fn is_wordlike(&self) -> bool {
        self.is_word_part() || (matches!(self.kind, Kind::Sign) && self.stands_for_letters())
    }

    /// The letters that it is, and unless it is taken literally those that it may replace.
    pub(super) fn letters(&self, literally: bool) -> impl Iterator<Item = char> {
        let replaces = self.replaces.into_iter().flatten().filter(move |_| !literally);
        let second = (self.is[1] != self.is[0]).then_some(self.is[1]);
        std::iter::once(self.is[0]).chain(second).chain(replaces)
    }

    /// Whether two glyphs may stand for the same letter.
    pub(super) fn can_be(&self, other: &Self, literally: bool) -> bool {
        let takes_any = |one: &Self, other: &Self| one.wildcard && other.is_word_part();
        self.hint & other.hint != 0
            && (self
                .letters(literally)
                .any(|letter| other.letters(literally).any(|others| others == letter))
                || (!literally && (takes_any(self, other) || takes_any(other, self))))
    }

    /// Makes `i` and `l` one letter.
    pub(super) fn blur(&mut self) {
        match self.is[0] {
            'i' => self.replaces[0] = Some('l'),
            'l' => self.replaces[0] = Some('i'),
            _ => (),
        }
        self.take_hint();
    }

    fn take_hint(&mut self) {
        let bit = |letter: char| 1 << (u32::from(letter) % 64);
        self.hint = if self.wildcard {
            u64::MAX
        } else {
            self.letters(false).map(bit).fold(0, |hint, bit| hint | bit)
        };
    }

    const fn forget_replacements(&mut self) {
        self.replaces = [None; 3];
        self.wildcard = false;
    }

    /// Notes one more letter that it may replace.
    fn may_replace(&mut self, letter: char) {
        if !self.letters(false).any(|known| known == letter)
            && let Some(free) = self.replaces.iter_mut().find(|letter| letter.is_none())
        {
            *free = Some(letter);
        }
    }
}

/// The glyphs of a text.
pub(super) fn read(text: &str) -> Vec<Glyph> {
    let mut reader = Reader {
        glyphs: Vec::with_capacity(text.len()),
        base: None,
        after_small: false,
    };
    // Invisible characters go first, so that they do not keep a mark from its letter.
    for shown in text.chars().filter(|shown| !is_invisible(*shown)) {
        if shown.is_ascii() {
            reader.take(shown);
        } else {
            reader.take_disguised(shown);
        }
    }
    let mut glyphs = reader.glyphs;
    settle_signs(&mut glyphs);
    join_gaps(&mut glyphs);
    fold_runs(&mut glyphs);
    settle_digits(&mut glyphs);
    join_pairs(&mut glyphs);
    glyphs.iter_mut().for_each(Glyph::take_hint);
    mark_edges(glyphs.iter_mut(), |glyph| &mut glyph.starts);
    mark_edges(glyphs.iter_mut().rev(), |glyph| &mut glyph.ends);
    glyphs
}

struct Reader {
    glyphs: Vec<Glyph>,
    /// The character that a mark would stand on.
    base: Option<char>,
    /// Within a word that has had a small letter.
    after_small: bool,
}

impl Reader {
    /// A character that is not ASCII: what it stands for, and what it only looks like.
    fn take_disguised(&mut self, shown: char) {
        let before = self.glyphs.len();
        let look = prototype(shown);
        let is_plain = shown.nfkd().any(|part| part.is_ascii_alphanumeric());
        if let (Some(Look::Two(pair)), false) = (look, is_plain) {
            pair.into_iter().for_each(|letter| self.take(letter));
            return;
        }
        shown
            .nfkd()
            .filter(|part| !is_invisible(*part))
            .for_each(|part| self.take(part));
        match (look, &mut self.glyphs[before..]) {
            // `ϲ` is a form of sigma and looks like `c`; `ſ` is an `s` and looks like `f`.
            (Some(Look::One(letter)), [glyph]) => {
                glyph.may_replace(letter);
                if letter == 'l' && glyph.kind != Kind::Letter {
                    glyph.may_replace('i');
                }
            }
            (Some(Look::Two(pair)), [first, second]) => {
                first.may_replace(pair[0]);
                second.may_replace(pair[1]);
            }
            // A mark that looks like a letter of its own.
            (Some(Look::One(letter)), []) => self.glyphs.push(Glyph {
                optional: true,
                ..Glyph::of(letter)
            }),
            _ => {}
        }
    }

    fn take(&mut self, shown: char) {
        match shown {
            '\u{308}' if self.is_on_umlaut_vowel() => self.glyphs.push(Glyph {
                optional: true,
                ..Glyph::of('e')
            }),
            _ if is_ornament(shown, self.base) => (),
            _ => {
                self.base = Some(shown);
                self.take_base(shown);
            }
        }
    }

    fn is_on_umlaut_vowel(&self) -> bool {
        let base = self.glyphs.last();
        base.is_some_and(|base| base.is.iter().any(|is| "aou".contains(*is)))
    }

    fn take_base(&mut self, shown: char) {
        match shown {
            'ß' | 'ẞ' => self.glyphs.extend([Glyph::of('s'); 2]),
            'æ' | 'Æ' => self.glyphs.extend([Glyph::of('a'), Glyph::of('e')]),
            'œ' | 'Œ' => self.glyphs.extend([Glyph::of('o'), Glyph::of('e')]),
            _ => {
                let mut glyph = Glyph::of(shown);
                if shown == 'I' && self.after_small {
                    glyph.may_replace('l');
                }
                self.after_small = glyph.is_word_part() && (self.after_small || shown.is_lowercase());
                self.glyphs.push(glyph);
            }
        }
    }
}

/// Pairs of letters that look like one, side by side in a word.
fn join_pairs(glyphs: &mut [Glyph]) {
    for index in 1..glyphs.len() {
        let (before, glyph) = (&glyphs[index - 1], &glyphs[index]);
        let joined = PAIRS.iter().find(|(first, second, _)| {
            before.is_wordlike()
                && glyph.is_wordlike()
                && before.letters(true).any(|letter| letter == *first)
                && glyph.letters(false).any(|letter| letter == *second)
        });
        glyphs[index].joined = joined.map(|(_, _, one)| *one);
    }
}

/// Two letters that look like a third where they stand side by side.
pub(super) const PAIRS: [(char, char, char); 3] = [('r', 'n', 'm'), ('c', 'l', 'd'), ('v', 'v', 'w')];

/// `!`, `|` and `*` are letters only inside a word: `k!ll`, but not `Hei!`.
fn settle_signs(glyphs: &mut [Glyph]) {
    let is_soft = |glyph: &Glyph| {
        matches!(glyph.is[0], '!' | '|' | '*')
            || (glyph.kind == Kind::Sign
                && !glyph.is[0].is_ascii()
                && glyph.letters(false).any(|letter| letter == 'i'))
    };
    let mut before = false;
    let mut rest = glyphs;
    while let Some(glyph) = rest.first() {
        let run = rest.iter().take_while(|glyph| is_soft(glyph)).count();
        if run == 0 {
            before = glyph.is_wordlike();
            rest = &mut rest[1..];
        } else {
            let after = rest.get(run).is_some_and(Glyph::is_wordlike);
            let (soft, others) = rest.split_at_mut(run);
            if !(before && after) {
                soft.iter_mut().for_each(Glyph::forget_replacements);
            }
            rest = others;
        }
    }
}

/// A gap of many signs is one gap, of the kind that parts words most.
fn join_gaps(glyphs: &mut Vec<Glyph>) {
    let is_plain = |glyph: &Glyph| glyph.kind >= Kind::Sign && !glyph.stands_for_letters();
    glyphs.dedup_by(|next, kept| {
        let joined = is_plain(next) && is_plain(kept);
        if joined {
            kept.kind = kept.kind.max(next.kind);
        }
        joined
    });
}

/// `kiiill`: of three or more of the same letter all but one may be left out. Runs of letters and signs are cut.
fn fold_runs(glyphs: &mut Vec<Glyph>) {
    let same = |a: &Glyph, b: &Glyph| a.kind == b.kind && a.is == b.is && a.kind != Kind::Digit;
    for run in glyphs
        .chunk_by_mut(same)
        .filter(|run| run.len() >= 3 && run[0].kind == Kind::Letter)
    {
        run.iter_mut().skip(1).for_each(|glyph| glyph.optional = true);
    }
    let mut length = 0;
    glyphs.dedup_by(|next, kept| {
        length = if same(next, kept) { length + 1 } else { 0 };
        length >= LONGEST_RUN
    });
}

/// Digits are letters only in company of letters, or of signs instead: `k1ll`, `4$$` and `k 1 l l`, but not `455`
/// or `$5`.
fn settle_digits(glyphs: &mut [Glyph]) {
    let is_alone = |index: usize| {
        let is_space = |index: Option<usize>| {
            index
                .and_then(|index| glyphs.get(index))
                .is_none_or(|glyph| glyph.kind == Kind::Space)
        };
        is_space(index.checked_sub(1)) && is_space(Some(index + 1))
    };
    let is_lone_letter =
        |index: usize| glyphs.get(index).is_some_and(|glyph| glyph.kind == Kind::Letter) && is_alone(index);
    let spaced_out: Vec<usize> = (0..glyphs.len())
        .filter(|index| glyphs[*index].kind == Kind::Digit && is_alone(*index))
        .filter(|index| index.checked_sub(2).is_some_and(is_lone_letter) || is_lone_letter(index + 2))
        .collect();
    let mut index = 0;
    for chunk in glyphs.chunk_by_mut(|a, b| a.kind != Kind::Space && b.kind != Kind::Space) {
        let has_letters = chunk.iter().any(|glyph| glyph.kind == Kind::Letter);
        let has_signs = chunk
            .iter()
            .filter(|glyph| glyph.kind == Kind::Sign && glyph.is_wordlike())
            .count()
            >= 2;
        for glyph in chunk {
            if glyph.kind == Kind::Digit
                && !has_letters
                && !has_signs
                && spaced_out.binary_search(&index).is_err()
            {
                glyph.forget_replacements();
            }
            index += 1;
        }
    }
}

/// Marks where words begin, or end if the glyphs come in reverse. A number at the edge of a word (`kill2`) may be
/// left out.
fn mark_edges<'a>(glyphs: impl Iterator<Item = &'a mut Glyph>, edge: fn(&mut Glyph) -> &mut bool) {
    let (mut in_word, mut in_number) = (false, false);
    for glyph in glyphs {
        let is_edge = glyph.is_a_word() || !in_word || (in_number && glyph.kind == Kind::Letter);
        in_number = glyph.kind == Kind::Digit && (in_number || !in_word);
        in_word = glyph.is_word_part();
        *edge(glyph) = is_edge;
    }
}
