//! What an organiser allows at an event, read and changed.

use cloud::Cloud;
use domain::event::{EventPolicy, PolicyChange};
use domain::guard::{GrantedBy, entitlement};
use domain::problem::FieldError;
use domain::scope::TenantCaller;
use domain::{Event, Problem, Style, StyleKey};
use futures::future::try_join_all;
use jiff::Timestamp;

use crate::entry::event_of;

/// An event's policy, and whether it has the feature at all.
#[derive(Debug, Clone)]
pub struct EventSettings {
    /// What the organiser allows.
    pub policy: EventPolicy,
    /// What unlocked the feature; `None` where it is locked.
    pub granted_by: Option<GrantedBy>,
}

impl EventSettings {
    fn of(event: Event, now: Timestamp) -> Self {
        Self {
            granted_by: entitlement::check(&event, now).ok(),
            policy: event.policy,
        }
    }
}

/// Reads an event's policy.
///
/// # Errors
/// An unknown event.
pub async fn get_settings(cloud: &Cloud, caller: TenantCaller<'_>) -> Result<EventSettings, Problem> {
    let event = super::event(cloud, caller).await?;
    Ok(EventSettings::of(event, cloud.now()))
}

/// Changes some fields of an event's policy and answers the whole of it. The fields that do not change are not
/// written, so two changes of different fields at the same moment both last.
///
/// # Errors
/// An unknown event, or a style that does not exist.
pub async fn change_settings(
    cloud: &Cloud,
    caller: TenantCaller<'_>,
    change: &PolicyChange,
) -> Result<EventSettings, Problem> {
    let known = async {
        match &change.allowed_style_keys {
            Some(keys) => check_styles(keys, &cloud.styles().await?),
            None => Ok(()),
        }
    };
    // The event first: to another tenant it must not matter what is in the body.
    let (event, known) = futures::join!(event_of(cloud, caller), known);
    let event = event?;
    known?;
    // A style on a list can be switched off, but not erased.
    let listed = change.allowed_style_keys.iter().flatten();
    try_join_all(listed.map(|key| cloud.mark_style_used(key))).await?;
    let changed = cloud.change_policy(caller.tenant_id, &event, change).await?;
    let changed = changed.ok_or(Problem::EventNotFound)?;
    Ok(EventSettings::of(changed, cloud.now()))
}

fn check_styles(keys: &[StyleKey], styles: &[Style]) -> Result<(), Problem> {
    let unknown = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| !styles.iter().any(|style| style.key == **key));
    let wrong: Vec<FieldError> = unknown
        .map(|(index, _)| FieldError {
            pointer: format!("/allowed_style_keys/{index}"),
            detail: "There is no such style.".to_owned(),
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Problem::ValidationFailed(wrong))
    }
}
