//! What goes to a provider and what comes back.

use std::fmt;

use bytes::Bytes;
use data_encoding::BASE64_MIME_PERMISSIVE;
use domain::{EditId, FailureCode, MicroUsd, TaskId};
use thiserror::Error;
use url::Url;

use crate::error::{ProviderError, not_sent};
use crate::fake::restyle::Restyle;
use crate::model::PromptLimits;

/// The longest address of an output that is kept with the edit.
const LONGEST_URL: usize = 2_000;

/// What precedes the picture in a data URI.
const DATA_URI: (&str, &str) = ("data:", ";base64,");

/// The guest's photo as a provider gets it: a JPEG, upright, without EXIF, at most 2048 px on its long side.
#[derive(Clone, PartialEq, Eq)]
pub struct SourcePhoto {
    /// The whole file.
    pub jpeg: Bytes,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl fmt::Debug for SourcePhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SourcePhoto({}x{}, {} bytes)",
            self.width,
            self.height,
            self.jpeg.len()
        )
    }
}

/// One attempt of one edit, as a provider needs it.
#[derive(Clone)]
pub struct EditJob<'a> {
    pub edit_id: EditId,
    /// The number of the attempt: 1, 2, …
    pub attempt: u32,
    /// The attempt's name at the provider, stored before the call.
    pub task_id: TaskId,
    /// The model's AIR id (`google:4@1`), or `fake:…`.
    pub model: &'a str,
    pub prompt: &'a str,
    /// Not sent to models that take none.
    pub negative_prompt: Option<&'a str>,
    /// The photo to edit.
    pub photo: &'a SourcePhoto,
    /// The style's estimate, which the fake charges.
    pub estimated_cost: MicroUsd,
    /// The provider calls this URL when it has finished; `None`: we only poll.
    pub webhook: Option<&'a Url>,
}

impl<'a> EditJob<'a> {
    /// The negative prompt for a model that takes one; `None` where there is none, or too little of it to say anything.
    ///
    /// # Errors
    /// It is longer than any model takes, and nothing is sent.
    pub(crate) fn negative_prompt_to_send(&self) -> Result<Option<&'a str>, ProviderError> {
        let PromptLimits { min, max } = PromptLimits::COMMON;
        let prompt = self
            .negative_prompt
            .filter(|prompt| prompt.trim().chars().take(min).count() == min);
        match prompt {
            Some(prompt) if !PromptLimits::COMMON.allow(prompt) => {
                let message = format!("a negative prompt has at most {max} characters");
                Err(not_sent("promptLength", &message))
            }
            prompt => Ok(prompt),
        }
    }

    /// The error, with its message withheld if that repeats a prompt of the job.
    pub(crate) fn without_prompts(&self, error: ProviderError) -> ProviderError {
        error
            .without_words_of(self.prompt)
            .without_words_of(self.negative_prompt.unwrap_or_default())
    }
}

impl fmt::Debug for EditJob<'_> {
    /// Without the prompts, which may name guests, and without the webhook, which has a token in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EditJob")
            .field("edit_id", &self.edit_id)
            .field("attempt", &self.attempt)
            .field("task_id", &self.task_id)
            .field("model", &self.model)
            .field("photo", &self.photo)
            .finish_non_exhaustive()
    }
}

/// An attempt at a provider, as a question needs it: all of it comes from the stored edit.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    pub edit_id: EditId,
    /// The number of the attempt: 1, 2, …
    pub attempt: u32,
    /// The attempt's name at the provider.
    pub task_id: TaskId,
    /// The model's AIR id, or `fake:…`.
    pub model: &'a str,
    /// The submitted prompt: the fake paints by it.
    pub prompt: &'a str,
    /// What [`Submitted::Accepted`] returned; `None` also after an unknown outcome.
    pub handle: Option<&'a str>,
    /// Polls of this attempt before this one: 0 for the first.
    pub polls: u32,
    /// The style's estimate, which the fake charges.
    pub estimated_cost: MicroUsd,
}

impl fmt::Debug for Task<'_> {
    /// Without the prompt: it may name guests.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("edit_id", &self.edit_id)
            .field("attempt", &self.attempt)
            .field("task_id", &self.task_id)
            .field("model", &self.model)
            .field("polls", &self.polls)
            .finish_non_exhaustive()
    }
}

/// A provider has taken an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// It works on it, as far as the answer tells: ask again with [`Task::handle`] set to this.
    Accepted {
        /// The provider's name for the task, at most 1,024 characters: worth remembering, because what was acknowledged by
        /// name is there, whatever the provider says later. `None` where the answer names no task.
        handle: Option<String>,
    },
    /// It is done already.
    Finished(Output),
}

/// The progress of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Not finished.
    Pending,
    /// The provider does not know the task. Never proof that it did not accept it: Runware answers the same for a
    /// task accepted a moment ago and for one it has cleared away.
    Absent,
    /// The provider cannot be asked: it gives every task a name of its own, and that of this one never reached us.
    Unnamed,
    /// Finished with a picture.
    Done(Output),
    /// Finished without one: a verdict on the job. (A failed *poll* is an `Err` instead.)
    Failed(ProviderError),
}

