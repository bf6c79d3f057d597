//! What single characters are and which letters they are taken for.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// The kind of a glyph; gaps in the order in which they part words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Part of a word.
    Letter,
    /// Part of a word or a number.
    Digit,
    /// A word by itself: Chinese, Thai and others that do not space words.
    Ideograph,
    /// A word by itself, and a gap between the letters of another.
    Emoji,
    /// Punctuation and the like.
    Sign,
    /// Parts words, but not in the way of a space: `he'll` is not `hell`.
    Apostrophe,
    /// Parts words.
    Space,
}

/// The kind of a character.
pub(super) fn kind_of(shown: char) -> Kind {
    match shown {
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        // U+2800 is a Braille cell without dots.
        _ if shown.is_whitespace() || shown == '\u{2800}' => Kind::Space,
        '\'' | '`' | '\u{2BB}'..='\u{2BD}' | '\u{2018}'..='\u{201B}' | '\u{2032}' => Kind::Apostrophe,
        // South-East Asian scripts, kana, Han.
        '\u{E00}'..='\u{EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3041}'..='\u{30FF}'
        | '\u{3400}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => Kind::Ideograph,
        _ if shown.is_alphabetic() || is_combining_mark(shown) => Kind::Letter,
        _ if shown.is_numeric() => Kind::Digit,
        // Arrows, symbols, dingbats; emoji.
        '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FBFF}' => Kind::Emoji,
        _ => Kind::Sign,
    }
}

/// The letter that a letter is, by its small form and as it is shown, and a letter that it is used for.
pub(super) fn letters_of(shown: char) -> ([char; 2], [Option<char>; 2]) {
    if shown.is_ascii() {
        return ([shown.to_ascii_lowercase(); 2], [None; 2]);
    }
    let small = if shown == 'ς' {
        'σ'
    } else {
        shown.to_lowercase().next().unwrap_or(shown)
    };
    let capital = small.to_uppercase().next().unwrap_or(small);
    // `т` looks like a small capital T, so its capital helps.
    let by_small = look_alike(small).or_else(|| look_alike(capital)).unwrap_or(small);
    let as_shown = if shown == small {
        by_small
    } else {
        look_alike(shown).unwrap_or(by_small)
    };
    let used_for = match small {
        'я' => Some('r'),
        'и' | 'п' => Some('n'),
        'д' | 'λ' => Some('a'),
        'ц' | 'μ' => Some('u'),
        'ш' | 'щ' | 'ω' => Some('w'),
        'σ' => Some('e'),
        _ => None,
    };
    ([by_small, as_shown], [used_for, None])
}

/// The letters that a digit or sign is used for.
pub(super) fn replaced_by(shown: char) -> [Option<char>; 2] {
    match shown {
        '1' | '!' | '|' => [Some('i'), Some('l')],
        '6' => [Some('g'), Some('b')],
        '$' | '§' | '5' => [Some('s'), None],
        '@' | '4' => [Some('a'), None],
        '+' | '†' | '7' => [Some('t'), None],
        '€' | '3' => [Some('e'), None],
        '0' => [Some('o'), None],
        '2' => [Some('z'), None],
        '8' => [Some('b'), None],
        '9' => [Some('g'), None],
        '£' => [Some('l'), None],
        '¢' => [Some('c'), None],
        '¥' => [Some('y'), None],
        // 🇰 and the like.
        '\u{1F1E6}'..='\u{1F1FF}' => [letter_after(shown, '\u{1F1E6}'), None],
        _ if shown.is_ascii() => [None; 2],
        _ => match look_alike(shown) {
            // A vertical stroke is either.
            Some('l') => [Some('l'), Some('i')],
            look => [look, None],
        },
    }
}

