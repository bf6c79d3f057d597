//! The providers, one descriptor each: the one place that names them all.

use domain::{MicroUsd, ProviderName};

use crate::fake;
use crate::model::{Model, PromptLimits};
use crate::provider::Descriptor;
use crate::{fal, runware};

/// The providers, in the order of [`ProviderName`].
const DESCRIPTORS: &[Descriptor] = &[runware::DESCRIPTOR, fal::DESCRIPTOR];

/// A provider's descriptor.
pub fn descriptor(name: ProviderName) -> &'static Descriptor {
    // A test holds the order.
    &DESCRIPTORS[name as usize]
}

/// The model of this provider with this id; `None` where the provider's table does not list it.
pub fn model(provider: ProviderName, id: &str) -> Option<&'static Model> {
    (descriptor(provider).models)().find(|model| model.id == id)
}

/// The name for people of this model of this provider; `None` where the table does not list it.
pub fn model_name(provider: ProviderName, id: &str) -> Option<&'static str> {
    model(provider, id).map(Model::name)
}

/// How long a prompt for this model of this provider may be; [`PromptLimits::COMMON`] where the table does not list it.
pub fn prompt_limits(provider: ProviderName, id: &str) -> PromptLimits {
    model(provider, id).map_or(PromptLimits::COMMON, |model| model.prompt)
}

/// A model of another provider that does the same job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counterpart {
    /// The other provider's id of the model.
    pub model: &'static str,
    /// The other provider's list price of one edit; `None`: not known, or the fake's, so as the original.
    pub estimate: Option<MicroUsd>,
}

/// The model of `to` with the job that `model` does at `from`; `None` where `to` has none, or is the same provider.
pub fn counterpart(from: ProviderName, model: &str, to: ProviderName) -> Option<Counterpart> {
    if from == to {
        return None;
    }
    if let Some(model) = fake::counterpart(model) {
        return Some(Counterpart {
            model,
            estimate: None,
        });
    }
    let job = self::model(from, model)?.job;
    let there = (descriptor(to).models)().find(|model| model.job == job)?;
    Some(Counterpart {
        model: there.id,
        estimate: there.list_price,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use ProviderName::{Fal, Runware};

    use super::*;

    #[test]
    fn every_provider_has_its_descriptor() {
        let names: Vec<_> = DESCRIPTORS.iter().map(|descriptor| descriptor.name).collect();
        assert_eq!(
            names,
            ProviderName::ALL,
            "DESCRIPTORS lists every provider, in their order"
        );
    }

    #[test]
    fn every_provider_is_tested_against_its_double() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).unwrap();
        let files: Vec<_> = folder
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        for provider in ProviderName::ALL {
            let is_its_test = |file: &String| file.starts_with(provider.as_str()) && file.ends_with(".rs");
            assert!(
                files.iter().any(is_its_test),
                "shared/providers/tests has no {provider}*.rs"
            );
        }
    }

    #[test]
    fn every_model_of_a_provider_has_an_id_and_a_job_of_its_own() {
        for descriptor in DESCRIPTORS {
            let (mut ids, mut jobs) = (HashSet::new(), HashSet::new());
            for model in (descriptor.models)() {
                assert!(ids.insert(model.id), "{} is there twice", model.id);
                assert!(jobs.insert(model.job), "{} does what another does", model.id);
                assert!(model.prompt.min >= 1 && model.prompt.max >= 3_000, "{}", model.id);
                assert!(
                    model.list_price.is_none_or(|price| price > MicroUsd::ZERO),
                    "{}",
                    model.id
                );
                assert_eq!(prompt_limits(descriptor.name, model.id), model.prompt);
            }
        }
    }

    /// From Runware's guide for moving from fal (`migrate/fal-to-runware` of Runware's skills, model map of 2026-08-27).
    #[test]
    fn the_same_model_at_both_providers_is_a_counterpart_in_both_directions() {
        let pairs = [
            ("bfl:3@1", "fal-ai/flux-pro/kontext"),
            ("bfl:4@1", "fal-ai/flux-pro/kontext/max"),
            ("runware:106@1", "fal-ai/flux-kontext/dev"),
            ("runware:108@20", "fal-ai/qwen-image-edit"),
            ("runware:108@22", "fal-ai/qwen-image-edit-plus"),
            ("google:4@1", "fal-ai/nano-banana/edit"),
            ("google:4@2", "fal-ai/nano-banana-pro/edit"),
            ("google:4@3", "fal-ai/nano-banana-2/edit"),
            ("bytedance:5@0", "fal-ai/bytedance/seedream/v4/edit"),
            ("openai:gpt-image@2", "openai/gpt-image-2/edit"),
            ("bria:21@1", "bria/fibo-edit/edit"),
        ];
        for (air, endpoint) in pairs {
            assert_eq!(counterpart(Runware, air, Fal).unwrap().model, endpoint);
            assert_eq!(counterpart(Fal, endpoint, Runware).unwrap().model, air);
        }
        let common = (runware::DESCRIPTOR.models)()
            .filter(|model| counterpart(Runware, model.id, Fal).is_some())
            .count();
        assert_eq!(common, pairs.len(), "the others exist at Runware alone");
    }

    #[test]
    fn a_counterpart_carries_the_list_price_of_the_other_provider() {
        let price = |from, model, to| counterpart(from, model, to).unwrap().estimate.map(MicroUsd::get);
        assert_eq!(price(Runware, "google:4@3", Fal), Some(80_000));
        assert_eq!(price(Fal, "fal-ai/nano-banana-2/edit", Runware), Some(69_230));
        assert_eq!(price(Fal, "fal-ai/qwen-image-edit", Runware), None, "not known");
    }

    #[test]
    fn a_fake_that_fails_falls_back_to_one_that_succeeds() {
        for model in ["fake:error", "fake:flaky", "fake:never", "fake:ok"] {
            for (from, to) in [(Runware, Fal), (Fal, Runware)] {
                let found = counterpart(from, model, to).unwrap();
                assert_eq!((found.model, found.estimate), ("fake:ok", None));
            }
        }
    }

    #[test]
    fn a_model_that_one_provider_alone_has_finds_no_counterpart() {
        for (from, model, to) in [
            (Runware, "runware:101@1", Fal),
            (Runware, "fal-ai/flux-pro/kontext", Fal),
            (Fal, "google:4@1", Runware),
            (Fal, "fal-ai/sora", Runware),
            (Runware, "google:4@1", Runware),
            (Fal, "fake:ok", Fal),
        ] {
            assert_eq!(counterpart(from, model, to), None, "{from} {model} {to}");
        }
    }
}
