//! Measures the block list and prints what it found, as JSON: the time of one check, the characters that hide a term, and
//! the harmless words that are taken for one. Called by `make bench`.
//!
//! `block_list [a file of terms] [a file of harmless words]`, one a line; without a file of terms, with 500 made-up ones

use std::fs::read_to_string;
use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::blocked_terms::{BlockedTerms, contains_any};
use serde_json::json;
use unicode_normalization::char::is_combining_mark;

type Failure = Box<dyn std::error::Error>;

const MADE_UP: usize = 500;
const ROUNDS: usize = 200;
/// The term whose letters every unseen character is put between.
const HIDDEN: &str = "nudes";

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let terms = match arguments.next() {
        Some(file) => lines(&read_to_string(file)?),
        None => made_up(),
    };
    let words = match arguments.next() {
        Some(file) => lines(&read_to_string(file)?),
        None => Vec::new(),
    };
    let list = BlockedTerms::from(terms.clone());
    let first = timed(1, || {
        let fresh = BlockedTerms::from(terms.clone());
        contains_any(["a photo of us"], &[&fresh])
    });
    let checks: Vec<_> = prompts()
        .into_iter()
        .map(|(name, text)| {
            let time = timed(ROUNDS, || contains_any([text.as_str()], &[&list]));
            json!({ "prompt": name, "characters": text.chars().count(), "median_us": time.as_micros() })
        })
        .collect();
    let taken: Vec<_> = words
        .iter()
        .filter(|word| !terms.contains(word) && contains_any([word.as_str()], &[&list]))
        .collect();
    let (tried, missed) = unseen_characters();
    let figures = json!({
        "terms": terms.len(),
        "first_check_us": first.as_micros(),
        "checks": checks,
        "unseen_characters": tried,
        "misses": missed,
        "harmless_words": words.len(),
        "false_hits": taken,
    });
    #[allow(clippy::print_stdout)] // the result
    {
        println!("{figures}");
    }
    Ok(())
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim().to_lowercase());
    lines.filter(|line| !line.is_empty()).collect()
}

/// Words of three syllables.
fn made_up() -> Vec<String> {
    const SYLLABLES: [&str; 20] = [
        "ba", "cro", "del", "fi", "gum", "hes", "ki", "lor", "mun", "nix", "pel", "quo", "ras", "sil", "tur",
        "ven", "wap", "xi", "yol", "zer",
    ];
    let word = |number: usize| {
        [number, number / 20, number * 7 / 3]
            .map(|at| SYLLABLES[at % 20])
            .concat()
    };
    (0..MADE_UP).map(word).collect()
}

/// What guests write, and the longest text that is accepted.
fn prompts() -> [(&'static str, String); 3] {
    let usual =
        "a picnic by the lake in the evening, with lanterns in the trees and everybody in summer clothes";
    let disguised = "s0 w3 h@ve 4 p1cn1c b.y th-e l a k e, w|th l4nt€rns 1n th3 tr33s ";
    let long = |text: &str| text.chars().cycle().take(2_000).collect();
    [
        ("usual", usual.to_owned()),
        ("longest", long(&format!("{usual}. "))),
        ("longest, disguised", long(disguised)),
    ]
}

/// The median time of a check.
fn timed(rounds: usize, check: impl Fn() -> bool) -> Duration {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let begun = Instant::now();
            black_box(check());
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[rounds / 2]
}

/// How many characters can stand unseen inside a word, and those that hide the term there.
fn unseen_characters() -> (usize, Vec<String>) {
    let list = BlockedTerms::from(vec![HIDDEN.to_owned()]);
    let (before, after) = HIDDEN.split_at(2);
    let is_unseen = |shown: &char| {
        let mut buffer = [0; 4];
        let ignorable = unicode_security::skeleton(shown.encode_utf8(&mut buffer))
            .next()
            .is_none();
        ignorable || is_combining_mark(*shown) || (shown.is_control() && !shown.is_whitespace())
    };
    let unseen: Vec<char> = ('\0'..=char::MAX).filter(is_unseen).collect();
    let hides = |shown: &&char| !contains_any([format!("so {before}{shown}{after} so").as_str()], &[&list]);
    let missed = unseen.iter().filter(hides);
    let missed = missed
        .map(|shown| format!("U+{:04X}", u32::from(*shown)))
        .collect();
    (unseen.len(), missed)
}
