//! Runtime settings.
//!
//! What is sent is taken as plain JSON, so that every wrong value is reported and not only the first; the schema says
//! what is expected.

mod change;

use std::collections::BTreeMap;

use cloud::Cloud;
use domain::Problem;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::body::json_body;
use crate::model::watermark::WatermarkInput;
use crate::openapi::{Changes, Reads};
use crate::response::ok;
use crate::{Answer, Request};

pub use change::{SettingAnswer, SettingsAnswer, SettingsChange, Source, change_settings, read_settings};

function!("admin-ai-settings", Superadmin, {
    GET => get_settings,
    PATCH => update_settings,
});

/// The runtime settings
#[utoipa::path(get, path = "/admin/ai-settings",
    responses((status = 200, body = AdminSettingsBody), Reads))]
async fn get_settings(cloud: &Cloud, _: &Request) -> Result<Answer, Problem> {
    Ok(ok(body(read_settings(cloud).await?)))
}

/// Changes runtime settings; null resets one
#[utoipa::path(patch, path = "/admin/ai-settings", request_body = AdminSettingsInput,
    responses((status = 200, body = AdminSettingsBody), Changes))]
async fn update_settings(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let input: AdminSettingsInput = json_body(request)?;
    let change = SettingsChange {
        members: input.members,
    };
    Ok(ok(body(change_settings(cloud, &change).await?)))
}

fn body(answer: SettingsAnswer) -> AdminSettingsBody {
    let settings = answer.settings.into_iter();
    let keys = answer.keys.into_iter();
    AdminSettingsBody::new(
        settings.map(|answer| (answer.setting.name(), answer.value, answer.source.as_str())),
        keys.map(|(provider, is_set)| (format!("{provider}_api_key"), is_set)),
    )
}

/// Settings to change: what is absent stays, null goes back to the default. `secrets` are write-only.
#[derive(Debug, Deserialize, Validate)]
#[serde(transparent)]
pub struct AdminSettingsInput {
    /// As it was sent.
    #[garde(skip)]
    pub members: Map<String, Value>,
}

impl PartialSchema for AdminSettingsInput {
    fn schema() -> RefOr<Schema> {
        SettingsInputSchema::schema()
    }
}

impl ToSchema for AdminSettingsInput {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        SettingsInputSchema::schemas(schemas);
    }
}

/// Every setting, where each comes from, and which secrets are set.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct AdminSettingsBody(Map<String, Value>);

impl AdminSettingsBody {
    /// Settings as name, value and source (`parameter`, `default`, `unusable`); secrets by name and whether they are
    /// set.
    pub fn new<'a>(
        settings: impl IntoIterator<Item = (&'a str, Value, &'a str)>,
        secrets: impl IntoIterator<Item = (String, bool)>,
    ) -> Self {
        let (mut members, mut sources) = (Map::new(), Map::new());
        for (name, value, source) in settings {
            members.insert(name.to_owned(), value);
            sources.insert(name.to_owned(), json!(source));
        }
        let secrets: Map<String, Value> = secrets
            .into_iter()
            .map(|(name, is_set)| (name, json!(if is_set { "set" } else { "missing" })))
            .collect();
        members.insert("sources".to_owned(), Value::Object(sources));
        members.insert("secrets".to_owned(), Value::Object(secrets));
        Self(members)
    }
}

impl PartialSchema for AdminSettingsBody {
    fn schema() -> RefOr<Schema> {
        SettingsBodySchema::schema()
    }
}

impl ToSchema for AdminSettingsBody {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        SettingsBodySchema::schemas(schemas);
    }
}

/// An outside AI image API.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code)] // only its schema is used
pub(super) enum Provider {
    /// runware.ai
    Runware,
    /// fal.ai
    Fal,
}

/// Whether a provider is really called.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code)] // only its schema is used
enum Mode {
    /// Its API is called and costs money.
    Live,
    /// The built-in fake answers.
    Fake,
}

