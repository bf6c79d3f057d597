//! An entry of the audit, as organisers and superadmins see it.

use domain::audit::{Action, Actor, ActorKind, AuditEntry, Change};
use domain::{AuditId, EventId, TenantId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that was changed, by whom and how.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditBody<'a> {
    #[schema(value_type = String)]
    id: AuditId,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    actor: ActorBody<'a>,
    action: Action,
    /// Null for what belongs to the installation.
    #[schema(value_type = Option<String>)]
    tenant_id: Option<&'a TenantId>,
    #[schema(value_type = Option<String>)]
    event_id: Option<&'a EventId>,
    /// The id of an edit, a photo or a link, the key of a style, and so on.
    target: Option<&'a str>,
    /// What changed of it. A secret's value stands nowhere: it is `changed`.
    changes: &'a [Change],
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Actor)]
struct ActorBody<'a> {
    kind: ActorKind,
    /// The subject of the token, or an operator's user name.
    id: &'a str,
    /// For people.
    name: Option<&'a str>,
    /// The tenant in whose place a superadmin acted.
    #[schema(value_type = Option<String>)]
    acting_for: Option<&'a TenantId>,
}

impl<'a> AuditBody<'a> {
    pub fn new(entry: &'a AuditEntry) -> Self {
        let deed = &entry.deed;
        Self {
            id: entry.id,
            at: entry.at,
            actor: ActorBody::new(&deed.actor),
            action: deed.action,
            tenant_id: deed.tenant_id.as_ref(),
            event_id: deed.event_id.as_ref(),
            target: deed.target.as_deref(),
            changes: &deed.changes,
        }
    }
}

impl<'a> ActorBody<'a> {
    fn new(actor: &'a Actor) -> Self {
        Self {
            kind: actor.kind,
            id: &actor.id,
            name: actor.name.as_deref(),
            acting_for: actor.acting_for.as_ref(),
        }
    }
}
