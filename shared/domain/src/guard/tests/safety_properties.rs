//! What holds of blocked terms whatever they are and whatever the text is.

use proptest::prelude::*;

use super::safety::blocks;

/// Characters that disguises are made of, and some of everything else.
fn any_text() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        4 => proptest::char::range('a', 'z'),
        2 => prop::sample::select("ABIKL0123456789 $!|*+@'-._ …".chars().collect::<Vec<_>>()),
        2 => prop::sample::select("äöüßÄÖÜẞæø\u{308}\u{336}\u{200B}\u{FE0F}\u{202E}𝐤ｋкνΝςж杀🔫🏽🇰❶½™".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    prop::collection::vec(sign, 0..24).prop_map(String::from_iter)
}

/// Characters that nobody sees.
fn invisible() -> impl Strategy<Value = char> {
    prop::sample::select(vec![
        '\u{200B}',
        '\u{200C}',
        '\u{200D}',
        '\u{2060}',
        '\u{FEFF}',
        '\u{AD}',
        '\u{202E}',
        '\u{2066}',
        '\u{FE0F}',
        '\u{E0041}',
    ])
}

/// Whether a term has anything to look for.
fn has_substance(term: &str) -> bool {
    blocks(term, term)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(term in any_text(), text in any_text(), wild in any::<String>()) {
        blocks(&term, &text);
        blocks(&wild, &text);
        blocks(&text, &wild);
    }

    #[test]
    fn a_term_with_letters_finds_itself_alone_and_among_others(term in any_text()) {
        let has_letters = term.chars().any(|letter| letter.is_ascii_alphanumeric());
        prop_assert!(!has_letters || has_substance(&term));
        if has_substance(&term) {
            for text in [format!(" {term} "), format!("draw {term} please"), term.to_lowercase(), format!("({term})")] {
                prop_assert!(blocks(&term, &text), "`{term}` in `{text}`");
            }
        }
    }

    #[test]
    fn invisible_characters_change_no_verdict(
        term in any_text(),
        text in any_text(),
        within in any::<bool>(),
        hidden in prop::collection::vec((any::<prop::sample::Index>(), invisible()), 1..8),
    ) {
        let text = if within { format!("{text} {term} {text}") } else { text };
        let mut disguised: Vec<char> = text.chars().collect();
        for (place, sign) in hidden {
            disguised.insert(place.index(disguised.len() + 1), sign);
        }
        let disguised = String::from_iter(disguised);
        prop_assert_eq!(blocks(&term, &text), blocks(&term, &disguised), "{:?} and {:?}", text, disguised);
    }

    #[test]
    fn words_of_other_letters_never_match(term in "[a-h]{1,8}( [a-h]{1,8})?", text in "[j-km-rt-vx-yJ-KM-RT-VX-Y .,!?*-]{0,40}") {
        prop_assert!(!blocks(&term, &text));
    }

    /// Without `i` and `l`, and with no letter three times in a row: those words have more than one reading.
    #[test]
    fn a_plain_word_is_found_exactly_where_it_stands_as_a_word(
        term in "([a-dm-p][e-hq-z]){1,3}",
        words in prop::collection::vec("([a-dm-p][e-hq-z]){1,3}", 0..8),
    ) {
        prop_assert_eq!(blocks(&term, &words.join(" ")), words.contains(&term));
    }

    #[test]
    fn every_letter_may_be_spaced_out_or_signed_out(term in "[a-z]{3,8}", gap in "[ .,_-]{1,3}") {
        let spaced = term.chars().map(String::from).collect::<Vec<_>>().join(&gap);
        let text = format!("so {spaced} so");
        prop_assert!(blocks(&term, &text), "{text}");
    }
}
