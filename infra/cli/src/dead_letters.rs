//! The dead-letter queues: what their messages are about, and the way back. Moved by receiving and sending, because a
//! whole-queue move of SQS takes its own time, cannot leave single messages out, and is not known to every emulator.

use cloud::EditKey;
use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use clap::ValueEnum;
use domain::message::{PollMessage, SubmitMessage};
use jiff::Timestamp;
use serde::Serialize;

use crate::target::Target;

/// What SQS hands out or takes at once.
const BATCH: i32 = 10;
/// How long a message that is looked at stays out of sight: until it is given back, or this program has died.
const HIDDEN_SECONDS: i32 = 60;

/// A queue's dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeadLetters {
    /// Edits for a provider
    Submit,
    /// The same, of the standby queue
    Standby,
    /// Questions after attempts
    Poll,
}

impl DeadLetters {
    pub(crate) const ALL: [Self; 3] = [Self::Submit, Self::Standby, Self::Poll];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Standby => "standby",
            Self::Poll => "poll",
        }
    }

    /// The queue they came from.
    fn source(self, target: &Target) -> String {
        match self {
            Self::Submit => target.submit_queue_url.clone(),
            Self::Standby => format!("{}-standby", target.submit_queue_url),
            Self::Poll => target.poll_queue_url.clone(),
        }
    }

    /// Where they are. Queues of one account and region differ only in the end of their URL (template.yaml).
    pub(crate) fn url(self, target: &Target) -> String {
        format!("{}-dead", self.source(target))
    }
}

/// What an SQS call that failed says.
#[derive(Debug, thiserror::Error)]
#[error("the {0} queue's dead letters cannot be reached: {1}")]
pub(crate) struct DeadLetterError(&'static str, String);

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) edit: EditKey,
    pub(crate) tenant: String,
    /// Of a poll message.
    pub(crate) attempt: Option<u32>,
}

/// A dead letter.
pub(crate) struct Letter {
    message: Message,
    /// `None` where this version cannot read it.
    pub(crate) about: Option<About>,
}

impl Letter {
    fn new(queue: DeadLetters, message: Message) -> Self {
        Self {
            about: about(queue, message.body().unwrap_or_default()),
            message,
        }
    }

    /// When it was sent.
    pub(crate) fn sent_at(&self) -> Option<Timestamp> {
        let text = self.attribute(&MessageSystemAttributeName::SentTimestamp)?;
        Timestamp::from_millisecond(text.parse().ok()?).ok()
    }

    /// Its id in SQS.
    pub(crate) fn id(&self) -> &str {
        self.message.message_id().unwrap_or_default()
    }

    fn attribute(&self, name: &MessageSystemAttributeName) -> Option<&String> {
        self.message.attributes()?.get(name)
    }

    /// Keeps a tenant's messages together on the way back too.
    fn group(&self) -> Option<&str> {
        let sent = self.attribute(&MessageSystemAttributeName::MessageGroupId);
        let known = self.about.as_ref().map(|about| about.tenant.as_str());
        sent.map(String::as_str).or(known)
    }
}

fn about(queue: DeadLetters, body: &str) -> Option<About> {
    match queue {
        DeadLetters::Submit | DeadLetters::Standby => {
            let SubmitMessage::V1 {
                tenant_id,
                event_id,
                edit_id,
                ..
            } = serde_json::from_str(body).ok()?;
            Some(About {
                edit: EditKey { event_id, edit_id },
                tenant: tenant_id.to_string(),
                attempt: None,
            })
        }
        DeadLetters::Poll => {
            let PollMessage::V1 {
                tenant_id,
                event_id,
                edit_id,
                attempt,
                ..
            } = serde_json::from_str(body).ok()?;
            Some(About {
                edit: EditKey { event_id, edit_id },
                tenant: tenant_id.to_string(),
                attempt: Some(attempt),
            })
        }
    }
}

/// How many dead letters there are, and how many of them somebody is looking at.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Count {
    pub(crate) waiting: u64,
    pub(crate) looked_at: u64,
}

/// One queue's dead letters, reached.
pub(crate) struct Office {
    sqs: Client,
    queue: DeadLetters,
    url: String,
    source: String,
}

impl Office {
    pub(crate) fn new(target: &Target, queue: DeadLetters) -> Self {
        Self {
            sqs: Client::new(&target.sdk),
            queue,
            url: queue.url(target),
            source: queue.source(target),
        }
    }

    fn failed<E: std::error::Error + ProvideErrorMetadata>(&self) -> impl FnOnce(E) -> DeadLetterError {
        let name = self.queue.name();
        move |error| {
            DeadLetterError(
                name,
                error.message().map_or_else(|| error.to_string(), str::to_owned),
            )
        }
    }

