//! How a provider fails, as policy.

use std::time::Duration;

use domain::{FailureCode, MicroUsd};
use strum::{Display, IntoStaticStr, VariantArray};
use thiserror::Error;

/// The longest raw code that is kept, in characters.
pub const MAX_CODE: usize = 64;
/// The longest operator's message that is kept, in characters.
pub const MAX_MESSAGE: usize = 300;

/// The kinds of failure of a provider. Each owns its policy. An error is matched against them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum ErrorClass {
    /// The task id is taken: an earlier submit of this attempt arrived. Never leaves a provider's `submit` as an
    /// error, since it means "accepted".
    Conflict,
    /// Our account there has no credit left.
    Quota,
    /// Too much at once.
    RateLimit,
    /// The provider's moderation refused the prompt, the photo or the picture.
    Safety,
    /// Our key or account is refused.
    Auth,
    /// It took too long, there or on the way.
    Timeout,
    /// The task, the model or something the task names does not exist or expired.
    NotFound,
    /// The provider itself is broken, or cannot be reached or understood.
    Server,
    /// The model behind the provider failed.
    Provider,
    /// The request is wrong: a mistake in our configuration, or a photo the model does not take.
    Validation,
}

impl ErrorClass {
    /// Every class, in the order in which an error is matched against them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// A new attempt at the same provider may succeed.
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimit | Self::Timeout | Self::Server | Self::Provider
        )
    }

    /// Another provider may be tried. Never after a refusal on grounds of safety, and not for a request that is
    /// wrong anywhere.
    pub const fn may_fall_back(self) -> bool {
        self.is_transient() || matches!(self, Self::Quota | Self::Auth)
    }

    /// The failure code of an edit that ends with this.
    pub const fn failure_code(self) -> FailureCode {
        match self {
            Self::Timeout => FailureCode::ProviderTimeout,
            Self::Validation => FailureCode::ProviderRejected,
            Self::Auth => FailureCode::ProviderAuth,
            Self::Quota => FailureCode::ProviderQuota,
            Self::Safety => FailureCode::Moderated,
            Self::Conflict | Self::RateLimit | Self::NotFound | Self::Server | Self::Provider => {
                FailureCode::ProviderError
            }
        }
    }

    /// The class's name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// Whether the provider may be working on what failed for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Acceptance {
    /// The provider said no, or the job ended without a picture: a new attempt is safe.
    Refused,
    /// It may have been accepted (timeout, reset after sending, an answer cut short or unreadable): ask for the
    /// task, never send it again.
    Unknown,
    /// Nothing left this machine: a new attempt is safe.
    NotSent,
}

/// A failure of a provider, for the operator. Guests see only the class's failure code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{class}: {code}: {message}")]
pub struct ProviderError {
    /// All decisions depend on the class.
    pub class: ErrorClass,
    /// The provider's own code, or ours (`connectFailed`); letters, digits and `_.:-`, at most [`MAX_CODE`].
    pub code: String,
    /// What the provider says about it; one line, at most [`MAX_MESSAGE`] characters, long tokens and data URIs
    /// cut out.
    pub message: String,
    /// The HTTP status of the answer, if there was one.
    pub http_status: Option<u16>,
    /// The wait that the provider asks for.
    pub retry_after: Option<Duration>,
    /// Whether it may be working on it all the same.
    pub acceptance: Acceptance,
    /// What the attempt costs all the same, where the provider says so.
    pub cost: Option<MicroUsd>,
}

impl ProviderError {
    /// An error with a cleaned code and message.
    pub fn new(class: ErrorClass, code: &str, message: &str, acceptance: Acceptance) -> Self {
        Self {
            class,
            code: clean_code(code),
            message: clean_message(message),
            http_status: None,
            retry_after: None,
            acceptance,
            cost: None,
        }
    }

    /// The same error of an attempt that costs this all the same.
    #[must_use]
    pub fn at_cost(self, cost: Option<MicroUsd>) -> Self {
        Self { cost, ..self }
    }

    /// The same error with its message withheld if that repeats the prompt: three of its words in a row, or all of
    /// them. A submit does this itself; after a poll only the caller knows the prompt.
    #[must_use]
    pub fn without_words_of(mut self, prompt: &str) -> Self {
        const IN_A_ROW: usize = 3;
        let said = words(&self.message);
        let prompt = words(prompt);
        let length = prompt.len().min(IN_A_ROW);
        let repeats = |row: &[String]| said.windows(length).any(|window| window == row);
        if length > 0 && prompt.windows(length).any(repeats) {
            "withheld: it repeats the prompt".clone_into(&mut self.message);
        }
        self
    }

    /// A new attempt at the same provider may succeed, and cannot be paid for twice.
    pub fn may_be_repeated(&self) -> bool {
        let is_free = self.cost.is_none_or(|cost| cost == MicroUsd::ZERO);
        self.class.is_transient() && !matches!(self.acceptance, Acceptance::Unknown) && is_free
    }
}

