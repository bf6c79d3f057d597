//! Event tokens: `TOKEN#hash` opens the event, `EVENT#id / TOKEN#ulid` remembers which hash to remove.

use data_encoding::BASE64URL_NOPAD;
use domain::audit::{Action, Actor, Change};
use domain::event::TokenGrant;
use domain::{Event, EventId, TokenId, scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::keys;
use crate::table::{Condition, Query, Update, Write};
use crate::{Cloud, PortError};

#[derive(Serialize, Deserialize)]
struct Issued {
    token_id: TokenId,
    token_hash: String,
    valid_until: Option<Timestamp>,
    #[serde(default)]
    label: Option<String>,
}

/// A token that was just made; nobody can see it again. Not `Debug`: it must not get into a log.
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
    /// For the organiser.
    pub label: Option<String>,
}

impl Cloud {
    /// What a token opens, by the token's hash.
    pub async fn grant(&self, token_hash: &str) -> Result<Option<TokenGrant>, PortError> {
        self.read(keys::token(token_hash), "an event token").await
    }

    /// Makes a token. Only its hash is stored.
    pub async fn new_token(
        &self,
        by: &Actor,
        event: &Event,
        label: Option<&str>,
        valid_until: Option<Timestamp>,
    ) -> Result<NewToken, PortError> {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&self.random().to_ne_bytes());
        secret[16..].copy_from_slice(&self.random().to_ne_bytes());
        let token = BASE64URL_NOPAD.encode(&secret);
        let token_id = TokenId::new(self.now(), self.random());
        let token_hash = scope::token_hash(&token);
        let grant = TokenGrant {
            token_id,
            event_id: event.id.clone(),
            tenant_id: event.tenant_id.clone(),
            scope_key: event.scope_key.clone(),
            valid_until,
        };
        let grant = Write::update(keys::token(&token_hash), Update::fields(grant)?);
        let issued = Issued {
            token_id,
            token_hash,
            valid_until,
            label: label.map(ToOwned::to_owned),
        };
        let link = json!({ "label": label, "expires_at": valid_until });
        let deed = by.did(Action::LinkCreated).of(&event.tenant_id).at(&event.id);
        let deed = deed.to(&token_id).with(Change::between(None, Some(&link)));
        let key = keys::issued_token(&event.id, token_id);
        let issued = Write::update(key, Update::fields(issued)?);
        let mut writes = vec![grant, issued];
        writes.extend(self.audit_writes(&deed)?);
        self.transact(writes).await?;
        Ok(NewToken { token_id, token })
    }

    /// A page of an event's tokens, newest first.
    pub async fn tokens_page(
        &self,
        event: &EventId,
        after: Option<TokenId>,
        limit: u32,
    ) -> Result<Vec<IssuedToken>, PortError> {
        let query = Query::table(keys::event_partition(event))
            .begins_with("TOKEN#")
            .backward()
            .after(after.map(|token| keys::issued_token(event, token)))
            .limit(limit)
            .consistent();
        let tokens: Vec<Issued> = self.page(query, "an issued token").await?;
        let shown = tokens.into_iter().map(|issued| IssuedToken {
            token_id: issued.token_id,
            valid_until: issued.valid_until,
            label: issued.label,
        });
        Ok(shown.collect())
    }

    /// Ends a token at once; false where the event has no such token.
    pub async fn revoke_token(&self, by: &Actor, event: &Event, token: TokenId) -> Result<bool, PortError> {
        let key = keys::issued_token(&event.id, token);
        let issued: Option<Issued> = self.read(key.clone(), "an issued token").await?;
        let Some(issued) = issued else {
            return Ok(false);
        };
        let link = json!({ "label": issued.label, "expires_at": issued.valid_until });
        let deed = by.did(Action::LinkRevoked).of(&event.tenant_id).at(&event.id);
        let deed = deed.to(&token).with(Change::between(Some(&link), None));
        let mut writes = vec![
            Write::delete(keys::token(&issued.token_hash)),
            Write::delete(key).when(Condition::Exists),
        ];
        writes.extend(self.audit_writes(&deed)?);
        self.transact_if(writes).await
    }
}