/// The result of a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// The provider has taken note: a task that has not begun will not, and is not charged.
    Requested,
    /// It goes on: it has begun, has ended, is not known, or the provider cancels nothing.
    No,
}

/// A finished attempt, with a usable picture or without one: what it cost is to be booked either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub image: OutputImage,
    /// What the provider says it cost; `None` = it did not say, see [`Output::charge`]. A zero is believed only from the
    /// fake, which takes money for good pictures alone, and where there is no picture: beside a picture a real provider's
    /// zero is read as `None`.
    pub cost: Option<MicroUsd>,
    /// The seed the provider used; may exceed 2^53.
    pub seed: Option<u64>,
    /// The provider's moderation flagged the picture: treat as moderated, do not deliver.
    pub flagged: bool,
}

impl Output {
    /// What a provider's result says: the first of these pictures that can be used, and its price.
    pub(crate) fn of(
        images: impl IntoIterator<Item = OutputImage>,
        cost: Option<MicroUsd>,
        seed: Option<u64>,
        flagged: bool,
    ) -> Self {
        let mut unusable = Unusable::Missing;
        let mut usable = None;
        for image in images {
            match image {
                OutputImage::Unusable(why) => unusable = why,
                image => {
                    usable = Some(image);
                    break;
                }
            }
        }
        Self {
            cost: cost.filter(|cost| usable.is_none() || *cost != MicroUsd::ZERO),
            image: usable.unwrap_or(OutputImage::Unusable(unusable)),
            seed,
            flagged,
        }
    }

    /// Whether there is a picture, or was one that the provider's moderation withheld.
    pub const fn is_made(&self) -> bool {
        self.flagged || !matches!(self.image, OutputImage::Unusable(_))
    }

    /// What is to be booked for it, whether or not it can be delivered: the provider made it. Where it did not say what
    /// that costs, the list price.
    pub fn charge(&self, list_price: MicroUsd) -> MicroUsd {
        self.cost.unwrap_or(list_price)
    }
}

/// The picture of an output.
#[derive(Clone, PartialEq, Eq)]
pub enum OutputImage {
    /// To be fetched with [`crate::Downloader`], which alone decides whether the host is acceptable.
    Url(Url),
    /// The file itself, from inside the answer.
    Inline(Bytes),
    /// To be made here from the prepared photo: the fake's picture.
    Restyled(Restyle),
    /// The provider has finished, and there is nothing to be had.
    Unusable(Unusable),
}

/// Why a finished attempt has no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unusable {
    #[error("the provider finished without a picture")]
    Missing,
    #[error("the picture's address is not one that can be fetched")]
    Address,
    #[error("the picture inside the answer cannot be read")]
    Encoding,
}

impl Unusable {
    /// The failure code of an edit that ends with this.
    pub const fn failure_code(self) -> FailureCode {
        match self {
            Self::Missing | Self::Address => FailureCode::OutputUnavailable,
            Self::Encoding => FailureCode::OutputInvalid,
        }
    }
}

impl OutputImage {
    /// The picture at this address, or inside it. Whether the address may be fetched is for the downloader to say.
    pub(crate) fn at(address: &str) -> Self {
        let (scheme, mark) = DATA_URI;
        if address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        {
            return match address.split_once(mark) {
                Some((_, text)) => Self::encoded(text),
                None => Self::Unusable(Unusable::Encoding),
            };
        }
        let url = Url::parse(address)
            .ok()
            .filter(|url| address.len() <= LONGEST_URL && matches!(url.scheme(), "https" | "http"));
        url.map_or(Self::Unusable(Unusable::Address), Self::Url)
    }

    /// The picture in this base64, which may be broken into lines.
    pub(crate) fn encoded(text: &str) -> Self {
        match BASE64_MIME_PERMISSIVE.decode(text.trim().as_bytes()) {
            Ok(picture) if !picture.is_empty() => Self::Inline(Bytes::from(picture)),
            _ => Self::Unusable(Unusable::Encoding),
        }
    }
}

impl fmt::Debug for OutputImage {
    /// Without the picture, and without its address: who knows it can see the picture.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("Url"),
            Self::Inline(picture) => write!(f, "Inline({} bytes)", picture.len()),
            Self::Restyled(restyle) => write!(f, "{restyle:?}"),
            Self::Unusable(why) => write!(f, "{why:?}"),
        }
    }
}

/// The job that the tests of all providers send.
#[cfg(test)]
pub(crate) mod samples {
    use uuid::Uuid;

    use super::*;

    pub(crate) fn photo(width: u32, height: u32) -> SourcePhoto {
        SourcePhoto {
            jpeg: Bytes::from_static(b"\xff\xd8jpeg"),
            width,
            height,
        }
    }

    pub(crate) fn job<'a>(model: &'a str, prompt: &'a str, photo: &'a SourcePhoto) -> EditJob<'a> {
        EditJob {
            edit_id: EditId::from_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            attempt: 1,
            task_id: TaskId::from(Uuid::from_u128(0x3f2b8a1e_5c4d_4e6f_8a9b_0c1d2e3f4a5b)),
            model,
            prompt,
            negative_prompt: Some("blurry"),
            photo,
            estimated_cost: MicroUsd::ZERO,
            webhook: None,
        }
    }
}
