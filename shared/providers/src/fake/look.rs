//! The looks of the fake's pictures, and how a style's prompt asks for one.

/// Ways of painting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Light washes on grained paper, white at the borders.
    Watercolour,
    /// Few tones, strong colours, ink lines, dots in the shadows.
    Comic,
    /// One dark tint, hard contrast, film grain.
    Noir,
    /// Thick warm paint with light on its ridges.
    Oil,
}

/// Words in a prompt that ask for a look, in English and German.
const WORDS: [(Look, &[&str]); 4] = [
    (Look::Watercolour, &["watercolo", "aquarell", "pastel", "gouache"]),
    (Look::Comic, &["comic", "cartoon", "anime", "manga", "toon"]),
    (
        Look::Noir,
        &[
            "noir",
            "black and white",
            "schwarzwei",
            "sketch",
            "pencil",
            "charcoal",
            "ink draw",
        ],
    ),
    (
        Look::Oil,
        &[
            "oil paint",
            "ölgemälde",
            "impression",
            "renaissance",
            "baroque",
            "van gogh",
            "vintage",
        ],
    ),
];

impl Look {
    /// The look that a prompt names.
    pub(super) fn named(prompt: &str) -> Option<Self> {
        let prompt = prompt.to_lowercase();
        let is_named = |(_, words): &&(Self, &[&str])| words.iter().any(|word| prompt.contains(word));
        WORDS.iter().find(is_named).map(|(look, _)| *look)
    }

    /// The look for a prompt that names none: the same for the same number.
    pub(super) fn any(number: u64) -> Self {
        let index = usize::try_from(number % WORDS.len() as u64).unwrap_or(0);
        WORDS[index].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_that_names_a_look_gets_it_in_either_language() {
        for prompt in ["Als AQUARELL, bitte", "a loose watercolour"] {
            assert_eq!(Look::named(prompt), Some(Look::Watercolour), "{prompt}");
        }
        assert_eq!(Look::named("as a pirate"), None);
    }
}
