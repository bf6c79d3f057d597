//! The calls of a function, as the wire shows them.

use axum::http::{HeaderMap, Method, Uri};
use serde_json::Value;

/// A service that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each is the service of its name
pub enum Service {
    DynamoDb,
    S3,
    Sqs,
    Ssm,
    EventBridge,
    Provider,
}

impl Service {
    /// The services of AWS, in the order of reports.
    pub const AWS: [Self; 5] = [Self::DynamoDb, Self::S3, Self::Sqs, Self::Ssm, Self::EventBridge];

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DynamoDb => "DynamoDB",
            Self::S3 => "S3",
            Self::Sqs => "SQS",
            Self::Ssm => "SSM",
            Self::EventBridge => "EventBridge",
            Self::Provider => "provider",
        }
    }
}

/// The calls that must lose no edit when the process dies before or after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The edit is written for the first time.
    Admission,
    /// Its submit message is sent.
    SubmitMessage,
    /// A poll message is sent.
    PollMessage,
    /// A worker claims an attempt.
    Claim,
    /// The attempt is submitted to the provider.
    Submit,
    /// The attempt failed, and the edit returns to the queue.
    GivingBack,
    /// Picture and thumbnail are stored.
    Storing,
    /// The edit ends, and its money is settled.
    Settlement,
}

impl Moment {
    /// In the order of an edit's life.
    pub const ALL: [Self; 8] = [
        Self::Admission,
        Self::SubmitMessage,
        Self::PollMessage,
        Self::Claim,
        Self::Submit,
        Self::GivingBack,
        Self::Storing,
        Self::Settlement,
    ];

    /// Whether most edits skip it.
    pub const fn is_rare(self) -> bool {
        matches!(self, Self::GivingBack)
    }

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admission => "admission",
            Self::SubmitMessage => "submit message",
            Self::PollMessage => "poll message",
            Self::Claim => "claim",
            Self::Submit => "submit to the provider",
            Self::GivingBack => "giving back",
            Self::Storing => "S3 put",
            Self::Settlement => "settlement",
        }
    }
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub service: Service,
    /// The operation, where the wire shows it.
    pub operation: String,
    /// The step of an edit that it is.
    pub moment: Option<Moment>,
}

impl Call {
    /// A call of AWS; `None` where it is not a function's: guests follow presigned links.
    pub fn to_aws(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let target = headers
            .get("x-amz-target")
            .and_then(|target| target.to_str().ok());
        if let Some((prefix, operation)) = target.and_then(|target| target.split_once('.')) {
            let service = match prefix {
                "DynamoDB_20120810" => Service::DynamoDb,
                "AmazonSQS" => Service::Sqs,
                "AmazonSSM" => Service::Ssm,
                "AWSEvents" => Service::EventBridge,
                _ => return None,
            };
            return Some(Self {
                service,
                operation: operation.to_owned(),
                moment: moment(operation, body),
            });
        }
        let signer = headers.get("authorization")?.to_str().ok()?;
        if !signer.contains("/s3/aws4_request") {
            return None;
        }
        let operation = match (method, uri.query().unwrap_or_default()) {
            (&Method::PUT, _) => "PutObject",
            (&Method::GET, query) if query.contains("list-type") => "ListObjectsV2",
            (&Method::GET, _) => "GetObject",
            (&Method::HEAD, _) => "HeadObject",
            (&Method::DELETE, _) => "DeleteObject",
            _ => "other",
        };
        Some(Self {
            service: Service::S3,
            operation: operation.to_owned(),
            moment: (operation == "PutObject").then_some(Moment::Storing),
        })
    }

    /// A call of a provider. Only submits count.
    pub fn to_provider(method: &Method, body: &[u8]) -> Option<Self> {
        let tasks: Value = serde_json::from_slice(body).ok()?;
        // Runware takes a list of tasks of every kind, fal the input of a model by POST.
        let is_submit = match &tasks {
            Value::Array(tasks) => tasks
                .iter()
                .any(|task| task.get("taskType").is_some_and(|kind| kind == "imageInference")),
            _ => method == Method::POST,
        };
        is_submit.then(|| Self {
            service: Service::Provider,
            operation: "submit".to_owned(),
            moment: Some(Moment::Submit),
        })
    }
}

fn moment(operation: &str, body: &[u8]) -> Option<Moment> {
    let body: Value = serde_json::from_slice(body).ok()?;
    match operation {
        "SendMessage" => match body["QueueUrl"].as_str()?.contains("-poll") {
            true => Some(Moment::PollMessage),
            false => Some(Moment::SubmitMessage),
        },
        "TransactWriteItems" => {
            let writes = body["TransactItems"].as_array()?;
            let edit = writes.iter().map(|write| &write["Put"]["Item"]).find(|item| {
                item["sk"]["S"]
                    .as_str()
                    .is_some_and(|key| key.starts_with("EDIT#"))
            })?;
            match (edit["status"]["S"].as_str()?, edit["attempt"]["N"].as_str()?) {
                ("queued", "0") => Some(Moment::Admission),
                ("queued", _) => Some(Moment::GivingBack),
                ("processing", _) => Some(Moment::Claim),
                _ => Some(Moment::Settlement),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(status: &str, attempt: u32) -> Option<Moment> {
        let edit = json!({ "sk": { "S": "EDIT#01" }, "status": { "S": status }, "attempt": { "N": attempt.to_string() } });
        let body = json!({ "TransactItems": [{ "Update": {} }, { "Put": { "Item": edit } }] });
        moment("TransactWriteItems", body.to_string().as_bytes())
    }

    #[test]
    fn what_hangs_on_a_transaction_is_read_from_the_edit_in_it() {
        assert_eq!(written("queued", 0), Some(Moment::Admission));
        assert_eq!(written("processing", 1), Some(Moment::Claim));
        assert_eq!(written("queued", 1), Some(Moment::GivingBack));
        assert_eq!(written("succeeded", 1), Some(Moment::Settlement));
        assert_eq!(written("failed", 0), Some(Moment::Settlement));
    }

    #[test]
    fn a_link_that_was_signed_beforehand_is_not_a_functions_call() {
        let uri = "/bucket/key?X-Amz-Signature=00".parse().unwrap();
        assert_eq!(Call::to_aws(&Method::GET, &uri, &HeaderMap::new(), b""), None);
    }
}
