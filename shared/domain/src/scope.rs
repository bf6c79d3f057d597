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
    /// The address the request came from. It is never stored: only its hash is, under the event's own key.
    pub address: &'a str,
}

/// The scopes in which an event counts what a guest does, as hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestScopes {
    /// The guest's own.
    pub own: String,
    /// That of the guest's address, which others may share; `None` where it is the guest's own.
    pub address: Option<String>,
}

impl GuestCaller<'_> {
    /// The guest's scopes at the event with this key.
    pub fn scopes(&self, scope_key: &str) -> GuestScopes {
        let hash = |identity| scope_hash(scope_key, identity);
        let address = match self.identity {
            GuestIdentity::Device(_) => Some(hash(GuestIdentity::Address(self.address))),
            GuestIdentity::Address(_) => None,
        };
        let own = hash(self.identity);
        GuestScopes { own, address }
    }
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
    fn a_guest_with_an_id_is_counted_by_it_and_by_its_address_and_another_one_once() {
        let guest = |identity| GuestCaller {
            token: "t",
            identity,
            address: "192.0.2.7",
        };
        let address = scope_hash("k", GuestIdentity::Address("192.0.2.7"));
        let device = GuestIdentity::Device("phone");
        let both = guest(device).scopes("k");
        assert_eq!(both.own, scope_hash("k", device));
        assert_eq!(both.address.as_ref(), Some(&address));
        let alone = guest(GuestIdentity::Address("192.0.2.7")).scopes("k");
        assert_eq!((alone.own, alone.address), (address, None));
    }

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
