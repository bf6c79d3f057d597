//! The dead-letter queues: the edits and photos of their messages, and the way back to the workers. Messages are moved by
//! receiving and sending them, because the redrive task of SQS runs on its own, cannot leave single messages out, and is
//! missing in some emulators.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use clap::ValueEnum;
use cloud::EditKey;
use domain::message::{PollMessage, SubmitMessage};
use domain::operations::PreparePhoto;
use domain::{EventId, PhotoId};
use jiff::Timestamp;
use serde::Serialize;

use crate::target::Target;

/// The most messages in one call of SQS.
const MAX_BATCH: i32 = 10;
/// A received message stays hidden for this long, if this program dies before it releases the message.
const HIDDEN_SECONDS: i32 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeadLetterQueue {
    /// Edits to be sent to a provider
    Submit,
    /// Edits to be sent to a provider, from the standby queue
    Standby,
    /// Polls of running attempts
    Poll,
    /// Uploads of photos, to be prepared
    Photos,
}

impl DeadLetterQueue {
    pub(crate) const ALL: [Self; 4] = [Self::Submit, Self::Standby, Self::Poll, Self::Photos];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Standby => "standby",
            Self::Poll => "poll",
            Self::Photos => "photos",
        }
    }

    /// Where the messages came from.
    fn source(self, target: &Target) -> Source {
        match self {
            Self::Submit => Source::Queue(target.submit_queue_url.clone()),
            Self::Standby => Source::Queue(format!("{}-standby", target.submit_queue_url)),
            Self::Poll => Source::Queue(target.poll_queue_url.clone()),
            Self::Photos => Source::Function(format!("magic-edits-{}-prepare-photo", target.stage)),
        }
    }

    /// The URLs of two queues of one account and region differ only in the queues' names, which template.yaml gives.
    fn url(self, target: &Target) -> String {
        match self.source(target) {
            Source::Queue(url) => format!("{url}-dead"),
            Source::Function(_) => {
                let submit = &target.submit_queue_url;
                let base = submit.strip_suffix("-submit").unwrap_or(submit);
                format!("{base}-{}-dead", self.name())
            }
        }
    }
}

/// What takes a message again.
enum Source {
    /// The queue of this URL.
    Queue(String),
    /// The function of this name, which no queue invokes: Lambda keeps its events itself.
    Function(String),
}

#[derive(Debug, thiserror::Error)]
#[error("the dead-letter queue of {0} cannot be reached: {1}")]
pub(crate) struct DeadLetterError(&'static str, String);

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Edit {
        key: EditKey,
        tenant: String,
        /// Only poll messages have one.
        attempt: Option<u32>,
    },
    Photo {
        event_id: EventId,
        photo_id: PhotoId,
    },
}

impl Subject {
    /// The message group of the fair queues: the tenant. Uploads have none.
    fn group(&self) -> Option<&str> {
        match self {
            Self::Edit { tenant, .. } => Some(tenant),
            Self::Photo { .. } => None,
        }
    }
}

pub(crate) struct DeadLetter {
    message: Message,
    /// `None` if this version cannot read the message.
    pub(crate) subject: Option<Subject>,
}

impl DeadLetter {
    fn new(queue: DeadLetterQueue, message: Message) -> Self {
        Self {
            subject: subject(queue, message.body().unwrap_or_default()),
            message,
        }
    }

    pub(crate) fn sent_at(&self) -> Option<Timestamp> {
        let text = self.attribute(&MessageSystemAttributeName::SentTimestamp)?;
        Timestamp::from_millisecond(text.parse().ok()?).ok()
    }

    pub(crate) fn id(&self) -> &str {
        self.message.message_id().unwrap_or_default()
    }

    fn attribute(&self, name: &MessageSystemAttributeName) -> Option<&String> {
        self.message.attributes()?.get(name)
    }

    /// The message group that SQS schedules fairly: the tenant, on the way back too.
    fn group(&self) -> Option<&str> {
        let sent = self.attribute(&MessageSystemAttributeName::MessageGroupId);
        let own = self.subject.as_ref().and_then(Subject::group);
        sent.map(String::as_str).or(own)
    }
}

fn subject(queue: DeadLetterQueue, body: &str) -> Option<Subject> {
    let (tenant_id, event_id, edit_id, attempt) = match queue {
        DeadLetterQueue::Submit | DeadLetterQueue::Standby => match serde_json::from_str(body).ok()? {
            SubmitMessage::V1 {
                tenant_id,
                event_id,
                edit_id,
                ..
            } => (tenant_id, event_id, edit_id, None),
        },
        DeadLetterQueue::Poll => match serde_json::from_str(body).ok()? {
            PollMessage::V1 {
                tenant_id,
                event_id,
                edit_id,
                attempt,
                ..
            } => (tenant_id, event_id, edit_id, Some(attempt)),
        },
        DeadLetterQueue::Photos => {
            let uploaded: PreparePhoto = serde_json::from_str(body).ok()?;
            let (event_id, photo_id) = uploaded.photo()?;
            return Some(Subject::Photo { event_id, photo_id });
        }
    };
    Some(Subject::Edit {
        key: EditKey { event_id, edit_id },
        tenant: tenant_id.to_string(),
        attempt,
    })
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) waiting: u64,
    /// Received by somebody, and neither released nor deleted yet.
    pub(crate) hidden: u64,
}