    fn unbuilt(&self, error: &aws_sdk_sqs::error::BuildError) -> DeadLetterError {
        DeadLetterError(self.queue.name(), error.to_string())
    }

    pub(crate) async fn count(&self) -> Result<Count, DeadLetterError> {
        let asked = self.sqs.get_queue_attributes().queue_url(&self.url);
        let found = asked
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            .send()
            .await
            .map_err(self.failed())?;
        let count = |name| {
            let text = found.attributes().and_then(|attributes| attributes.get(&name));
            text.and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        Ok(Count {
            waiting: count(QueueAttributeName::ApproximateNumberOfMessages),
            looked_at: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
        })
    }

    /// Takes up to ten letters out of sight; none where there are no more.
    async fn take(&self, most: usize) -> Result<Vec<Letter>, DeadLetterError> {
        let most = i32::try_from(most).unwrap_or(BATCH).clamp(1, BATCH);
        let taken = self
            .sqs
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(most)
            .visibility_timeout(HIDDEN_SECONDS)
            // Asks every server of the queue, and not only some.
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .send()
            .await
            .map_err(self.failed())?;
        let letters = taken.messages.into_iter().flatten();
        Ok(letters.map(|message| Letter::new(self.queue, message)).collect())
    }

    async fn give_back(&self, letters: &[Letter]) -> Result<(), DeadLetterError> {
        for letter in letters {
            self.sqs
                .change_message_visibility()
                .queue_url(&self.url)
                .receipt_handle(letter.message.receipt_handle().unwrap_or_default())
                .visibility_timeout(0)
                .send()
                .await
                .map_err(self.failed())?;
        }
        Ok(())
    }

    /// Looks at letters without taking them away: while they are looked at nobody else sees them.
    pub(crate) async fn look(&self, most: usize) -> Result<Vec<Letter>, DeadLetterError> {
        let mut letters = Vec::new();
        let looked = async {
            while letters.len() < most {
                let taken = self.take(most - letters.len()).await?;
                if taken.is_empty() {
                    break;
                }
                letters.extend(taken);
            }
            Ok(())
        }
        .await;
        self.give_back(&letters).await?;
        looked.map(|()| letters)
    }

    /// Sends letters back to where they came from; one that cannot be read stays. Returns how many went, and how many
    /// stayed.
    pub(crate) async fn redrive(&self, most: usize) -> Result<(usize, usize), DeadLetterError> {
        let (mut sent, mut unread) = (0, Vec::new());
        let result = async {
            while sent < most {
                let taken = self.take(most - sent).await?;
                if taken.is_empty() {
                    break;
                }
                let (readable, others): (Vec<_>, Vec<_>) =
                    taken.into_iter().partition(|letter| letter.about.is_some());
                unread.extend(others);
                sent += self.send_back(&readable).await?;
            }
            Ok(())
        }
        .await;
        self.give_back(&unread).await?;
        result.map(|()| (sent, unread.len()))
    }

    /// Sends first and deletes afterwards: what dies in between is there twice, which harms nobody.
    async fn send_back(&self, letters: &[Letter]) -> Result<usize, DeadLetterError> {
        if letters.is_empty() {
            return Ok(0);
        }
        let mut entries = Vec::new();
        for (index, letter) in letters.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(letter.message.body().unwrap_or_default())
                .set_message_group_id(letter.group().map(str::to_owned))
                .build()
                .map_err(|error| self.unbuilt(&error))?;
            entries.push(entry);
        }
        let answer = self
            .sqs
            .send_message_batch()
            .queue_url(&self.source)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(self.failed())?;
        let by_id: HashMap<String, &Letter> = letters
            .iter()
            .enumerate()
            .map(|(index, letter)| (index.to_string(), letter))
            .collect();
        let mut deletions = Vec::new();
        for sent in answer.successful() {
            let Some(letter) = by_id.get(sent.id()) else {
                continue;
            };
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(sent.id())
                .receipt_handle(letter.message.receipt_handle().unwrap_or_default())
                .build()
                .map_err(|error| self.unbuilt(&error))?;
            deletions.push(entry);
        }
        let sent = deletions.len();
        if sent < letters.len() {
            let why = format!("only {sent} of {} messages were taken back", letters.len());
            return Err(DeadLetterError(self.queue.name(), why));
        }
        self.sqs
            .delete_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(deletions))
            .send()
            .await
            .map_err(self.failed())?;
        Ok(sent)
    }
}
