//! `magic-edits site`

use std::path::PathBuf;

use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::primitives::ByteStream;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::output::{CommandResult, Output, Verdict};
use crate::site::{self, ASSETS, CONFIG, File};
use crate::target::Target;

#[derive(Subcommand)]
pub(crate) enum SiteCommand {
    /// Upload the built pages, with what they must know of this stack
    Publish(PublishCommand),
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PublishCommand {
    /// The folder that `make web` builds
    #[arg(long, value_name = "FOLDER", default_value = "web/dist")]
    dir: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  make web && magic-edits --stack magic-edits-prod site publish
Pages come last, and parts of older releases stay for a month, so that whoever has a page open can go on.";

/// `config.json`: what the pages must know of their installation. Nothing in it is a secret.
#[derive(Debug, Serialize)]
struct SiteConfig {
    stage: String,
    /// The release of the pages; `preflight` compares it with its own.
    version: &'static str,
    auth: Auth,
    /// Where addresses of pictures lead.
    media_origin: String,
}

#[derive(Debug, Serialize)]
struct Auth {
    /// The issuer of tokens.
    authority: String,
    client_id: String,
    /// The origin of the page to sign in.
    domain: String,
}

impl SiteCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        let Self::Publish(command) = self;
        command.run(target, output).await
    }
}

impl PublishCommand {
    async fn run(self, target: &Target, output: Output) -> CommandResult {
        let files = site::files(&self.dir)?;
        let config = SiteConfig::of(target).await?;
        let bucket = Bucket::of(target).await?;
        let last_release = bucket.last_release().await?;
        let progress = output.progress("uploading");
        for file in &files {
            progress.say(&file.key);
            bucket.upload(file).await?;
        }
        bucket
            .put(CONFIG, serde_json::to_vec_pretty(&config)?.into())
            .await?;
        let removed = match last_release {
            Some(last_release) => {
                bucket
                    .remove_old_parts(&files, last_release, target.cloud.now())
                    .await?
            }
            None => 0,
        };
        invalidate(target, &files).await?;
        drop(progress);
        let url = target.output("SiteUrl").await?;
        let said = format!(
            "{} files of release {} are at {url}; {removed} old ones are gone",
            files.len() + 1,
            config.version
        );
        output.result(
            json!({ "site_url": url, "version": config.version, "files": files.len() + 1, "removed": removed }),
            &said,
        )?;
        Ok(Verdict::Done)
    }
}

impl SiteConfig {
    async fn of(target: &Target) -> Result<Self, Box<dyn std::error::Error>> {
        let region = target.sdk.region().map(ToString::to_string).unwrap_or_default();
        let (pool, bucket) = (
            target.output("UserPoolId").await?,
            target.output("BucketName").await?,
        );
        Ok(Self {
            stage: target.stage.clone(),
            version: env!("CARGO_PKG_VERSION"),
            auth: Auth {
                authority: format!("https://cognito-idp.{region}.amazonaws.com/{pool}"),
                client_id: target.output("UserPoolClientId").await?,
                domain: target.output("SignInUrl").await?,
            },
            media_origin: match target.sdk.endpoint_url() {
                Some(local) => local.trim_end_matches('/').to_owned(),
                None => format!("https://{bucket}.s3.{region}.amazonaws.com"),
            },
        })
    }
}

/// The bucket of the pages.
struct Bucket {
    client: aws_sdk_s3::Client,
    name: String,
}

impl Bucket {
    async fn of(target: &Target) -> Result<Self, Box<dyn std::error::Error>> {
        let config = aws_sdk_s3::config::Builder::from(&target.sdk)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .force_path_style(target.sdk.endpoint_url().is_some());
        Ok(Self {
            client: aws_sdk_s3::Client::from_conf(config.build()),
            name: target.output("SiteBucketName").await?,
        })
    }

    async fn upload(&self, file: &File) -> Result<(), Box<dyn std::error::Error>> {
        self.put(&file.key, std::fs::read(&file.path)?.into()).await
    }

    async fn put(&self, key: &str, content: ByteStream) -> Result<(), Box<dyn std::error::Error>> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(site::content_type(key))
            .cache_control(site::cache_control(key))
            .body(content)
            .send()
            .await
            .map_err(aws_sdk_s3::Error::from)?;
        Ok(())
    }

    /// When the last release was published; `None` before the first.
    async fn last_release(&self) -> Result<Option<Timestamp>, Box<dyn std::error::Error>> {
        let found = self.listed(CONFIG).await?;
        let config = found.into_iter().find(|(key, _)| key == CONFIG);
        Ok(config.map(|(_, at)| at))
    }

    /// Removes parts of older releases that no page of this or the last release loads, once they have had their time.
    async fn remove_old_parts(
        &self,
        files: &[File],
        last_release: Timestamp,
        now: Timestamp,
    ) -> Result<usize, Box<dyn std::error::Error>> {
        let mut removed = 0;
        for (key, at) in self.listed(ASSETS).await? {
            let is_current = files.iter().any(|file| file.key == key);
            if !is_current && site::has_had_its_time(at, last_release, now) {
                let request = self.client.delete_object().bucket(&self.name).key(key);
                request.send().await.map_err(aws_sdk_s3::Error::from)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Keys and times of what is in the bucket below a prefix.
    async fn listed(&self, prefix: &str) -> Result<Vec<(String, Timestamp)>, Box<dyn std::error::Error>> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            for object in page.map_err(aws_sdk_s3::Error::from)?.contents() {
                let at = object.last_modified().map(|at| Timestamp::from_second(at.secs()));
                if let (Some(key), Some(at)) = (object.key(), at) {
                    found.push((key.to_owned(), at?));
                }
            }
        }
        Ok(found)
    }
}

/// The distribution forgets what it holds of the files that change. Otherwise it might answer with them for a day.
async fn invalidate(target: &Target, files: &[File]) -> Result<(), Box<dyn std::error::Error>> {
    let changing = site::changing(files);
    let paths = Paths::builder()
        .quantity(i32::try_from(changing.len())?)
        .set_items(Some(changing))
        .build()?;
    let batch = InvalidationBatch::builder()
        .paths(paths)
        .caller_reference(format!("site-publish-{}", target.cloud.now().as_millisecond()))
        .build()?;
    aws_sdk_cloudfront::Client::new(&target.sdk)
        .create_invalidation()
        .distribution_id(target.output("DistributionId").await?)
        .invalidation_batch(batch)
        .send()
        .await
        .map_err(aws_sdk_cloudfront::Error::from)?;
    Ok(())
}
