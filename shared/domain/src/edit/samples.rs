//! Edits for the tests of this crate.

use jiff::Timestamp;

use super::{Edit, Origin, Status, StoredOutput};
use crate::id::{EditId, PhotoId};
use crate::money::MicroUsd;
use crate::provider::ProviderName;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn queued() -> Edit {
    Edit {
        id: EditId::new(at(0), 1),
        event_id: "e1".parse().unwrap(),
        tenant_id: "t1".parse().unwrap(),
        event_slug: "party".parse().unwrap(),
        photo_id: PhotoId::new(at(0), 2),
        origin: Origin::Tenant,
        counts_for_guest: false,
        counts_for_event: false,
        arrival: None,
        idempotency_key: None,
        status: Status::Queued,
        style_key: None,
        style_version: None,
        prompt: None,
        negative_prompt: None,
        rendered_prompt: "p".to_owned(),
        rendered_negative_prompt: None,
        provider: ProviderName::Runware,
        model: "fake:ok".to_owned(),
        seed: None,
        attempt: 0,
        attempts: Vec::new(),
        polls: 0,
        provider_latency_ms: None,
        month: "2026-11".to_owned(),
        estimate_micro_usd: Some(MicroUsd::new(40_000)),
        reserved_micro_usd: MicroUsd::new(40_000),
        cost_micro_usd: None,
        output: None,
        provider_url: None,
        failure: None,
        review: None,
        deleted_at: None,
        created_at: at(0),
        updated_at: at(0),
        completed_at: None,
        deadline_at: at(600),
    }
}

pub(crate) fn output() -> StoredOutput {
    StoredOutput {
        object_key: "k".to_owned(),
        thumbnail_key: "t".to_owned(),
        mime_type: "image/jpeg".to_owned(),
        width: 1,
        height: 1,
        bytes: 1,
        sha256: "00".to_owned(),
    }
}
