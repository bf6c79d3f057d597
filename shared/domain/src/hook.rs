//! Webhooks, by which a provider may say that it has finished: `{base}/api/v1/hooks/{provider}/{edit}?t={token}`.
//!
//! The token names the attempt and carries our signature, so that a forged call is detected before anything is read. A
//! call is a hint at most: it moves a poll forward.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;

use crate::id::{EditId, EventId, TenantId};
use crate::provider::ProviderName;

/// The longest token that is looked at: three numbers and keys, and the signature.
const LONGEST_TOKEN: usize = 256;

/// The attempt that a webhook is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub provider: ProviderName,
    /// The payer of the edit.
    pub tenant_id: TenantId,
    /// The edit's event.
    pub event_id: EventId,
    pub edit_id: EditId,
    /// Its attempt.
    pub attempt: u32,
}

impl Hook {
    /// The URL for the provider; `None` for a base that takes no path.
    pub fn url(&self, base: &Url, key: &SecretString) -> Option<Url> {
        let mut url = base.clone();
        let edit = self.edit_id.to_string();
        url.path_segments_mut().ok()?.pop_if_empty().extend([
            "api",
            "v1",
            "hooks",
            self.provider.as_str(),
            &edit,
        ]);
        url.query_pairs_mut().append_pair("t", &self.token(key));
        Some(url)
    }

    /// The attempt that a call is about, if its token is one of ours for this provider and edit.
    pub fn verified(
        provider: ProviderName,
        edit_id: EditId,
        token: &str,
        key: &SecretString,
    ) -> Option<Self> {
        let (claims, signature) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST_TOKEN)?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        // Compares in constant time.
        mac(provider, edit_id, claims, key)
            .verify_slice(&signature)
            .ok()?;
        let mut claims = claims.splitn(3, '.');
        Some(Self {
            provider,
            attempt: claims.next()?.parse().ok()?,
            tenant_id: claims.next()?.parse().ok()?,
            event_id: claims.next()?.parse().ok()?,
            edit_id,
        })
    }

    fn token(&self, key: &SecretString) -> String {
        // None of them has a dot in it.
        let claims = format!("{}.{}.{}", self.attempt, self.tenant_id, self.event_id);
        let signature = mac(self.provider, self.edit_id, &claims, key)
            .finalize()
            .into_bytes();
        format!("{claims}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

fn mac(provider: ProviderName, edit_id: EditId, claims: &str, key: &SecretString) -> Hmac<Sha256> {
    #[allow(clippy::expect_used)] // HMAC takes a key of any length
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).expect("a key of any length");
    mac.update(format!("hooks/{provider}/{edit_id}?t={claims}").as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hook(attempt: u32) -> Hook {
        Hook {
            provider: ProviderName::Runware,
            tenant_id: "tenant-1".parse().unwrap(),
            event_id: "event_1".parse().unwrap(),
            edit_id: "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            attempt,
        }
    }

    fn key(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn the_address_says_who_and_where_and_carries_its_token() {
        let base: Url = "http://127.0.0.1:4566/_aws/execute-api/6d616769/$default/"
            .parse()
            .unwrap();
        let url = hook(2).url(&base, &key("k")).unwrap();
        assert_eq!(
            url.path(),
            "/_aws/execute-api/6d616769/$default/api/v1/hooks/runware/edit_01ARZ3NDEKTSV4RRFFQ69G5FAV"
        );
        let (_, token) = url.query_pairs().next().unwrap();
        assert!(token.starts_with("2.tenant-1.event_1."), "{token}");
        assert_eq!(
            Hook::verified(hook(2).provider, hook(2).edit_id, &token, &key("k")),
            Some(hook(2))
        );
    }

    #[test]
    fn a_token_is_good_for_its_own_provider_edit_attempt_and_key_alone() {
        let token = hook(1).token(&key("k"));
        let edit = hook(1).edit_id;
        let other: EditId = "edit_01ARZ3NDEKTSV4RRFFQ69G5FAW".parse().unwrap();
        for (provider, edit, token, secret) in [
            (ProviderName::Fal, edit, token.clone(), "k"),
            (ProviderName::Runware, other, token.clone(), "k"),
            (ProviderName::Runware, edit, token.clone(), "another"),
            (ProviderName::Runware, edit, token.replacen('1', "2", 1), "k"),
            (
                ProviderName::Runware,
                edit,
                token.replace("event_1", "event_2"),
                "k",
            ),
            (
                ProviderName::Runware,
                edit,
                token[..token.len() - 4].to_owned(),
                "k",
            ),
            (ProviderName::Runware, edit, format!("{token}AAAA"), "k"),
            (ProviderName::Runware, edit, "1.tenant-1.event_1.".to_owned(), "k"),
            (ProviderName::Runware, edit, "1.tenant-1.event_1".to_owned(), "k"),
            (ProviderName::Runware, edit, String::new(), "k"),
        ] {
            assert_eq!(
                Hook::verified(provider, edit, &token, &key(secret)),
                None,
                "{token}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_but_ours_is_a_token(text in "[A-Za-z0-9._-]{0,300}", at in 0_usize..60, letter in "[A-Za-z0-9_-]") {
            let key = key("k");
            prop_assert_eq!(Hook::verified(ProviderName::Runware, hook(1).edit_id, &text, &key), None);
            let ours = hook(1).token(&key);
            let mut changed = ours.clone();
            let at = at.min(changed.len() - 1);
            changed.replace_range(at..=at, &letter);
            let found = Hook::verified(ProviderName::Runware, hook(1).edit_id, &changed, &key);
            prop_assert_eq!(found.is_some(), changed == ours);
        }
    }
}
