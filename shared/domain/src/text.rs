//! Characters that a reader does not see and that act all the same: they turn the text around them, hide words in it, or
//! control a terminal. No text for people and no prompt holds one.

/// Whether a character is hidden: a control character that is no line break or tab, one that embeds, overrides or isolates
/// a direction, a tag or annotation mark, or no character at all. The joiners of emoji and of Persian words are not, nor
/// are the marks of a direction, which Hebrew and Arabic texts need and which turn nothing but themselves.
fn is_hidden(shown: char) -> bool {
    let no_character = u32::from(shown) & 0xFFFE == 0xFFFE;
    (shown.is_control() && !matches!(shown, '\n' | '\r' | '\t'))
        || no_character
        || matches!(
            shown,
            '\u{202A}'..='\u{202E}'
                | '\u{2066}'..='\u{2069}'
                | '\u{206A}'..='\u{206F}'
                | '\u{FDD0}'..='\u{FDEF}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// The text without hidden characters.
pub fn cleaned(text: &str) -> String {
    text.chars().filter(|shown| !is_hidden(*shown)).collect()
}

/// Why a text of any number of lines cannot be taken; `None` where it can.
pub fn flaw_of_text(text: &str) -> Option<String> {
    flaw(text, is_hidden)
}

/// Why a text of one line, such as a name, cannot be taken; `None` where it can.
pub fn flaw_of_line(text: &str) -> Option<String> {
    let ends_line = |shown: char| shown.is_control() || matches!(shown, '\u{2028}' | '\u{2029}');
    flaw(text, |shown| is_hidden(shown) || ends_line(shown))
}

fn flaw(text: &str, is_wrong: impl Fn(char) -> bool) -> Option<String> {
    let wrong = text.chars().find(|shown| is_wrong(*shown))?;
    Some(format!(
        "must not hold the invisible character U+{:04X}",
        u32::from(wrong)
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_controls_or_turns_a_text_is_hidden_and_what_writes_it_is_not() {
        for hidden in [
            "\0",
            "\u{7}",
            "\u{1B}[31m",
            "\u{202E}",
            "\u{2067}",
            "\u{E0041}",
            "\u{FEFF}",
            "\u{85}",
        ] {
            assert!(flaw_of_text(hidden).is_some(), "{hidden:?}");
            assert!(flaw_of_line(hidden).is_some(), "{hidden:?}");
        }
        for shown in [
            "Müller & Söhne",
            "👩‍👩‍👧",
            "می‌خواهم",
            "שלום\u{200F}!",
            "e\u{301}",
            "a\u{A0}b",
        ] {
            assert_eq!(flaw_of_line(shown), None, "{shown:?}");
            assert_eq!(cleaned(shown), shown);
        }
        assert_eq!(flaw_of_text("one\r\n\ttwo"), None);
        for lines in ["one\r\ntwo", "one\u{2028}two", "a\tb"] {
            assert!(flaw_of_line(lines).is_some(), "{lines:?}");
        }
        let said = flaw_of_line("a\u{202E}b");
        assert_eq!(
            said.as_deref(),
            Some("must not hold the invisible character U+202E")
        );
    }

    /// Texts with hidden characters in every second place or so; `any::<String>()` has no control character.
    fn any_text() -> impl Strategy<Value = String> {
        let hidden = prop::sample::select(vec![
            '\0',
            '\u{1B}',
            '\u{202E}',
            '\u{2066}',
            '\u{E0041}',
            '\u{FEFF}',
        ]);
        let shown = prop_oneof![any::<char>(), prop::sample::select(vec!['a', '\n', '\u{200D}'])];
        prop::collection::vec(prop_oneof![hidden, shown], 0..24).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn a_cleaned_text_has_no_flaw_and_stays_as_it_is(text in any_text()) {
            let clean = cleaned(&text);
            prop_assert_eq!(flaw_of_text(&clean), None);
            prop_assert_eq!(cleaned(&clean), clean.clone());
            prop_assert_eq!(clean == text, flaw_of_text(&text).is_none());
        }
    }
}