/// A request that is wrong by what we know, and is not sent.
pub(crate) fn not_sent(code: &str, message: &str) -> ProviderError {
    ProviderError::new(ErrorClass::Validation, code, message, Acceptance::NotSent)
}

/// The text without what stands in quotation marks; an opening mark without a closing one takes the rest along.
/// A plain `'` inside a word (`doesn't`) is none.
pub(crate) fn without_quotations(text: &str) -> String {
    let mut kept = String::new();
    let mut until: Option<char> = None;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match until {
            Some(end) => {
                let inside_word = end == '\'' && letters.peek().is_some_and(|next| next.is_alphanumeric());
                if letter == end && !inside_word {
                    until = None;
                    kept.push('…');
                }
            }
            None => {
                until = match letter {
                    '"' | '`' => Some(letter),
                    '“' | '„' => Some('”'),
                    '‘' => Some('’'),
                    '«' => Some('»'),
                    '\'' if !before.is_alphanumeric() => Some(letter),
                    _ => None,
                };
                if until.is_none() {
                    kept.push(letter);
                }
            }
        }
        before = letter;
    }
    if until.is_some() {
        kept.push('…');
    }
    kept
}

/// The words of a text, without case and punctuation.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// A code that is safe to log.
fn clean_code(code: &str) -> String {
    let clean: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
        .take(MAX_CODE)
        .collect();
    if clean.is_empty() {
        "unknown".to_owned()
    } else {
        clean
    }
}

/// One bounded line. Providers quote the request in their messages: words long enough to be a key, a data URI or a
/// signed URL are cut out, and control characters with them.
fn clean_message(message: &str) -> String {
    const LONGEST_WORD: usize = 40;
    let mut clean = String::new();
    // Bounds the work as well as the result: a message can be as long as an answer.
    for word in message
        .split(|c: char| c.is_whitespace() || c.is_control())
        .take(200)
    {
        if word.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        let hidden =
            word.chars().nth(LONGEST_WORD).is_some() || word.contains("data:") || word.contains("://");
        clean.push_str(if hidden { "[…]" } else { word });
    }
    match clean.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => clean[..end].to_owned(),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_keeps_its_policy() {
        use ErrorClass as C;
        for (class, transient, fall_back, code) in [
            (C::Conflict, false, false, "provider_error"),
            (C::Quota, false, true, "provider_quota"),
            (C::RateLimit, true, true, "provider_error"),
            (C::Safety, false, false, "moderated"),
            (C::Auth, false, true, "provider_auth"),
            (C::Timeout, true, true, "provider_timeout"),
            (C::NotFound, false, false, "provider_error"),
            (C::Server, true, true, "provider_error"),
            (C::Provider, true, true, "provider_error"),
            (C::Validation, false, false, "provider_rejected"),
        ] {
            assert_eq!(
                (class.is_transient(), class.may_fall_back()),
                (transient, fall_back),
                "{class}"
            );
            assert_eq!(class.failure_code().code(), code, "{class}");
        }
    }

    #[test]
    fn a_message_that_repeats_the_prompt_is_withheld() {
        let said = |message| ProviderError::new(ErrorClass::Provider, "x", message, Acceptance::Refused);
        for (message, prompt, withheld) in [
            (
                "cannot paint anna AND Bert, sorry",
                "Anna and Bert as pirates",
                true,
            ),
            ("cannot paint Anna", "Anna", true),
            ("out of memory on and bert", "Anna and Bert as pirates", false),
            ("out of memory", "", false),
            ("", "Anna", false),
        ] {
            let error = said(message).without_words_of(prompt);
            assert_eq!(error.message.starts_with("withheld"), withheld, "{message}");
        }
    }

    #[test]
    fn a_message_loses_its_quotations() {
        for (text, kept) in [
            ("plain", "plain"),
            ("it isn't \"Anna's party\" here", "it isn't … here"),
            (
                "value 'Anna' and `Bert` and “Cleo”, „Dora“ end”.",
                "value … and … and …, ….",
            ),
            ("never closed \"Anna and so on", "never closed …"),
        ] {
            assert_eq!(without_quotations(text), kept);
        }
    }

    #[test]
    fn a_message_is_one_short_line_without_keys_pictures_or_addresses() {
        let message = "key rw0123456789012345678901234567890123456789AB\nat https://im.runware.ai/x?sig=1 with \
                       data:image/jpeg;base64,AA";
        let error = ProviderError::new(ErrorClass::Server, "some code\n!", message, Acceptance::Unknown);
        assert_eq!(error.message, "key […] at […] with […]");
        assert_eq!(error.code, "somecode");
        assert_eq!(error.to_string(), "server: somecode: key […] at […] with […]");
        let long = ProviderError::new(
            ErrorClass::Server,
            "",
            &"word ".repeat(1_000),
            Acceptance::Unknown,
        );
        assert_eq!(
            (long.message.chars().count(), long.code.as_str()),
            (MAX_MESSAGE, "unknown")
        );
    }
}
