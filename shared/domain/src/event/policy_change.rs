//! What an organiser changes about an event's policy.

use jiff::Timestamp;

use super::{Consent, EventPage, EventPolicy, Gallery, Language};
use crate::id::StyleKey;

/// The fields of an [`EventPolicy`] that change, with their new values; the others are `None`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // each field is the policy's field of its name
pub struct PolicyChange {
    pub enabled: Option<bool>,
    pub allow_custom_prompt: Option<bool>,
    pub allow_prompt_without_style: Option<bool>,
    pub allowed_style_keys: Option<Vec<StyleKey>>,
    pub policy_message: Option<Option<String>>,
    pub blocked_terms: Option<Vec<String>>,
    pub max_in_flight_per_guest: Option<Option<u32>>,
    pub max_in_flight_per_event: Option<Option<u32>>,
    pub gallery: Option<Gallery>,
    pub page: PageChange,
    /// The text alone: a new one gets the next version.
    pub consent: Option<Option<String>>,
}

/// The fields of an [`EventPage`] that change.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // each field is the page's field of its name
pub struct PageChange {
    pub welcome: Option<Option<String>>,
    pub accent_colour: Option<Option<String>>,
    pub logo_key: Option<Option<String>>,
    pub languages: Option<Vec<Language>>,
    pub privacy_url: Option<Option<String>>,
    pub ends_at: Option<Option<Timestamp>>,
}

impl PolicyChange {
    /// The policy after the change.
    #[must_use]
    pub fn of(&self, before: &EventPolicy) -> EventPolicy {
        let mut policy = before.clone();
        set(&mut policy.enabled, self.enabled.as_ref());
        set(&mut policy.allow_custom_prompt, self.allow_custom_prompt.as_ref());
        set(
            &mut policy.allow_prompt_without_style,
            self.allow_prompt_without_style.as_ref(),
        );
        set(&mut policy.allowed_style_keys, self.allowed_style_keys.as_ref());
        set(&mut policy.policy_message, self.policy_message.as_ref());
        if let Some(terms) = &self.blocked_terms {
            policy.blocked_terms = terms.clone().into();
        }
        set(
            &mut policy.max_in_flight_per_guest,
            self.max_in_flight_per_guest.as_ref(),
        );
        set(
            &mut policy.max_in_flight_per_event,
            self.max_in_flight_per_event.as_ref(),
        );
        set(&mut policy.gallery, self.gallery.as_ref());
        self.page.change(&mut policy.page);
        if let Some(text) = &self.consent {
            policy.ask_for_consent(text.as_deref());
        }
        policy
    }
}

impl PageChange {
    fn change(&self, page: &mut EventPage) {
        set(&mut page.welcome, self.welcome.as_ref());
        set(&mut page.accent_colour, self.accent_colour.as_ref());
        set(&mut page.logo_key, self.logo_key.as_ref());
        set(&mut page.languages, self.languages.as_ref());
        set(&mut page.privacy_url, self.privacy_url.as_ref());
        set(&mut page.ends_at, self.ends_at.as_ref());
    }
}

impl EventPolicy {
    /// The same text keeps its version. A text that comes back is a new one: guests agree to it again.
    fn ask_for_consent(&mut self, text: Option<&str>) {
        let now = self.consent.as_ref().map(|consent| consent.text.as_str());
        if now == text {
            return;
        }
        self.consent = text.map(|text| {
            self.consent_texts += 1;
            Consent {
                text: text.to_owned(),
                version: self.consent_texts,
            }
        });
    }
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(text: Option<&str>) -> PolicyChange {
        PolicyChange {
            consent: Some(text.map(str::to_owned)),
            ..PolicyChange::default()
        }
    }

    #[test]
    fn what_is_not_named_stays() {
        let before = EventPolicy {
            allow_custom_prompt: true,
            policy_message: Some("Later.".to_owned()),
            ..EventPolicy::default()
        };
        assert_eq!(PolicyChange::default().of(&before), before);
        let change = PolicyChange {
            policy_message: Some(None),
            page: PageChange {
                welcome: Some(Some("Hello".to_owned())),
                ..PageChange::default()
            },
            ..PolicyChange::default()
        };
        let after = change.of(&before);
        assert!(after.allow_custom_prompt);
        assert_eq!(after.policy_message, None);
        let page = EventPage {
            welcome: Some("Hello".to_owned()),
            ..EventPage::default()
        };
        assert_eq!(after.page, page);
    }

    #[test]
    fn every_new_text_of_consent_has_a_version_of_its_own() {
        let version = |policy: &EventPolicy| policy.consent.as_ref().map(|consent| consent.version);
        let first = asks(Some("A")).of(&EventPolicy::default());
        assert_eq!(version(&first), Some(1));
        assert_eq!(asks(Some("A")).of(&first), first);
        let second = asks(Some("B")).of(&first);
        assert_eq!(version(&second), Some(2));
        let none = asks(None).of(&second);
        assert_eq!(version(&none), None);
        assert_eq!(version(&asks(Some("B")).of(&none)), Some(3));
    }
}
