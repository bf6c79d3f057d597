//! Copying the settings from SSM into the table.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::settings::Setting;

/// Payload of `copy-settings`: EventBridge's event "Parameter Store Change", or nothing. Every setting is copied, whatever
/// has changed, so events may be lost, late or double.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CopySettings {
    /// What has changed.
    pub detail: Option<ParameterChange>,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "detail-type")]
    _detail_type: IgnoredAny,
    #[serde(rename = "source")]
    _source: IgnoredAny,
    #[serde(rename = "account")]
    _account: IgnoredAny,
    #[serde(rename = "time")]
    _time: IgnoredAny,
    #[serde(rename = "region")]
    _region: IgnoredAny,
    #[serde(rename = "resources")]
    _resources: IgnoredAny,
}

/// The part of the event that is worth a log line. A value is never in it.
#[derive(Debug, Deserialize)]
pub struct ParameterChange {
    pub name: String,
    /// `Create`, `Update`, `Delete` or `LabelParameterVersion`.
    pub operation: String,
}

/// Answer of `copy-settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopiedSettings {
    /// Settings that have a parameter.
    pub parameters: usize,
    /// Settings whose text cannot be used, so that the last good value holds, or the default, or the feature is off.
    pub unusable: Vec<&'static str>,
}

impl CopiedSettings {
    pub fn new(parameters: usize, unusable: impl IntoIterator<Item = Setting>) -> Self {
        Self {
            parameters,
            unusable: unusable.into_iter().map(Setting::name).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_of_eventbridge_is_understood() {
        // As AWS documents it.
        let event = r#"{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"Parameter Store Change",
            "source":"aws.ssm","account":"123456789012","time":"2017-05-22T16:43:48Z","region":"us-east-1",
            "resources":["arn:aws:ssm:us-east-1:123456789012:parameter/foo"],
            "detail":{"operation":"Create","name":"foo","type":"String","description":"Sample Parameter"}}"#;
        let change: CopySettings = serde_json::from_str(event).unwrap();
        assert_eq!(change.detail.unwrap().name, "foo");
    }

    #[test]
    fn an_operator_sends_nothing_and_a_misspelt_payload_is_refused() {
        assert!(
            serde_json::from_str::<CopySettings>("{}")
                .unwrap()
                .detail
                .is_none()
        );
        assert!(serde_json::from_str::<CopySettings>(r#"{"limit":1}"#).is_err());
    }
}
