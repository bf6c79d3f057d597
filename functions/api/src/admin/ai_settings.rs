//! Runtime settings.
//!
//! A change is taken as plain JSON, so that every unusable value is reported and not only the first. The schema says what
//! is expected.

mod change;

use std::collections::BTreeMap;

use cloud::Cloud;
use domain::{Problem, Settings};
use garde::Validate;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::body::json_body;
use crate::caller::actor;
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
async fn get_settings(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    Ok(ok(body(read_settings(cloud, &defaults(cloud, request)).await?)))
}

/// Changes runtime settings; null resets one
#[utoipa::path(patch, path = "/admin/ai-settings", request_body = AdminSettingsInput,
    responses((status = 200, body = AdminSettingsBody), Changes))]
async fn update_settings(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let input: AdminSettingsInput = json_body(request)?;
    let change = SettingsChange {
        members: input.members,
    };
    let defaults = defaults(cloud, request);
    let changed = change_settings(cloud, &actor(request)?, &defaults, &change).await?;
    Ok(ok(body(changed)))
}

/// The stack's defaults. A function of the API has no variable for the API's address, which the request has.
fn defaults(cloud: &Cloud, request: &Request) -> Settings {
    let defaults = cloud.setting_defaults().clone();
    if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref()
        && let Some(domain) = &context.domain_name
        && defaults.webhook_base_url.is_none()
    {
        return defaults.of_api_at(&format!("https://{domain}"));
    }
    defaults
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

/// The settings as the API takes and shows them: the schema of [`Settings`], in which every member may be null or absent.
struct SettingsSchema;

impl PartialSchema for SettingsSchema {
    fn schema() -> RefOr<Schema> {
        let mut schema = json!(Settings::schema());
        schema["description"] = json!("The values, for both directions.");
        if let Some(properties) = schema["properties"].as_object_mut() {
            properties.values_mut().for_each(allow_null);
        }
        // Nothing but a schema was changed, so this is one.
        serde_json::from_value(schema).unwrap_or_else(|_| Settings::schema())
    }
}

impl ToSchema for SettingsSchema {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Settings::schemas(schemas);
    }
}

/// Null stands for the default of a setting, which the schema therefore does not name.
fn allow_null(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    members.remove("default");
    match members.get("type") {
        Some(Value::String(kind)) => {
            let kinds = json!([kind, "null"]);
            members.insert("type".to_owned(), kinds);
        }
        None if members.contains_key("$ref") => {
            *schema = json!({ "oneOf": [schema.take(), { "type": "null" }] });
        }
        _ => {}
    }
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
    /// By setting: `parameter`, `default`, or `unusable` where a parameter's text cannot be used, and the last good value
    /// or else the default holds.
    sources: BTreeMap<String, Source>,
    secrets: SecretsBody,
}

/// Whether a secret is set.
#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
#[schema(rename_all = "snake_case")]
enum SecretState {
    Set,
    Missing,
}

#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
struct SecretsBody {
    runware_api_key: SecretState,
    fal_api_key: SecretState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_in_the_schema_may_be_null_or_absent() {
        let schema = json!(SettingsSchema::schema());
        assert!(schema.get("required").is_none());
        for (name, schema) in schema["properties"].as_object().unwrap() {
            let kinds = schema.get("type").or(schema.pointer("/oneOf/1/type"));
            let takes_null = kinds.is_some_and(|kinds| kinds.to_string().contains("\"null\""));
            assert!(takes_null, "{name}: {schema}");
            assert!(schema.get("default").is_none(), "{name}");
        }
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
