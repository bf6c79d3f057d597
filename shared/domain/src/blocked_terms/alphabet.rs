//! What single characters are and which letters they are taken for.

use unicode_normalization::char::is_combining_mark;

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
        _ if shown.is_whitespace() => Kind::Space,
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
        _ => [look_alike(shown), None],
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
        _ => {
            // Unicode's own table of look-alikes, where it leads to one plain letter, with or without an accent.
            let mut buffer = [0; 4];
            let mut plain =
                unicode_security::skeleton(shown.encode_utf8(&mut buffer)).filter(|part| !is_accent(*part));
            let letter = plain
                .next()
                .filter(char::is_ascii_alphanumeric)?
                .to_ascii_lowercase();
            let is_one = plain.next().is_none();
            let letter = if letter.is_ascii_digit() {
                replaced_by(letter)[0]
            } else {
                Some(letter)
            };
            letter.filter(|_| is_one)
        }
    }
}

/// The letter as far from `a` as a character is from the first of its row.
fn letter_after(shown: char, first: char) -> Option<char> {
    u8::try_from(u32::from(shown) - u32::from(first))
        .ok()
        .map(|distance| char::from(b'a' + distance))
}

/// Marks on letters that leave them the letters they are.
pub(super) const fn is_accent(shown: char) -> bool {
    matches!(shown,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Zero-width, bidirectional, variation and tag characters, the soft hyphen, and the skin tones of emoji.
pub(super) const fn is_invisible(shown: char) -> bool {
    matches!(shown,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E0FFF}')
}
