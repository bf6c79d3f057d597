//! The running stack, as `.local/stack.json` describes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use cloud::{Cloud, Config, LocalEndpoint};
use domain::Settings;
use serde::Deserialize;
use serde_json::Value;

use crate::table::{Item, string};

/// `.local/stack.json`, which `make up` writes.
#[derive(Debug, Clone, Deserialize)]
pub struct Description {
    pub region: String,
    pub endpoint_url: String,
    pub api_url: String,
    pub site_url: String,
    pub table: String,
    pub bucket: String,
    pub submit_queue_url: String,
    pub poll_queue_url: String,
    pub event_bus: String,
    pub settings_path: String,
    pub secrets_path: String,
    pub setting_defaults: String,
    pub functions: BTreeMap<String, String>,
    pub superadmin_jwt: String,
}

/// The running stack and clients for it. One per test: connections belong to the test's own runtime.
#[derive(Clone)]
pub struct Stack {
    pub described: Arc<Description>,
    /// The product's context. Reads settings and styles anew every time.
    pub cloud: Cloud,
    /// For items that the product has no read for.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// For objects that guests and providers put into the bucket.
    pub s3: aws_sdk_s3::Client,
    /// For messages that the product would not send.
    pub sqs: aws_sdk_sqs::Client,
    /// For the API, and for calls to the emulator itself.
    pub http: reqwest::Client,
}

impl Stack {
    /// The stack that is up.
    pub async fn connect() -> Self {
        let described = describe();
        let endpoint = LocalEndpoint {
            url: described.endpoint_url.clone(),
            region: described.region.clone(),
        };
        let config = Config {
            table: described.table.clone(),
            bucket: described.bucket.clone(),
            origin_key: None,
            settings_path: described.settings_path.clone(),
            secrets_path: described.secrets_path.clone(),
            defaults: Settings::of_stack(&described.setting_defaults).unwrap(),
            max_age: Duration::ZERO,
            submit_queue_url: described.submit_queue_url.clone(),
            poll_queue_url: described.poll_queue_url.clone(),
            event_bus: described.event_bus.clone(),
            site_url: None,
        };
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let shared = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .endpoint_url(&described.endpoint_url)
            .region(Region::new(described.region.clone()))
            .credentials_provider(aws_sdk_s3::config::Credentials::new(
                "test",
                "test",
                None,
                None,
                "stack-tests",
            ))
            .load()
            .await;
        Self {
            cloud: Cloud::local(config, &endpoint).await,
            dynamodb: aws_sdk_dynamodb::Client::new(&shared),
            s3: aws_sdk_s3::Client::new(&shared),
            sqs: aws_sdk_sqs::Client::new(&shared),
            http: http_client(),
            described: Arc::new(described),
        }
    }

    /// The physical name of a function.
    pub fn function(&self, name_asked: &str) -> &str {
        let name = self.described.functions.get(name_asked);
        name.unwrap_or_else(|| panic!(".local/stack.json has no function {name_asked}"))
    }

    /// The header of a call without an SDK client, which would cost build time: the emulator trusts its root caller.
    pub(crate) fn authorization(&self, service: &str) -> String {
        let region = &self.described.region;
        format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
        )
    }

    /// One call of a service with a JSON protocol. A refusal is its text.
    pub(crate) async fn call(&self, service: &str, target: &str, question: &Value) -> Result<Value, String> {
        let caller = self.authorization(service);
        let request = self.http.post(&self.described.endpoint_url);
        let request = request.header("content-type", "application/x-amz-json-1.1");
        let request = request.header("x-amz-target", target);
        let request = request.header("authorization", caller).body(question.to_string());
        let answer = request.send().await.unwrap();
        if answer.status().is_success() {
            Ok(answer.json().await.unwrap_or_default())
        } else {
            Err(answer.text().await.unwrap())
        }
    }

    pub async fn item(&self, pk: &str, sk: &str) -> Option<Item> {
        let asked = self.dynamodb.get_item().table_name(&self.described.table);
        let asked = asked.key("pk", string(pk)).key("sk", string(sk));
        asked.consistent_read(true).send().await.unwrap().item
    }

    pub async fn put_item(&self, item: Item) {
        let put = self.dynamodb.put_item().table_name(&self.described.table);
        put.set_item(Some(item)).send().await.unwrap();
    }

    /// Every item of a partition of the table.
    pub async fn partition(&self, pk: &str) -> Vec<Item> {
        let query = self.dynamodb.query().table_name(&self.described.table);
        let query = query.consistent_read(true).key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", string(pk));
        let pages = query.into_paginator().items().send();
        pages.collect::<Result<_, _>>().await.unwrap()
    }

    /// Puts an object into the bucket, past every check of the product.
    pub async fn put_object(&self, key: &str, bytes: Vec<u8>, mime_type: &str) {
        self.s3
            .put_object()
            .bucket(&self.described.bucket)
            .key(key)
            .content_type(mime_type)
            .body(bytes.into())
            .send()
            .await
            .expect("the bucket takes the object");
    }

    pub async fn remove_object(&self, key: &str) {
        let gone = self.s3.delete_object().bucket(&self.described.bucket).key(key);
        gone.send().await.unwrap();
    }

    /// The keys of all objects with this prefix.
    pub async fn objects_below(&self, prefix: &str) -> BTreeSet<String> {
        let asked = self.s3.list_objects_v2().bucket(&self.described.bucket);
        let mut pages = asked.prefix(prefix).into_paginator().send();
        let mut found = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            let keys = page.contents().iter().filter_map(|object| object.key());
            found.extend(keys.map(str::to_owned));
        }
        found
    }

    /// An object of the bucket; `None` where there is none.
    pub async fn object(&self, key: &str) -> Option<Vec<u8>> {
        let bucket = &self.described.bucket;
        match self.s3.get_object().bucket(bucket).key(key).send().await {
            Ok(found) => Some(found.body.collect().await.unwrap().to_vec()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key) =>
            {
                None
            }
            Err(error) => panic!("the bucket does not answer: {error:?}"),
        }
    }
}

/// Longer than any function may take.
const INVOCATION_PATIENCE: Duration = Duration::from_secs(300);

impl Stack {
    /// The answer of a function to a payload, or its error with `errorType` and `errorMessage`.
    pub async fn try_invoke(&self, function: &str, payload: &Value) -> Result<Value, Value> {
        let (endpoint, name) = (&self.described.endpoint_url, self.function(function));
        let request = self
            .http
            .post(format!("{endpoint}/2015-03-31/functions/{name}/invocations"))
            .header("authorization", self.authorization("lambda"))
            .timeout(INVOCATION_PATIENCE)
            .body(payload.to_string());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{function} is there");
        let failed = answer.headers().contains_key("x-amz-function-error");
        let answer = answer.json().await.unwrap();
        if failed { Err(answer) } else { Ok(answer) }
    }
}

/// The project's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The folder of the stack: another folder is another stack beside it (`FOLDER_VARIABLE` in infra/local).
pub fn folder() -> PathBuf {
    root().join(std::env::var("MAGIC_EDITS_FOLDER").unwrap_or_else(|_| ".local".to_owned()))
}

/// A photo of `tests/fixtures/photos`.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = root().join("tests/fixtures/photos").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn describe() -> Description {
    let path = folder().join("stack.json");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("the local stack is not up: run `make up` first"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn http_client() -> reqwest::Client {
    // Fails where another test installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}
