//! The layers, asked about a good request that each test spoils in its own way.

mod budget;
mod entitlement;
mod order;
mod policy;
mod rate;
mod safety;
mod safety_characters;
mod safety_properties;
mod style;

use jiff::Timestamp;

use super::rate::EditsOfHour;
use super::*;
use crate::budget::{BudgetCaps, BudgetMonth};
use crate::event::{Addon, AddonStatus, Event, EventPolicy, FEATURE_AI_STYLING, Package};
use crate::settings::Settings;
use crate::style::{Style, sample};

/// A request that passes every layer, with everything that the layers look at.
struct World {
    settings: Settings,
    audience: Audience,
    event: Event,
    caps: BudgetCaps,
    month: BudgetMonth,
    load: Load,
    edits_of_hour: EditsOfHour,
    styles: Vec<Style>,
    request: EditRequest,
}

/// Model `short` takes 2 to 30 characters, every other 2 to 300.
fn limits(_: ProviderName, model: &str) -> (usize, usize) {
    if model == "short" { (2, 30) } else { (2, 300) }
}

/// At fal, model `pair` costs 70,000 micro-USD and no other has a counterpart.
fn cost_at_fal(_: ProviderName, model: &str, to: ProviderName) -> Option<MicroUsd> {
    (model == "pair" && to == ProviderName::Fal).then_some(MicroUsd::new(70_000))
}

fn now() -> Timestamp {
    at(0)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn package(features: &[&str]) -> Package {
    Package {
        key: "party".parse().unwrap(),
        name: "Party".to_owned(),
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        version: 1,
    }
}

fn addon(key: &str, status: AddonStatus, expires_at: Option<Timestamp>) -> Addon {
    Addon {
        key: key.parse().unwrap(),
        status,
        expires_at,
    }
}

impl World {
    fn good() -> Self {
        Self {
            settings: Settings::default(),
            audience: Audience::Guest,
            event: Event {
                id: "e1".parse().unwrap(),
                tenant_id: "t1".parse().unwrap(),
                slug: "summer-party".parse().unwrap(),
                name: "Summer party".to_owned(),
                package: Some(package(&[FEATURE_AI_STYLING])),
                addons: Vec::new(),
                policy: EventPolicy {
                    allow_custom_prompt: true,
                    ..EventPolicy::default()
                },
                watermark: None,
                policy_version: 0,
                created_at: None,
                scope_key: "00".repeat(16),
            },
            caps: BudgetCaps {
                hard_cap_micro_usd: Some(MicroUsd::new(1_000_000)),
                ..BudgetCaps::default()
            },
            month: BudgetMonth::default(),
            load: Load::default(),
            edits_of_hour: EditsOfHour::default(),
            styles: vec![sample("watercolour"), sample("comic")],
            request: EditRequest {
                style_key: Some("watercolour".parse().unwrap()),
                prompt: Some("with snow".to_owned()),
                negative_prompt: None,
            },
        }
    }

    /// The good world, changed.
    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::good();
        change(&mut world);
        world
    }

    /// Asks all the layers, as a caller does.
    fn ask(&self) -> Verdict {
        if let Err(refusal) = enabled::check(&self.settings, self.audience) {
            return Verdict::Refused(refusal);
        }
        let facts = Facts {
            settings: &self.settings,
            event: &self.event,
            caps: &self.caps,
            month: self.month,
            load: self.load,
            edits_of_hour: self.edits_of_hour,
            styles: &self.styles,
            prompt_limits: limits,
            counterpart_cost: cost_at_fal,
            now: now(),
        };
        check(&self.request, &facts)
    }

    fn approval(&self) -> Approval {
        match self.ask() {
            Verdict::Approved(approval) => *approval,
            other => panic!("not approved: {other:?}"),
        }
    }

    fn refusal(&self) -> Refusal {
        match self.ask() {
            Verdict::Refused(refusal) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// The field that is found wrong, and what is said about it.
    fn invalid(&self) -> (&'static str, String) {
        match self.refusal() {
            Refusal::Invalid { pointer, detail } => (pointer, detail),
            other => panic!("not invalid: {other:?}"),
        }
    }

    fn choose(&mut self, style: &str) {
        self.request.style_key = Some(style.parse().unwrap());
    }

    fn style(&mut self, key: &str) -> &mut Style {
        self.styles
            .iter_mut()
            .find(|style| style.key.as_str() == key)
            .unwrap()
    }
}
