//! Which model of another provider does the same job, for a fallback.

use domain::{MicroUsd, ProviderName};

use crate::{fal, runware};

/// A model of another provider that does the same job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counterpart {
    /// What the other provider calls it.
    pub model: &'static str,
    /// The other provider's list price of one edit; `None` = not known, or the fake's: as the original.
    pub estimate: Option<MicroUsd>,
}

/// The same model at both: Runware's AIR id and fal's endpoint. From Runware's own guide for moving from fal
/// (`migrate/fal-to-runware` of Runware's skills, model map of 2026-08-27). A model that only one of them has is not
/// here: its edits do not fall back.
const SAME: &[(&str, &str)] = &[
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

/// What the fake makes of an edit that failed at another fake: a picture.
const FAKE: &str = "fake:ok";

/// The model of `to` that does what `model` does at `from`; `None` where `to` has none, or is the same provider.
/// A fake model's counterpart is `fake:ok`, so that a fallback can be seen without an outside call.
pub fn counterpart(from: ProviderName, model: &str, to: ProviderName) -> Option<Counterpart> {
    if from == to {
        return None;
    }
    if model.starts_with("fake:") {
        return Some(Counterpart {
            model: FAKE,
            estimate: None,
        });
    }
    match to {
        ProviderName::Fal => {
            let (_, endpoint) = SAME.iter().find(|(air, _)| *air == model)?;
            Some(Counterpart {
                model: endpoint,
                estimate: fal::model(endpoint).map(|model| model.price.of_an_edit()),
            })
        }
        ProviderName::Runware => {
            let (air, _) = SAME.iter().find(|(_, endpoint)| *endpoint == model)?;
            Some(Counterpart {
                model: air,
                estimate: runware::model(air).and_then(|model| model.list_price),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use ProviderName::{Fal, Runware};

    use super::*;

    #[test]
    fn every_pair_names_models_that_are_set_up_and_leads_there_and_back() {
        for (air, endpoint) in SAME {
            assert!(runware::model(air).is_some(), "{air} is not set up");
            let there = counterpart(Runware, air, Fal).unwrap();
            let back = counterpart(Fal, there.model, Runware).unwrap();
            assert_eq!((there.model, back.model), (*endpoint, *air));
            assert!(
                there.estimate.is_some_and(|price| price > MicroUsd::ZERO),
                "{endpoint}"
            );
            let (runware, fal) = (runware::model(air).unwrap(), fal::model(endpoint).unwrap());
            assert_eq!(
                runware.name, fal.name,
                "{air} and {endpoint} are different models"
            );
        }
    }

    #[test]
    fn a_model_is_in_one_pair_at_most() {
        for (index, (air, endpoint)) in SAME.iter().enumerate() {
            assert!(
                SAME[..index].iter().all(|(a, e)| a != air && e != endpoint),
                "{air}, {endpoint}"
            );
        }
    }

    #[test]
    fn the_other_list_price_comes_with_the_model() {
        let price = |from, model, to| counterpart(from, model, to).unwrap().estimate.map(MicroUsd::get);
        assert_eq!(price(Runware, "google:4@3", Fal), Some(80_000));
        assert_eq!(price(Fal, "fal-ai/nano-banana-2/edit", Runware), Some(69_230));
        assert_eq!(price(Fal, "fal-ai/qwen-image-edit", Runware), None, "not known");
    }

    #[test]
    fn a_fake_that_fails_falls_back_to_one_that_does_not() {
        for model in ["fake:error", "fake:flaky", "fake:never", "fake:ok"] {
            for (from, to) in [(Runware, Fal), (Fal, Runware)] {
                let found = counterpart(from, model, to).unwrap();
                assert_eq!((found.model, found.estimate), ("fake:ok", None));
            }
        }
    }

    #[test]
    fn what_the_other_does_not_have_has_no_counterpart() {
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
