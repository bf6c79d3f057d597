//! Who is calling, and who a guest is without knowing who: a keyed hash.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::id::TenantId;

/// The identity that tells guests of an event apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestIdentity<'a> {
    /// The random id that the guest's device keeps (`X-Guest-Id`).
    Device(&'a str),
    /// Without one, the address the request came from.
    Address(&'a str),
}

/// A guest as a request presents it: the holder of an event's token. Not `Debug`: a token must not get into a log.
#[derive(Clone, Copy)]
pub struct GuestCaller<'a> {
    /// The event token from the path.
    pub token: &'a str,
    pub identity: GuestIdentity<'a>,
}

/// An organiser and the event it means.
#[derive(Debug, Clone, Copy)]
pub struct TenantCaller<'a> {
    /// From its token.
    pub tenant_id: &'a TenantId,
    /// From the path.
    pub event_slug: &'a str,
}

/// The scope in which a guest's idempotency keys, quotas and abuse are counted; 32 hex digits. It is keyed with
/// the event's own key, so it can neither be reversed by guessing nor joined between events.
pub fn scope_hash(scope_key: &str, guest: GuestIdentity<'_>) -> String {
    let (kind, value) = match guest {
        GuestIdentity::Device(id) => ("device", id),
        GuestIdentity::Address(address) => ("address", address),
    };
    #[allow(clippy::expect_used)] // HMAC takes a key of any length
    let mut mac = Hmac::<Sha256>::new_from_slice(scope_key.as_bytes()).expect("a key of any length");
    mac.update(kind.as_bytes());
    mac.update(b"\0");
    mac.update(value.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes()[..16])
}

/// The hash under which an event token is stored.
pub fn token_hash(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_differ_by_event_by_guest_and_by_kind() {
        let own = scope_hash("k1", GuestIdentity::Device("a"));
        assert_eq!(own, scope_hash("k1", GuestIdentity::Device("a")));
        assert_eq!(own.len(), 32);
        for other in [
            scope_hash("k2", GuestIdentity::Device("a")),
            scope_hash("k1", GuestIdentity::Device("b")),
            scope_hash("k1", GuestIdentity::Address("a")),
        ] {
            assert_ne!(own, other);
        }
    }
}
