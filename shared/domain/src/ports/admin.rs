//! What the superadmin's use cases ask of the outside world: one trait per resource.
//!
//! A save is conditional on what the caller has read, so that of two superadmins neither undoes the other's change
//! unseen. Lists come in pages, in the order of their keys, after the one that was seen last.

use std::future::Future;

use jiff::Timestamp;
use thiserror::Error;

use super::PortError;
use crate::addon::CatalogAddon;
use crate::budget::Tenant;
use crate::event::{Addon, Event, Package};
use crate::id::{AddonKey, EventId, PackageKey, StyleKey, TenantId, TokenId};
use crate::provider::ProviderName;
use crate::settings::Setting;
use crate::style::Style;

/// Why something was not saved or removed.
#[derive(Debug, Error)]
pub enum SaveError {
    /// It, or what it points at, is no longer as it was read: read again.
    #[error("it has changed in the meantime")]
    Changed,
    /// Something else depends on it, or has its name.
    #[error("it is in use")]
    InUse,
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Styles, as they are managed.
pub trait StyleStore {
    /// A page of styles.
    fn styles_page(
        &self,
        after: Option<&StyleKey>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Style>, PortError>> + Send;

    /// A style.
    fn style(&self, key: &StyleKey) -> impl Future<Output = Result<Option<Style>, PortError>> + Send;

    /// Saves a style if the stored one still has the version `before` (`None`: if there is none). Never touches
    /// [`Style::used`].
    fn save_style(
        &self,
        style: &Style,
        before: Option<u32>,
    ) -> impl Future<Output = Result<(), SaveError>> + Send;

    /// Erases a style that was never used; false where there is none.
    fn remove_style(&self, key: &StyleKey) -> impl Future<Output = Result<bool, SaveError>> + Send;
}

/// Marking styles as used.
pub trait StyleUse {
    /// Remembers that an edit or an event's allow list names this style: from now on it can be switched off, but not
    /// erased. False where the style is gone, so whoever asks must not use it either.
    fn mark_style_used(&self, key: &StyleKey) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// Event packages.
pub trait PackageStore {
    /// A page of packages.
    fn packages_page(
        &self,
        after: Option<&PackageKey>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Package>, PortError>> + Send;

    /// A package.
    fn package(&self, key: &PackageKey) -> impl Future<Output = Result<Option<Package>, PortError>> + Send;

    /// Saves a package if the stored one still has the version `before` (`None`: if there is none).
    fn save_package(
        &self,
        package: &Package,
        before: Option<u32>,
    ) -> impl Future<Output = Result<(), SaveError>> + Send;

    /// Brings the copies that events have of the package to this version; newer copies stay. Returns how many events
    /// have the package.
    fn refold_package(&self, package: &Package) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Removes a package that no event has; false where there is none.
    fn remove_package(&self, key: &PackageKey) -> impl Future<Output = Result<bool, SaveError>> + Send;
}

/// The catalogue of add-ons.
pub trait AddonStore {
    /// A page of the catalogue.
    fn addons_page(
        &self,
        after: Option<&AddonKey>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<CatalogAddon>, PortError>> + Send;

    /// An add-on of the catalogue.
    fn catalog_addon(
        &self,
        key: &AddonKey,
    ) -> impl Future<Output = Result<Option<CatalogAddon>, PortError>> + Send;

    /// Saves an add-on.
    fn save_catalog_addon(&self, addon: &CatalogAddon) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Takes an add-on out of the catalogue; false where there is none.
    fn remove_catalog_addon(&self, key: &AddonKey) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// Tenants.
pub trait TenantStore {
    /// A page of tenants.
    fn tenants_page(
        &self,
        after: Option<&TenantId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Tenant>, PortError>> + Send;

    /// A tenant.
    fn tenant(&self, id: &TenantId) -> impl Future<Output = Result<Option<Tenant>, PortError>> + Send;

    /// Saves a tenant.
    fn save_tenant(&self, tenant: &Tenant) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Events, as they are managed.
pub trait EventStore {
    /// A page of events.
    fn events_page(
        &self,
        after: Option<&EventId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Event>, PortError>> + Send;

    /// Saves slug, name, package and watermark of an event, and of a new one everything. What organiser and add-on
    /// shop write (policy, add-ons) stays as it is in the table.
    ///
    /// All or nothing: the slug points at the event and no longer at where it pointed before; the package knows its
    /// event. [`SaveError::InUse`]: the slug belongs to another event of the tenant. [`SaveError::Changed`]: event
    /// or package are not as they were read, or the tenant is gone.
    fn save_event(
        &self,
        event: &Event,
        before: Option<&Event>,
    ) -> impl Future<Output = Result<(), SaveError>> + Send;
}

/// Add-ons of events.
pub trait EventAddonStore {
    /// Adds or replaces one add-on of an event and leaves the others alone; false where there is no such event.
    fn save_event_addon(
        &self,
        event: &EventId,
        addon: &Addon,
    ) -> impl Future<Output = Result<bool, SaveError>> + Send;

    /// Takes an add-on away; false where the event has none, or there is no such event.
    fn remove_event_addon(
        &self,
        event: &EventId,
        key: &AddonKey,
    ) -> impl Future<Output = Result<bool, SaveError>> + Send;
}

/// A token that was just made; the only time that it is seen. Not `Debug`: it must not get into a log.
#[derive(Clone)]
pub struct NewToken {
    /// Names it without revealing it.
    pub token_id: TokenId,
    /// 256 random bits.
    pub token: String,
}

/// A token as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// Names it without revealing it; also says when it was made.
    pub token_id: TokenId,
    /// When it stops working; absent: never.
    pub valid_until: Option<Timestamp>,
}

/// Event tokens, as they are managed.
pub trait TokenStore {
    /// Makes a token. Only its hash is stored.
    fn new_token(
        &self,
        event: &Event,
        valid_until: Option<Timestamp>,
    ) -> impl Future<Output = Result<NewToken, PortError>> + Send;

    /// A page of an event's tokens, newest first.
    fn tokens_page(
        &self,
        event: &EventId,
        after: Option<TokenId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<IssuedToken>, PortError>> + Send;

    /// Ends a token at once; false where the event has no such token.
    fn revoke_token(
        &self,
        event: &EventId,
        token: TokenId,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// Runtime settings and secrets, as they are managed. Reads are never served from a cache.
pub trait SettingsStore {
    /// The settings that are set, as their texts.
    fn setting_texts(&self) -> impl Future<Output = Result<Vec<(Setting, String)>, PortError>> + Send;

    /// Writes a setting that was checked.
    fn put_setting(&self, setting: Setting, text: &str)
    -> impl Future<Output = Result<(), PortError>> + Send;

    /// Removes a setting, so that its default holds.
    fn reset_setting(&self, setting: Setting) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The providers whose API key is set. The keys themselves are not decrypted.
    fn providers_with_key(&self) -> impl Future<Output = Result<Vec<ProviderName>, PortError>> + Send;

    /// Writes a provider's API key.
    fn put_api_key(
        &self,
        provider: ProviderName,
        secret: &str,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Removes a provider's API key.
    fn remove_api_key(&self, provider: ProviderName) -> impl Future<Output = Result<(), PortError>> + Send;
}