/// The values, for both directions.
#[derive(Debug, ToSchema)]
#[allow(dead_code)] // only its schema is used
struct SettingsSchema {
    /// Global kill switch.
    is_enabled: Option<bool>,
    /// What a caller is told while it is off.
    #[schema(min_length = 1, max_length = 500)]
    status_message: Option<String>,
    /// Roll-out switch for guests alone.
    guest_enabled: Option<bool>,
    /// Provider of styles that name none.
    default_provider: Option<Provider>,
    /// Provider that takes over; null: none.
    fallback_provider: Option<Provider>,
    runware_mode: Option<Mode>,
    /// Whether a new edit is sent to the queue at once.
    queue_auto_dispatch: Option<bool>,
    /// The queue that edits are sent to; null: the stack's own.
    #[schema(max_length = 80)]
    queue_name: Option<String>,
    #[schema(minimum = 1, maximum = 1_000)]
    queue_max_polls: Option<u32>,
    /// Each with a letter, a digit or an emoji, 100 characters at most.
    #[schema(max_items = 500)]
    blocked_terms: Option<Vec<String>>,
    #[schema(minimum = 0, maximum = 1)]
    failure_rate_alert_threshold: Option<f64>,
    #[schema(minimum = 1, maximum = 1_000_000)]
    failure_rate_min_samples: Option<u32>,
    #[schema(minimum = 1, maximum = 3_600_000)]
    latency_warning_ms: Option<u32>,
    #[schema(minimum = 1, maximum = 43_200)]
    budget_alert_cooldown_minutes: Option<u32>,
    #[schema(minimum = 1, maximum = 1_000_000)]
    abuse_escalation_threshold_per_hour: Option<u32>,
    #[schema(minimum = 1, maximum = 3_650)]
    request_retention_days: Option<u32>,
    #[schema(minimum = 1, maximum = 3_650)]
    usage_ledger_retention_days: Option<u32>,
    /// https.
    runware_base_url: Option<String>,
    #[schema(minimum = 1, maximum = 60)]
    runware_timeout_seconds: Option<u32>,
    fal_mode: Option<Mode>,
    /// https.
    fal_base_url: Option<String>,
    #[schema(minimum = 1, maximum = 60)]
    fal_timeout_seconds: Option<u32>,
    /// https.
    fal_jwks_url: Option<String>,
    /// https; null: providers are asked and tell nothing by themselves.
    webhook_base_url: Option<String>,
    /// `host.example`, or `*.domain.example` for a domain and all under it.
    provider_output_hosts: Option<Vec<String>>,
    /// The installation's watermark.
    watermark: Option<WatermarkInput>,
}

#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
struct SettingsInputSchema {
    #[schema(inline)]
    #[serde(flatten)]
    settings: SettingsSchema,
    secrets: Option<SecretsInput>,
}

/// API keys; null removes one.
#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
struct SecretsInput {
    #[schema(min_length = 1, max_length = 4_096, write_only)]
    runware_api_key: Option<String>,
    #[schema(min_length = 1, max_length = 4_096, write_only)]
    fal_api_key: Option<String>,
}

#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
struct SettingsBodySchema {
    #[schema(inline)]
    #[serde(flatten)]
    settings: SettingsSchema,
    /// By setting: `parameter`, `default`, or `unusable` where a parameter's text cannot be used and the default holds.
    sources: BTreeMap<String, String>,
    secrets: SecretsBody,
}

/// `set` or `missing`.
#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
struct SecretsBody {
    runware_api_key: String,
    fal_api_key: String,
}

#[cfg(test)]
mod tests {
    use domain::settings::Setting;

    use super::*;

    #[test]
    fn the_schema_knows_every_setting() {
        let schema = serde_json::to_value(SettingsSchema::schema()).unwrap();
        let known: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        for setting in Setting::ALL {
            assert!(
                known.iter().any(|name| *name == setting.name()),
                "{}",
                setting.name()
            );
        }
        assert_eq!(known.len(), Setting::ALL.len());
    }

    #[test]
    fn a_secret_is_never_shown() {
        let settings = [("is_enabled", json!(true), "parameter")];
        let secrets = [
            ("runware_api_key".to_owned(), true),
            ("fal_api_key".to_owned(), false),
        ];
        let body = serde_json::to_value(AdminSettingsBody::new(settings, secrets)).unwrap();
        assert_eq!(
            body,
            json!({
                "is_enabled": true,
                "sources": { "is_enabled": "parameter" },
                "secrets": { "runware_api_key": "set", "fal_api_key": "missing" },
            })
        );
    }
}