/// The small Latin letter that a character looks like.
fn look_alike(shown: char) -> Option<char> {
    match shown {
        'ᴀ' | 'ɐ' => Some('a'),
        'ʙ' | 'β' => Some('b'),
        'ᴅ' => Some('d'),
        'ᴇ' | 'ɛ' | 'ǝ' => Some('e'),
        'ꜰ' => Some('f'),
        'ɢ' => Some('g'),
        'ʜ' => Some('h'),
        'ᴊ' => Some('j'),
        'ᴋ' => Some('k'),
        'ʟ' => Some('l'),
        'ᴍ' => Some('m'),
        'ɴ' => Some('n'),
        'ᴘ' => Some('p'),
        'ʀ' => Some('r'),
        'ᴛ' => Some('t'),
        // 🅚 and 🅺.
        '\u{1F150}'..='\u{1F169}' => letter_after(shown, '\u{1F150}'),
        '\u{1F170}'..='\u{1F189}' => letter_after(shown, '\u{1F170}'),
        _ => match prototype(shown) {
            Some(Look::One(letter)) => Some(letter),
            _ => None,
        },
    }
}

/// What a character looks like by Unicode's table of confusables (UTS 39).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// One plain Latin letter, with or without an accent.
    One(char),
    /// Two of them.
    Two([char; 2]),
}

/// The plain letters that Unicode's table of confusables has for a character.
pub(super) fn prototype(shown: char) -> Option<Look> {
    let mut buffer = [0; 4];
    let skeleton = unicode_security::skeleton(shown.encode_utf8(&mut buffer));
    let mut plain = skeleton.filter(|part| !is_combining_mark(*part));
    let first = plain_letter(plain.next()?)?;
    let Some(second) = plain.next() else {
        return Some(Look::One(first));
    };
    let second = plain_letter(second)?;
    if plain.next().is_some() {
        return None;
    }
    // The table has `rn` for everything that looks like an `m`, the letter itself included.
    Some(match [first, second] {
        ['r', 'n'] => Look::One('m'),
        pair => Look::Two(pair),
    })
}

/// A letter or digit of a skeleton as the letter it is read as.
fn plain_letter(part: char) -> Option<char> {
    match part.to_ascii_lowercase() {
        letter @ 'a'..='z' => Some(letter),
        digit @ '0'..='9' => replaced_by(digit)[0],
        _ => None,
    }
}

/// The letter as far from `a` as a character is from the first of its row.
fn letter_after(shown: char, first: char) -> Option<char> {
    u8::try_from(u32::from(shown) - u32::from(first))
        .ok()
        .map(|distance| char::from(b'a' + distance))
}

/// Whether a mark leaves the letter before it the letter it is. Alphabets whose words can do without marks lose all of
/// them, whatever script a mark is from; elsewhere a mark of the letter's own script is part of the word (`हत्या`), and
/// any other is a disguise.
pub(super) fn is_ornament(mark: char, base: Option<char>) -> bool {
    if !is_combining_mark(mark) {
        return false;
    }
    let Some(script) = base.map(|base| base.script()) else {
        return true;
    };
    let scripts = mark.script_extension();
    DOES_WITHOUT_MARKS.contains(&script)
        || scripts.is_common()
        || scripts.is_inherited()
        || !scripts.contains_script(script)
}

/// Scripts in which marks say how a word is pronounced, not which word it is.
const DOES_WITHOUT_MARKS: [Script; 10] = [
    Script::Latin,
    Script::Greek,
    Script::Cyrillic,
    Script::Armenian,
    Script::Georgian,
    Script::Cherokee,
    Script::Hebrew,
    Script::Arabic,
    Script::Common,
    Script::Inherited,
];

/// Whether nobody sees a character: what Unicode says a renderer may ignore (zero-width, bidirectional, variation and tag
/// characters, fillers, the soft hyphen), control characters, annotation marks, and the skin tones of emoji.
pub(super) fn is_invisible(shown: char) -> bool {
    if shown.is_ascii() {
        return shown.is_ascii_control() && !shown.is_ascii_whitespace();
    }
    let mut buffer = [0; 4];
    shown.is_control() && !shown.is_whitespace()
        || matches!(shown, '\u{FFF9}'..='\u{FFFB}' | '\u{1D159}' | '\u{1F3FB}'..='\u{1F3FF}')
        // The table's own list of ignorable characters is not public; a skeleton leaves them out.
        || unicode_security::skeleton(shown.encode_utf8(&mut buffer)).next().is_none()
}