/// The messages of one dead-letter queue.
pub(crate) struct DeadLetters {
    sqs: Client,
    lambda: aws_sdk_lambda::Client,
    queue: DeadLetterQueue,
    url: String,
    source: Source,
}

impl DeadLetters {
    pub(crate) fn new(target: &Target, queue: DeadLetterQueue) -> Self {
        Self {
            sqs: Client::new(&target.sdk),
            queue,
            url: queue.url(target),
            lambda: aws_sdk_lambda::Client::new(&target.sdk),
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

    fn error(&self, why: &impl ToString) -> DeadLetterError {
        DeadLetterError(self.queue.name(), why.to_string())
    }

    pub(crate) async fn count(&self) -> Result<Count, DeadLetterError> {
        let found = self
            .sqs
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            .send()
            .await
            .map_err(self.failed())?;
        let count = |name| {
            let text = found.attributes().and_then(|attributes| attributes.get(&name));
            text.and_then(|text| text.parse().ok())
                .ok_or_else(|| self.error(&"SQS did not count its messages"))
        };
        Ok(Count {
            waiting: count(QueueAttributeName::ApproximateNumberOfMessages)?,
            hidden: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)?,
        })
    }

    /// Receives and hides up to ten messages; none if the queue is empty.
    async fn receive(&self, most: usize) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let most = i32::try_from(most).unwrap_or(MAX_BATCH).clamp(1, MAX_BATCH);
        let received = self
            .sqs
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(most)
            .visibility_timeout(HIDDEN_SECONDS)
            // A wait makes SQS ask every server of the queue, and not only some.
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .send()
            .await
            .map_err(self.failed())?;
        let messages = received.messages.into_iter().flatten();
        Ok(messages
            .map(|message| DeadLetter::new(self.queue, message))
            .collect())
    }

    async fn release(&self, letters: &[DeadLetter]) -> Result<(), DeadLetterError> {
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

    /// Reads messages and leaves them in the queue. They are hidden from others meanwhile.
    pub(crate) async fn peek(&self, most: usize) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let mut letters = Vec::new();
        let result = async {
            while letters.len() < most {
                let received = self.receive(most - letters.len()).await?;
                if received.is_empty() {
                    break;
                }
                letters.extend(received);
            }
            Ok(())
        }
        .await;
        self.release(&letters).await?;
        result.map(|()| letters)
    }

    /// Sends messages back to where they came from; an unreadable one stays. Returns the numbers of messages that
    /// were sent and that stayed.
    pub(crate) async fn redrive(&self, most: usize) -> Result<(usize, usize), DeadLetterError> {
        let (mut sent, mut unreadable) = (0, Vec::new());
        let result = async {
            while sent < most {
                let received = self.receive(most - sent).await?;
                if received.is_empty() {
                    break;
                }
                let (readable, others): (Vec<_>, Vec<_>) =
                    received.into_iter().partition(|letter| letter.subject.is_some());
                unreadable.extend(others);
                sent += self.send_back(&readable).await?;
            }
            Ok(())
        }
        .await;
        self.release(&unreadable).await?;
        result.map(|()| (sent, unreadable.len()))
    }

    /// Sends first and deletes afterwards. A death in between leaves a message in both places, which is harmless.
    async fn send_back(&self, letters: &[DeadLetter]) -> Result<usize, DeadLetterError> {
        if letters.is_empty() {
            return Ok(0);
        }
        match &self.source {
            Source::Queue(url) => self.send_to(url, letters).await?,
            Source::Function(name) => self.invoke_with(name, letters).await?,
        }
        let mut deletions = Vec::new();
        for (index, letter) in letters.iter().enumerate() {
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(letter.message.receipt_handle().unwrap_or_default())
                .build()
                .map_err(|error| self.error(&error))?;
            deletions.push(entry);
        }
        self.sqs
            .delete_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(deletions))
            .send()
            .await
            .map_err(self.failed())?;
        Ok(letters.len())
    }

    async fn send_to(&self, url: &str, letters: &[DeadLetter]) -> Result<(), DeadLetterError> {
        let mut entries = Vec::new();
        for (index, letter) in letters.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(letter.message.body().unwrap_or_default())
                .set_message_group_id(letter.group().map(str::to_owned))
                .build()
                .map_err(|error| self.error(&error))?;
            entries.push(entry);
        }
        let answer = self
            .sqs
            .send_message_batch()
            .queue_url(url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(self.failed())?;
        let sent = answer.successful().len();
        if sent < letters.len() {
            let why = format!("only {sent} of {} messages could be sent back", letters.len());
            return Err(self.error(&why));
        }
        Ok(())
    }

    /// Hands the events to Lambda again, which tries each three times as before.
    async fn invoke_with(&self, function: &str, letters: &[DeadLetter]) -> Result<(), DeadLetterError> {
        for letter in letters {
            self.lambda
                .invoke()
                .function_name(function)
                .invocation_type(InvocationType::Event)
                .payload(Blob::new(letter.message.body().unwrap_or_default()))
                .send()
                .await
                .map_err(self.failed())?;
        }
        Ok(())
    }
}
