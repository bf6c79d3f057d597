//! Events, their tokens and photos, and tenants.

use data_encoding::BASE64URL_NOPAD;
use domain::budget::Tenant;
use domain::event::{Photo, TokenGrant};
use domain::ports::{Events, Photos, PortError, Slugs, Tokens};
use domain::{Context, Event, EventId, PhotoId, TenantId, TokenId, scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::{self, Item, Key, text};
use super::read::parse;
use crate::Cloud;
use crate::context::random_bits;
use crate::error::unavailable;

/// A token that was just made; the only time that it is seen.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Names it without revealing it.
    pub token_id: TokenId,
    /// 256 random bits.
    pub token: String,
}

impl Tokens for Cloud {
    async fn grant(&self, token_hash: &str) -> Result<Option<TokenGrant>, PortError> {
        self.read(keys::token(token_hash), "an event token").await
    }
}

impl Slugs for Cloud {
    async fn event_of_slug(&self, tenant: &TenantId, slug: &str) -> Result<Option<EventId>, PortError> {
        let pointer: Option<SlugPointer> = self.read(keys::slug(tenant, slug), "an event's slug").await?;
        Ok(pointer.map(|pointer| pointer.event_id))
    }
}

impl Events for Cloud {
    async fn event(&self, id: &EventId) -> Result<Option<Event>, PortError> {
        self.read(keys::event(id), "an event").await
    }
}

impl Photos for Cloud {
    async fn put_photo(&self, photo: &Photo) -> Result<(), PortError> {
        self.write(keys::photo(&photo.event_id, photo.id), photo).await
    }

    async fn photos(
        &self,
        event: &EventId,
        after: Option<PhotoId>,
        limit: u32,
    ) -> Result<Vec<Photo>, PortError> {
        let answer = self
            .dynamodb
            .query()
            .table_name(&self.config.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :photo)")
            .expression_attribute_values(":pk", text(keys::event_partition(event)))
            .expression_attribute_values(":photo", text("PHOTO#"))
            .scan_index_forward(false)
            // The photo that was seen last need not exist any more.
            .set_exclusive_start_key(after.map(|photo| keys::photo(event, photo).into_item()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable("dynamodb.Query"))?;
        answer
            .items
            .into_iter()
            .flatten()
            .map(|item: Item| parse(item, "a photo"))
            .collect()
    }
}

impl Cloud {
    /// Creates or replaces a tenant.
    pub async fn put_tenant(&self, tenant: &Tenant) -> Result<(), PortError> {
        self.write(keys::tenant(&tenant.id), tenant).await
    }

    /// A tenant.
    pub async fn tenant(&self, id: &domain::TenantId) -> Result<Option<Tenant>, PortError> {
        self.read(keys::tenant(id), "a tenant").await
    }

    /// Creates or replaces an event, and the pointer from its slug.
    pub async fn put_event(&self, event: &Event) -> Result<(), PortError> {
        self.write(keys::event(&event.id), event).await?;
        let pointer = SlugPointer {
            event_id: event.id.clone(),
        };
        self.write(keys::slug(&event.tenant_id, event.slug.as_str()), pointer)
            .await
    }

    /// A key for an event's scope hashes: 128 random bits.
    pub fn new_scope_key(&self) -> String {
        format!("{:032x}", self.random())
    }

    /// Makes a token for an event. Only its hash is stored.
    pub async fn new_token(
        &self,
        event: &Event,
        valid_until: Option<Timestamp>,
    ) -> Result<NewToken, PortError> {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&random_bits().to_ne_bytes());
        secret[16..].copy_from_slice(&random_bits().to_ne_bytes());
        let token = BASE64URL_NOPAD.encode(&secret);
        let grant = TokenGrant {
            token_id: TokenId::new(self.now(), self.random()),
            event_id: event.id.clone(),
            tenant_id: event.tenant_id.clone(),
            scope_key: event.scope_key.clone(),
            valid_until,
        };
        self.write(keys::token(&scope::token_hash(&token)), &grant)
            .await?;
        Ok(NewToken {
            token_id: grant.token_id,
            token,
        })
    }

    pub(crate) async fn write<T: Serialize>(&self, key: Key, value: T) -> Result<(), PortError> {
        self.dynamodb
            .put_item()
            .table_name(&self.config.table)
            .set_item(Some(keys::item(key, value)?))
            .send()
            .await
            .map_err(unavailable("dynamodb.PutItem"))?;
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct SlugPointer {
    event_id: EventId,
}
