//! Functions that are invoked, by the operator's command line or a schedule: a payload in, an answer out.

use std::fmt;

use cloud::invocation;
use jiff::Timestamp;
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow::WorkError;

/// Answers invocations until the execution environment ends. `work` is given the payload and the time at which Lambda
/// stops it. No payload at all counts as `{}`; a payload type should refuse fields that it does not know, so that a
/// misspelt `pretend` does not do it for real.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve_invoked<P, A, W, F>(work: W) -> Result<(), Error>
where
    P: DeserializeOwned,
    A: Serialize,
    W: Fn(P, Timestamp) -> F,
    F: Future<Output = Result<A, WorkError>>,
{
    let work = &work;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        invocation::observe(async move {
            let payload = payload(event.payload)?;
            work(payload, stops_at(&event.context)).await.map_err(|error| {
                tracing::error!(%error, "invocation failed");
                Refused::Failed(error)
            })
        })
    }))
    .await
}

/// Why an invocation has no answer. Whoever invoked it is told: an operator, never a guest.
#[derive(Debug)]
enum Refused {
    /// The payload is not what the function takes; says where and why.
    BadPayload(String),
    /// See [`WorkError`].
    Failed(WorkError),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadPayload(why) => f.write_str(why),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl From<Refused> for Diagnostic {
    fn from(refused: Refused) -> Self {
        let error_type = match refused {
            Refused::BadPayload(_) => "BadPayload",
            Refused::Failed(_) => "WorkFailed",
        };
        Self {
            error_type: error_type.to_owned(),
            error_message: refused.to_string(),
        }
    }
}

fn payload<P: DeserializeOwned>(sent: Value) -> Result<P, Refused> {
    let sent = match sent {
        Value::Null => Value::Object(serde_json::Map::new()),
        Value::Object(_) => sent,
        _ => {
            return Err(Refused::BadPayload(
                "the payload must be a JSON object".to_owned(),
            ));
        }
    };
    serde_path_to_error::deserialize(sent).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner());
        Refused::BadPayload(match path.as_str() {
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
    fn no_payload_is_an_empty_one() {
        let sample: Sample = payload(Value::Null).unwrap();
        assert_eq!((sample.pretend, sample.limit.get()), (false, 1));
        let sample: Sample = payload(json!({"limit": 7})).unwrap();
        assert_eq!(sample.limit.get(), 7);
    }

    #[test]
    fn a_payload_that_is_not_understood_is_refused_and_told_why() {
        for (sent, said) in [
            (json!({"pretnd": true}), "`pretnd`"),
            (json!({"limit": 0}), "`limit`"),
            (json!({"limit": -1}), "`limit`"),
            (json!({"pretend": "yes"}), "`pretend`"),
            (json!([true]), "must be a JSON object"),
        ] {
            let refused = payload::<Sample>(sent).unwrap_err();
            let diagnostic = Diagnostic::from(refused);
            assert_eq!(diagnostic.error_type, "BadPayload");
            assert!(
                diagnostic.error_message.contains(said),
                "{}",
                diagnostic.error_message
            );
        }
    }
}
