//! The catalogue: styles, and the add-ons for sale.

use std::sync::Arc;

use domain::addon::CatalogAddon;
use domain::audit::Deed;
use domain::{AddonKey, Style, StyleKey};

use super::keys::{self, ADDONS, STYLES};
use super::read::parse;
use super::write::at_version;
use crate::table::{Condition, Query, Update, Value, Write};
use crate::{Cloud, PortError, SaveError};

/// Set once an edit or an event's allow list has named the style.
const USED: &str = "used";

impl Cloud {
    /// Every style, at most 30 s old.
    pub async fn styles(&self) -> Result<Arc<Vec<Style>>, PortError> {
        self.styles.get(self.now(), self.load_styles()).await
    }

    /// The styles for a caller whose style is not among [`Cloud::styles`], or may not be used: at most a second old.
    pub async fn recent_styles(&self) -> Result<Arc<Vec<Style>>, PortError> {
        self.styles.recent(self.now(), self.load_styles()).await
    }

    async fn load_styles(&self) -> Result<Vec<Style>, PortError> {
        let (items, _) = self.query(Query::table(STYLES).consistent()).await?;
        // A style that cannot be read (`parse` logs it) must not take the others along: no edit could be made.
        let readable = items.into_iter().filter_map(|item| parse(item, "a style").ok());
        let mut styles: Vec<Style> = readable.collect();
        styles.sort_by(|a, b| (a.sort, &a.key).cmp(&(b.sort, &b.key)));
        Ok(styles)
    }

    /// A page of styles.
    pub async fn styles_page(&self, after: Option<&StyleKey>, limit: u32) -> Result<Vec<Style>, PortError> {
        let after = after.map(|key| keys::style(key.as_str()));
        let query = Query::table(STYLES).after(after).limit(limit).consistent();
        self.page(query, "a style").await
    }

    pub async fn style(&self, key: &StyleKey) -> Result<Option<Style>, PortError> {
        self.read(keys::style(key.as_str()), "a style").await
    }

    /// Saves a style if the stored one still has the version `before` (`None`: if there is none). Never touches
    /// [`Style::used`].
    pub async fn save_style(&self, style: &Style, before: Option<u32>, deed: &Deed) -> Result<(), SaveError> {
        let update = Update::fields(style)?.keeping(USED);
        let key = keys::style(style.key.as_str());
        let mut writes = vec![Write::update(key, update).when(at_version(before))];
        writes.extend(self.audit_writes(deed)?);
        Ok(self.transact(writes).await?)
    }

    /// Deletes a style that was never used; false where there is none.
    pub async fn remove_style(&self, key: &StyleKey, deed: &Deed) -> Result<bool, SaveError> {
        if self.style(key).await?.is_none() {
            return Ok(false);
        }
        let unused = Condition::ne(USED, Value::Bool(true));
        let mut writes = vec![Write::delete(keys::style(key.as_str())).when(unused)];
        writes.extend(self.audit_writes(deed)?);
        if self.transact_if(writes).await? {
            Ok(true)
        } else {
            Err(SaveError::InUse)
        }
    }

    /// Notes that an edit or an event's allow list names this style: from now on it can be switched off, but not
    /// deleted. False where the style is gone, and so must not be named.
    pub async fn mark_style_used(&self, key: &StyleKey) -> Result<bool, PortError> {
        // Not a transaction: when a new style is announced, many guests come at once, and none of them may fail here.
        let update = Update::default().set(USED, Value::Bool(true));
        let key = keys::style(key.as_str());
        let marked = self.table.update(&key, &update, &Condition::Exists).await?;
        Ok(marked.is_some())
    }

    /// A page of the add-ons for sale.
    pub async fn addons_page(
        &self,
        after: Option<&AddonKey>,
        limit: u32,
    ) -> Result<Vec<CatalogAddon>, PortError> {
        let after = after.map(keys::addon);
        let query = Query::table(ADDONS).after(after).limit(limit).consistent();
        self.page(query, "an add-on").await
    }

    pub async fn catalog_addon(&self, key: &AddonKey) -> Result<Option<CatalogAddon>, PortError> {
        self.read(keys::addon(key), "an add-on").await
    }

    pub async fn save_catalog_addon(&self, addon: &CatalogAddon, deed: &Deed) -> Result<(), PortError> {
        let mut writes = vec![Write::update(keys::addon(&addon.key), Update::fields(addon)?)];
        writes.extend(self.audit_writes(deed)?);
        Ok(self.transact(writes).await?)
    }

    /// Takes an add-on out of the catalogue; false where there is none.
    pub async fn remove_catalog_addon(&self, key: &AddonKey, deed: &Deed) -> Result<bool, PortError> {
        let mut writes = vec![Write::delete(keys::addon(key)).when(Condition::Exists)];
        writes.extend(self.audit_writes(deed)?);
        self.transact_if(writes).await
    }
}
