//! Blocked terms, in the disguises that people try, and the innocent words that look like them.

use super::*;
use crate::blocked_terms::contains_any;
use crate::guard::safety::is_blocked;

pub(super) fn blocks(term: &str, text: &str) -> bool {
    contains_any([text], &[&vec![term.to_owned()].into()])
}

/// A term and texts for it.
type Row<'a> = (&'a str, &'a [&'a str]);

/// Every text contains its term, and does so wherever it stands.
fn found(rows: &[Row<'_>]) {
    expect(
        true,
        rows,
        &[
            ("", ""),
            ("please draw ", ", my friend"),
            ("\u{201E}", "\u{201C}…"),
        ],
    );
}

/// No text contains its term.
fn innocent(rows: &[Row<'_>]) {
    expect(false, rows, &[("", ""), ("please draw ", ", my friend")]);
}

fn expect(blocked: bool, rows: &[Row<'_>], places: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (term, texts) in rows {
        for text in *texts {
            for (before, after) in places {
                let placed = format!("{before}{text}{after}");
                if blocks(term, &placed) != blocked {
                    wrong.push(format!("`{term}` in `{placed}`"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrongly, of {wrong:#?}",
        if blocked { "not found" } else { "found" }
    );
}

#[test]
fn a_term_is_found_as_it_is_written_at_the_start_in_the_middle_and_at_the_end() {
    let texts = "kill|kill him|do kill him|to kill|(kill)|kill!|kill?|\nkill\t|wanna-kill|kill/maim";
    for text in texts.split('|') {
        assert!(blocks("kill", text), "{text}");
    }
}

#[test]
#[rustfmt::skip] // a table
fn latin_disguises_are_seen_through() {
    found(&[
        ("kill", &[
                // Case.
                "KILL", "KiLl",
                // Digits, signs, wildcards in place of letters.
                "k1ll", "ki11", "k1l1", "K!LL", "k|ll", "ki££", "k!ll!", "k*ll", "k**l", "kiIl",
                // Gaps.
                "k i l l", "k  i  l  l", "k.i.l.l", "k-i-l-l", "k_i_l_l", "k, i, l, l", "k.i-l l",
                "k'i'l'l", "a k i l l", "k 1 l l", "k\u{A0}i\u{2003}l l", "ki-ll", "ki.ll", "ki_ll",
                "k - - - - - i - l - l", "k…ill", "k🔥ill", "k\ni\nl\nl",
                // Invisible characters: zero-width, joiners, soft hyphen, bidi, tags, variation selectors.
                "k\u{200B}ill", "k\u{200D}i\u{200C}l\u{2060}l", "ki\u{AD}ll", "\u{202E}kill\u{202C}",
                "k\u{2066}il\u{2069}l", "k\u{FEFF}ill", "k\u{E0069}ill", "k\u{FE0F}ill", "k\u{3164}ill",
                "\u{200B}k\u{200B} \u{200B}i l l",
                // Other forms of the same letters.
                "ｋｉｌｌ", "ＫＩＬＬ", "𝐤𝐢𝐥𝐥", "𝓴𝓲𝓵𝓵", "𝕂𝕀𝕃𝕃", "𝚔𝚒𝚕𝚕", "ⓚⓘⓛⓛ", "ᵏⁱˡˡ", "ᴋɪʟʟ", "🄺🄸🄻🄻", "🅚🅘🅛🅛",
                "🅺🅸🅻🅻", "🇰🇮🇱🇱",
                // Accents.
                "kíll", "k\u{ef}ll", "ķıłł", "k\u{336}i\u{336}l\u{336}l\u{336}", "k̷̢̛i̴̧͝l̶̨̎l̵̰̈",
                // Stretched, numbered.
                "kiiiill", "kkkkillll", "kill666", "2kill",
            ]),
        ("ass", &["a$$", "@ss", "@$$", "a55", "4ss", "4$$", "a$s!", "a§§", "a.s.s"]),
        ("nazi", &["n4zi", "na2i", "N@zi", "NAZI"]),
        ("bomb", &["b0mb", "8omb", "bom6", "b*mb", "b\u{f6}mb"]),
        ("shit", &["$hit", "sh!t", "shi+", "sh!+", "5h1t", "ѕһіt"]),
        // Long enough for l and i to be one letter.
        ("hitler", &["hltler", "hitIer", "hit1er", "h1t1er", "H!TLER"]),
        ("heil", &["heil", "hei1", "he1l", "HEIL", "heIl"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn look_alikes_from_cyrillic_and_greek_are_seen_through_in_whole_and_in_mixed_words() {
    found(&[
        // Whole words in Cyrillic, capital and small; then Greek; then mixed.
        ("kohetaxp", &["КОНЕТАХР", "конетахр"]),
        ("tits", &["ТІТЅ", "тітѕ", "tіts", "τιtѕ"]),
        ("porno", &["роrnо", "РОRNО", "ρorno", "ροrnο", "pоrnо"]),
        ("rape", &["rаре", "гаре", "Rαpε", "яape", "яаре"]),
        ("nazi", &["ΝΑΖΙ", "nαzι", "Nаzі", "иаzi"]),
        ("vagina", &["νagina", "νаgίnα"]),
        ("fuck", &["fυck", "fuсk", "fμck", "fцск"]),
        ("hitler", &["НІТLЕR", "ΗΙΤLER", "Hіtlеr", "hιτler"]),
        ("penis", &["реnіѕ", "peηis", "pεnis"]),
        ("bomb", &["ВОМВ", "вомв", "ΒΟΜΒ", "βomb", "bσmb"]),
        // Armenian, Cherokee, Latin letters beyond the alphabet.
        ("nun", &["ոսո"]),
        ("war", &["ᎳᎪᎡ", "wɑr"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn terms_may_be_written_in_any_alphabet() {
    found(&[
        ("убить", &[
                "убить", "УБИТЬ", "у б и т ь", "уби\u{200B}ть", "у.б.и.т.ь", "убИть", "yбить", "убить!",
            ]),
        ("ёлка", &["елка", "ЁЛКА", "е\u{308}лка"]),
        ("ναζί", &["ΝΑΖΙ", "ναζι", "ναζί", "ΝΑΖΊ", "Ναζί"]),
        ("θάνατος", &["ΘΑΝΑΤΟΣ", "θανατοσ", "Θάνατος"]),
        ("סקס", &["סקס", "סֶקס"]),
        ("سكس", &["سكس", "سَكس"]),
        ("हत्या", &["हत्या"]),
        ("살인", &["살인", "살\u{200B}인"]),
        // Without spaces between words, a term is found anywhere.
        ("杀人", &["杀人", "他要杀人吗", "杀 人", "杀。人"]),
        ("ころす", &["ころすぞ", "かれをころす"]),
        ("ฆ่า", &["เขาจะฆ่าคน"]),
    ]);
    innocent(&[
        ("убить", &["убиться", "забить", "у бить я"]),
        ("ναζί", &["ναζιστής"]),
        ("हत", &["हत्या"]),
        ("人杀", &["杀人"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn umlauts_are_letters_of_their_own_but_hide_nothing() {
    found(&[
        ("töten", &[
                "töten", "toeten", "TÖTEN", "TOETEN", "to\u{308}ten", "to\u{200B}\u{308}ten",
                "t\u{22B}ten", "tӧten", "t ö t e n", "t0eten", "t-ö-ten", "𝐭𝐨̈𝐭𝐞𝐧",
            ]),
        ("toeten", &["töten", "TÖTEN", "toeten"]),
        ("bombe", &["bombe", "bömbe", "BÖMBE", "bo\u{308}mbe", "bo\u{308}\u{336}mbe"]),
        ("über", &["über", "ueber", "ÜBER"]),
        ("Ärsche", &["ärsche", "aersche", "ÄRSCHE"]),
        ("scheiße", &["scheiße", "scheisse", "SCHEISSE", "SCHEIẞE", "schei$$e", "sch3iße"]),
        ("scheisse", &["scheiße", "SCHEIẞE"]),
        ("fellatiö", &["fellatioe"]),
        ("æsel", &["æsel", "aesel", "ÆSEL"]),
    ]);
    innocent(&[
        ("töten", &["Toten", "toten", "die Totenmaske", "tötend", "getöten"]),
        ("schön", &["schon"]),
        ("schwül", &["schwul"]),
        ("scheiße", &["scheibe", "scheie"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn emoji_are_words_of_their_own() {
    found(&[
        ("🔫", &["🔫", "x🔫y", "🔥🔫🔥", "🔫🔫🔫"]),
        ("🖕", &["🖕", "🖕🏽", "🖕\u{FE0F}"]),
        ("🖕🏽", &["🖕", "🖕🏿"]),
        ("❤️", &["❤", "❤️"]),
        ("❤", &["❤️"]),
        ("🍆🍑", &["🍆🍑", "🍆 🍑", "🍆, 🍑"]),
        ("🇩🇪", &["🇩🇪"]),
        ("kill 🔫", &["kill 🔫", "kill🔫", "KILL... 🔫"]),
        ("👨‍👩‍👧", &["👨‍👩‍👧", "👨👩👧"]),
    ]);
    innocent(&[
        ("🔫", &["🔥", "gun", "🖕"]),
        ("🍆🍑", &["🍑🍆", "🍆 and 🍑", "🍆"]),
        ("🇩🇪", &["de", "d e"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn terms_of_several_words_are_found_whatever_stands_between_them() {
    found(&[
        ("kill all", &[
                "kill all", "Kill  ALL", "kill, all", "kill-all", "kill\nall", "k1ll 4ll",
                "k i l l  a l l", "kill 🔥 all",
            ]),
        ("  sieg   heil ", &["sieg heil", "SIEG HEIL!", "s1eg hei1", "Sieg-Heil"]),
        ("Sieg-Heil", &["sieg heil", "siegheil", "Sieg-Heil"]),
        ("ass-hole", &["asshole", "ass hole", "a$$hole"]),
        ("don't", &["don't", "dont", "DON’T"]),
    ]);
    innocent(&[
        ("the rapist", &["therapist", "the therapist", "the_grapist"]),
        ("kill all", &["kill", "all kill", "skill all", "kill alles", "kill them all"]),
        ("sieg heil", &["sieg", "ein Sieg heilt"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn innocent_words_that_contain_or_resemble_a_term_pass() {
    innocent(&[
        ("rape", &["Grapefruit", "drapes", "Trapez", "raped", "grape", "rap e-piano", "rap, everybody"]),
        ("cunt", &["Scunthorpe"]),
        ("sex", &["Essex", "Sussex", "Middlesex", "sextant", "unisex", "E.ssex"]),
        ("the", &["therapist"]),
        ("hörig", &["Staatsangehörige", "zugehörig", "Hörige"]),
        ("anal", &["analysis", "Kanal", "banal", "canal", "analog"]),
        ("dick", &["Dickens", "click", "Dickicht", "dlick"]),
        ("bum", &["burn", "album", "Bumerang"]),
        ("ass", &["class", "assess", "Wasser", "as", "as s", "bass", "glass", "a.s"]),
        ("tit", &["title", "Titanic", "717", "Boeing 717", "competition"]),
        ("tot", &["Totem", "707", "Boeing 707"]),
        ("penis", &["pen is mightier", "pen, is", "Penistone"]),
        ("hell", &["hello", "he'll come", "he’ll", "shell", "Heil", "Seashells", "hel"]),
        ("heil", &["hell und freundlich", "HELL", "Hei! Wie schön", "hei", "Heiligabend"]),
        ("ill", &["1,000 lil"]),
        ("kill", &["skill", "kilt", "Kiel", "k", "killer", "ki", "ill", "k i l", "k1"]),
        ("clit", &["a scene (lit by candles)", "clitic"]),
        ("fart", &["*art*", "**art** deco"]),
        ("SS", &["5s", "iPhone 5s", "am 5.5. um acht", "Pass", "$5", "s", "ess"]),
        ("boobs", &["80085", "B00B"]),
        ("sos", &["505", "5 0 5", "am 5.0.5"]),
        ("18", &["2018", "180", "1 800"]),
        ("88", &["1988", "8"]),
        ("nude", &["Nudeln", "denude"]),
        ("gin", &["Ingwer", "imagine"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn numbers_are_terms_too() {
    found(&[
        ("88", &["88", "nr. 88", "8-8"]),
        ("1488", &["1488", "14-88"]),
        ("18+", &["18", "18+"]),
    ]);
}

#[test]
#[rustfmt::skip] // a table
fn a_term_written_in_disguise_is_the_word_it_means_and_no_part_of_it() {
    found(&[
        ("a$$", &["a$$", "ass"]),
        ("k1ll", &["kill", "k1ll"]),
        ("f*ck", &["f*ck", "fuck"]),
        ("kill!", &["kill"]),
    ]);
    innocent(&[("a$$", &["a photo", "a"]), ("f*ck", &["f", "ck", "flack"])]);
}

#[test]
fn an_empty_term_blocks_nothing() {
    for term in [
        "", " ", "\t\n", "...", "!!!", "-", "*", "***", "$$$", "\u{200B}", "\u{FE0F}", "\u{308}", "«»", "¿?",
        "。",
    ] {
        for text in [
            "",
            "a photo of us",
            "!!!",
            "...",
            "$$$ 100",
            "*",
            "f*ck it",
            "\u{308}a\u{308}",
            "-- - --",
            "。",
        ] {
            assert!(!blocks(term, text), "`{term}` in `{text}`");
        }
    }
    assert!(!contains_any(["kill"], &[]));
}

#[test]
fn both_lists_of_terms_apply_to_both_prompts() {
    let request = |prompt: &str, negative: &str| EditRequest {
        style_key: None,
        prompt: Some(prompt.to_owned()),
        negative_prompt: Some(negative.to_owned()),
    };
    let settings = Settings {
        blocked_terms: vec!["kill".to_owned()].into(),
        ..Settings::default()
    };
    let policy = EventPolicy {
        blocked_terms: vec!["the ex".to_owned()].into(),
        ..EventPolicy::default()
    };
    for (request, blocked) in [
        (request("snow", "rain"), false),
        (request("kill", "rain"), true),
        (request("snow", "kill"), true),
        (request("the ex", ""), true),
        (request("", "the ex"), true),
        // What stands in two fields is not one text.
        (request("the", "ex"), false),
        (EditRequest::default(), false),
    ] {
        assert_eq!(is_blocked(&request, &settings, &policy), blocked, "{request:?}");
    }
}

#[test]
fn a_text_made_to_slow_the_search_does_not() {
    // Every way to read it is followed side by side; one by one they would take for ever.
    for text in ["$§", "s ", "*s", "ö", "s", "!s", "."] {
        assert!(!blocks("ssssssssssssssssss x", &text.repeat(1_000)));
    }
}
