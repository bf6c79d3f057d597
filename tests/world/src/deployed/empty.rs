//! An installation that nobody has set up: the stack with an empty table in place of its own. Settings, queues and
//! functions are the stack's.

use std::fs;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use serde_json::json;

use crate::deployed::command_line::{Ran, in_folder, ran};
use crate::{Place, Stack, unique};

/// An installation without a tenant, a style, or anything else.
pub struct Empty {
    stack: Stack,
    table: String,
    /// To the command line it looks like the project's folder.
    folder: PathBuf,
}

impl Empty {
    pub async fn new(place: &Place) -> Self {
        let table = format!("empty-{}", unique(place));
        let folder = std::env::temp_dir().join(&table);
        let made = Self {
            stack: place.stack().clone(),
            table,
            folder,
        };
        made.create_table().await;
        made.describe();
        made
    }

    async fn create_table(&self) {
        let mut creating = self
            .stack
            .dynamodb
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S);
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind);
            creating = creating
                .attribute_definitions(attribute.build().unwrap())
                .key_schema(key.build().unwrap());
        }
        creating.send().await.unwrap();
    }

    fn describe(&self) {
        for folder in ["infra/local", ".local"] {
            fs::create_dir_all(self.folder.join(folder)).unwrap();
        }
        fs::write(self.folder.join("infra/local/stack.py"), "").unwrap();
        let of = &self.stack.described;
        let described = json!({
            "table": self.table,
            "region": of.region, "endpoint_url": of.endpoint_url, "bucket": of.bucket, "event_bus": of.event_bus,
            "submit_queue_url": of.submit_queue_url, "poll_queue_url": of.poll_queue_url,
            "settings_path": of.settings_path, "secrets_path": of.secrets_path,
            "setting_defaults": of.setting_defaults,
        });
        fs::write(self.folder.join(".local/stack.json"), described.to_string()).unwrap();
    }

    /// Runs `magic-edits --local` there.
    pub async fn magic_edits(&self, arguments: &[&str]) -> Ran {
        let mut command = in_folder(&self.folder, arguments);
        // The folder of the stack under test is another one.
        command.env_remove("MAGIC_EDITS_FOLDER");
        ran(command, "").await
    }

    /// Applies a catalogue file there.
    pub async fn apply(&self, catalogue: &str) {
        let file = self.folder.join("catalogue.yaml");
        fs::write(&file, catalogue).unwrap();
        let ran = self
            .magic_edits(&["catalog", "apply", "--yes", file.to_str().unwrap()])
            .await;
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    pub async fn remove(self) {
        fs::remove_dir_all(&self.folder).unwrap();
        let removing = self.stack.dynamodb.delete_table().table_name(&self.table);
        removing.send().await.unwrap();
    }
}
