//! The catalogue: styles and packages, read whole and kept for a while.

use std::sync::Arc;

use domain::event::Package;
use domain::ports::{Catalog, PortError};
use domain::{Context, Style};

use super::keys::{self, Item, STYLES, text};
use super::read::parse;
use crate::Cloud;
use crate::error::unavailable;

impl Catalog for Cloud {
    async fn styles(&self) -> Result<Arc<Vec<Style>>, PortError> {
        self.styles.get(self.now(), self.load_styles()).await
    }
}

impl Cloud {
    async fn load_styles(&self) -> Result<Vec<Style>, PortError> {
        let mut styles = self.partition(STYLES, "a style").await?;
        styles.sort_by(|a: &Style, b| (a.sort, &a.key).cmp(&(b.sort, &b.key)));
        Ok(styles)
    }

    async fn partition<T: serde::de::DeserializeOwned>(
        &self,
        pk: &str,
        what: &'static str,
    ) -> Result<Vec<T>, PortError> {
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .dynamodb
                .query()
                .table_name(&self.config.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text(pk))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(unavailable("dynamodb.Query"))?;
            items.extend(page.items.into_iter().flatten());
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return items.into_iter().map(|item| parse(item, what)).collect();
            }
        }
    }

    /// A style.
    pub async fn style(&self, key: &domain::StyleKey) -> Result<Option<Style>, PortError> {
        self.read(keys::style(key.as_str()), "a style").await
    }

    /// Creates or replaces a style.
    pub async fn put_style(&self, style: &Style) -> Result<(), PortError> {
        self.write(keys::style(style.key.as_str()), style).await
    }

    /// A package.
    pub async fn package(&self, key: &domain::PackageKey) -> Result<Option<Package>, PortError> {
        self.read(keys::package(key.as_str()), "a package").await
    }

    /// Creates or replaces a package.
    pub async fn put_package(&self, package: &Package) -> Result<(), PortError> {
        self.write(keys::package(package.key.as_str()), package).await
    }
}
