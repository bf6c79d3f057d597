//! Functions that are invoked with a payload, by the operator's command line or a schedule.

use std::fmt::Display;

use cloud::invocation;
use jiff::Timestamp;
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why an invocation has no answer. Its text goes to whoever invoked the function: an operator, never a guest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvocationError {
    /// The payload is not what the function takes; the text says where and why.
    #[error("{0}")]
    BadPayload(String),
    #[error("{0}")]
    WorkFailed(String),
}

impl From<InvocationError> for Diagnostic {
    fn from(error: InvocationError) -> Self {
        let error_type = match error {
            InvocationError::BadPayload(_) => "BadPayload",
            InvocationError::WorkFailed(_) => "WorkFailed",
        };
        Self {
            error_type: error_type.to_owned(),
            error_message: error.to_string(),
        }
    }
}

/// Answers invocations until the execution environment ends, and logs one invocation line for each. `handle` gets the
/// payload and the time at which Lambda stops the invocation.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve<H, F>(handle: H) -> Result<(), Error>
where
    H: Fn(Value, Timestamp) -> F,
    F: Future<Output = Result<Value, InvocationError>>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        invocation::observe(async move { handle(event.payload, stops_at(&event.context)).await })
    }))
    .await
}

/// Parses the payload, does the work and renders its answer. A missing payload counts as `{}`. A payload type should
/// refuse unknown fields, so that a misspelt `pretend` does not do the work for real.
///
/// # Errors
/// See [`InvocationError`].
pub async fn answer<P, A, E, W, F>(payload: Value, work: W) -> Result<Value, InvocationError>
where
    P: DeserializeOwned,
    A: Serialize,
    E: Display,
    W: FnOnce(P) -> F,
    F: Future<Output = Result<A, E>>,
{
    let failed = |error: &dyn Display| {
        tracing::error!(%error, "invocation failed");
        InvocationError::WorkFailed(error.to_string())
    };
    let answer = work(parse(payload)?).await.map_err(|error| failed(&error))?;
    serde_json::to_value(answer).map_err(|error| failed(&error))
}

fn parse<P: DeserializeOwned>(payload: Value) -> Result<P, InvocationError> {
    let payload = match payload {
        Value::Null => Value::Object(serde_json::Map::new()),
        Value::Object(_) => payload,
        _ => {
            return Err(InvocationError::BadPayload(
                "the payload must be a JSON object".to_owned(),
            ));
        }
    };
    serde_path_to_error::deserialize(payload).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner());
        InvocationError::BadPayload(match path.as_str() {
            "." => format!("the payload is not understood: {why}"),
            _ => format!("the payload's field `{path}` is not understood: {why}"),
        })
    })
}

fn stops_at(context: &Context) -> Timestamp {
    i64::try_from(context.deadline)
        .ok()
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Sample {
        pretend: bool,
        limit: NonZeroU32,
    }

    impl Default for Sample {
        fn default() -> Self {
            Self {
                pretend: false,
                limit: NonZeroU32::MIN,
            }
        }
    }

    #[test]
    fn a_missing_payload_counts_as_an_empty_one() {
        let sample: Sample = parse(Value::Null).unwrap();
        assert_eq!((sample.pretend, sample.limit.get()), (false, 1));
        let sample: Sample = parse(json!({"limit": 7})).unwrap();
        assert_eq!(sample.limit.get(), 7);
    }

    #[test]
    fn a_bad_payload_is_refused_with_a_message_that_names_the_field() {
        for (sent, said) in [
            (json!({"pretnd": true}), "`pretnd`"),
            (json!({"limit": 0}), "`limit`"),
            (json!({"limit": -1}), "`limit`"),
            (json!({"pretend": "yes"}), "`pretend`"),
            (json!([true]), "must be a JSON object"),
        ] {
            let error = parse::<Sample>(sent).unwrap_err();
            let diagnostic = Diagnostic::from(error);
            assert_eq!(diagnostic.error_type, "BadPayload");
            assert!(
                diagnostic.error_message.contains(said),
                "{}",
                diagnostic.error_message
            );
        }
    }
}
