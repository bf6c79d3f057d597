//! Every character of Unicode as a disguise: none may hide a term.

use unicode_normalization::char::is_combining_mark;

use super::safety::blocks;

fn every_character() -> impl Iterator<Item = char> {
    '\u{0}'..=char::MAX
}

/// The characters for which the texts made with them do not contain the term.
fn misses(term: &str, characters: impl Iterator<Item = char>, text: impl Fn(char) -> String) -> Vec<char> {
    characters.filter(|shown| !blocks(term, &text(*shown))).collect()
}

#[test]
fn no_mark_inside_a_word_hides_it() {
    for (term, before, after) in [("nudes", "nu", "des"), ("порно", "по", "рно"), ("סקס", "סק", "ס")]
    {
        let marks = every_character().filter(|shown| is_combining_mark(*shown));
        let missed = misses(term, marks, |mark| format!("so {before}{mark}{after} so"));
        assert!(missed.is_empty(), "{term}: {} of {missed:?}", missed.len());
    }
}

#[test]
fn no_control_or_ignorable_character_inside_a_word_hides_it() {
    let is_unseen = |shown: &char| {
        let mut buffer = [0; 4];
        let ignorable = unicode_security::skeleton(shown.encode_utf8(&mut buffer))
            .next()
            .is_none();
        ignorable || (shown.is_control() && !shown.is_whitespace())
    };
    let unseen = every_character().filter(is_unseen);
    let missed = misses("nudes", unseen, |shown| format!("so nu{shown}des so"));
    assert!(missed.is_empty(), "{} of {missed:?}", missed.len());
}

/// The plain letters that Unicode's table has for a character, in small letters; digits as the table has them.
fn looks_like(shown: char) -> Option<String> {
    let mut buffer = [0; 4];
    let skeleton = unicode_security::skeleton(shown.encode_utf8(&mut buffer));
    let plain: String = skeleton.filter(|part| !is_combining_mark(*part)).collect();
    let is_word = plain.chars().all(|part| part.is_ascii_alphabetic());
    (!shown.is_ascii() && is_word && (1..=2).contains(&plain.len())).then(|| plain.to_ascii_lowercase())
}

#[test]
fn no_character_that_looks_like_a_letter_or_two_hides_a_word() {
    let mut missed = Vec::new();
    let mut tried = 0;
    for shown in every_character() {
        let Some(letters) = looks_like(shown) else {
            continue;
        };
        let letters = if letters == "rn" { "m" } else { letters.as_str() };
        tried += 1;
        let term = format!("qu{letters}qu");
        if !blocks(&term, &format!("so qu{shown}qu so")) {
            missed.push((shown, letters.to_owned()));
        }
    }
    assert!(tried > 1_000, "the table is read: {tried}");
    assert!(missed.is_empty(), "{} of {tried}: {missed:?}", missed.len());
}

#[test]
fn two_letters_that_look_like_one_hide_no_word_of_five_letters() {
    for (term, text) in [
        ("mortem", "rnortern"),
        ("dildo", "clilclo"),
        ("wanker", "vvanker"),
        ("hornet", "homet"),
        ("drawn", "clravvn"),
    ] {
        assert!(blocks(term, text), "`{term}` in `{text}`");
    }
    assert!(!blocks("bum", "burn"), "short words too easily become another");
}
