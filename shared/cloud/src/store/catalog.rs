//! The catalogue: styles, read whole and kept for a while by those who use them, and the add-ons for sale.

use crate::{PortError, SaveError};
use std::sync::Arc;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::addon::CatalogAddon;
use domain::{AddonKey, Style, StyleKey};

use super::change::{Change, PageOf, Tests};
use super::keys::{self, ADDONS, Item, STYLES, number, text};
use super::read::parse;
use super::transaction::TransactionError;
use crate::Cloud;
use crate::error::unavailable;

impl Cloud {
    /// Every style, at most 30 s old.
    pub async fn styles(&self) -> Result<Arc<Vec<Style>>, PortError> {
        self.styles.get(self.now(), self.load_styles()).await
    }
}

impl Cloud {
    /// A page of styles.
    pub async fn styles_page(&self, after: Option<&StyleKey>, limit: u32) -> Result<Vec<Style>, PortError> {
        let page = PageOf {
            pk: STYLES.to_owned(),
            after: after.map(ToString::to_string),
            limit,
            ..PageOf::default()
        };
        self.page(page, "a style").await
    }

    /// A style.
    pub async fn style(&self, key: &StyleKey) -> Result<Option<Style>, PortError> {
        self.read(keys::style(key.as_str()), "a style").await
    }

    /// Saves a style if the stored one still has the version `before` (`None`: if there is none). Never touches
    /// [`Style::used`].
    pub async fn save_style(&self, style: &Style, before: Option<u32>) -> Result<(), SaveError> {
        let change = Change::of(keys::style(style.key.as_str()), style)?.keeping("used");
        let write = self.change(change.when(at_version(before)))?;
        self.transact(vec![write]).await.map_err(changed)
    }

    /// Erases a style that was never used; false where there is none.
    pub async fn remove_style(&self, key: &StyleKey) -> Result<bool, SaveError> {
        if self.style(key).await?.is_none() {
            return Ok(false);
        }
        let unused = Tests::default().and("used", "<>", AttributeValue::Bool(true));
        let write = self.delete(keys::style(key.as_str()), unused)?;
        match self.transact(vec![write]).await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Err(SaveError::InUse),
            Err(error) => Err(changed(error)),
        }
    }
}

impl Cloud {
    /// Remembers that an edit or an event's allow list names this style: from now on it can be switched off, but not
    /// erased. False where the style is gone, so whoever asks must not use it either.
    pub async fn mark_style_used(&self, key: &StyleKey) -> Result<bool, PortError> {
        // Not a transaction: when a new style is announced, many guests come at once, and none of them may fail here.
        let marked = self
            .dynamodb
            .update_item()
            .table_name(&self.config.table)
            .set_key(Some(keys::style(key.as_str()).into_item()))
            .update_expression("SET used = :used")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":used", AttributeValue::Bool(true))
            .send()
            .await;
        match marked {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("dynamodb.UpdateItem")(error)),
        }
    }
}

impl Cloud {
    /// A page of the catalogue.
    pub async fn addons_page(
        &self,
        after: Option<&AddonKey>,
        limit: u32,
    ) -> Result<Vec<CatalogAddon>, PortError> {
        let page = PageOf {
            pk: ADDONS.to_owned(),
            after: after.map(ToString::to_string),
            limit,
            ..PageOf::default()
        };
        self.page(page, "an add-on").await
    }

    /// An add-on of the catalogue.
    pub async fn catalog_addon(&self, key: &AddonKey) -> Result<Option<CatalogAddon>, PortError> {
        self.read(keys::addon(key), "an add-on").await
    }

    /// Saves an add-on.
    pub async fn save_catalog_addon(&self, addon: &CatalogAddon) -> Result<(), PortError> {
        self.write(keys::addon(&addon.key), addon).await
    }

    /// Takes an add-on out of the catalogue; false where there is none.
    pub async fn remove_catalog_addon(&self, key: &AddonKey) -> Result<bool, PortError> {
        let write = self.delete(keys::addon(key), Tests::present())?;
        self.removed(vec![write]).await
    }
}

impl Cloud {
    async fn load_styles(&self) -> Result<Vec<Style>, PortError> {
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .dynamodb
                .query()
                .table_name(&self.config.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text(STYLES))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(unavailable("dynamodb.Query"))?;
            items.extend(page.items.into_iter().flatten());
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                break;
            }
        }
        // A style that cannot be read (it is logged) must not take the others along: no edit could be made without them.
        let readable = items.into_iter().filter_map(|item| parse(item, "a style").ok());
        let mut styles: Vec<Style> = readable.collect();
        styles.sort_by(|a, b| (a.sort, &a.key).cmp(&(b.sort, &b.key)));
        Ok(styles)
    }

    /// Deletes on condition that there is what is deleted; false where there is not.
    pub(crate) async fn removed(&self, writes: Vec<TransactWriteItem>) -> Result<bool, PortError> {
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Ok(false),
            Err(error) => Err(unwritten(error)),
        }
    }
}

/// What is stored is what the caller has read.
pub(crate) fn at_version(before: Option<u32>) -> Tests {
    match before {
        None => Tests::absent(),
        Some(version) => Tests::present().and("version", "=", number(version.into())),
    }
}

/// A save that did not happen.
pub(crate) fn changed(error: TransactionError) -> SaveError {
    match error {
        TransactionError::Refused(_) => SaveError::Changed,
        // It was tried for seconds already.
        error => unwritten(error).into(),
    }
}

/// A write that did not happen, where no condition tells more.
pub(crate) fn unwritten(error: TransactionError) -> PortError {
    match error {
        TransactionError::Refused(_) | TransactionError::Contended => {
            PortError::Unavailable("dynamodb.TransactWriteItems".to_owned())
        }
        TransactionError::Port(error) => error,
    }
}
