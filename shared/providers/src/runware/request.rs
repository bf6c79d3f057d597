//! What is sent. Unknown fields are rejected, so each body is built from what its model takes.

use data_encoding::BASE64;
use domain::TaskId;
use serde_json::{Map, Value, json};

use super::models::{ImageSlot, model};
use super::sizes::SizeChoice;
use crate::error::{ProviderError, not_sent};
use crate::job::EditJob;
use crate::model::PromptLimits;

/// How long Runware keeps an output, in seconds: long enough for a recovery that starts after half an hour, short
/// enough to be gone the same evening. (Without it, days.)
const OUTPUT_TTL_SECONDS: u32 = 3_600;

/// JPEG quality of an output; it is encoded once more on our side.
const OUTPUT_QUALITY: u32 = 92;

/// The `imageInference` task for this attempt.
///
/// # Errors
/// [`ErrorClass::Validation`] and [`Acceptance::NotSent`]: the model is not in the table, or a prompt has a length it
/// does not take. An unknown model is refused rather than guessed at: a photo in the wrong slot can be ignored
/// silently, and a picture of somebody else paid for.
pub(super) fn inference(job: &EditJob<'_>) -> Result<Value, ProviderError> {
    let row = model(job.model)
        .ok_or_else(|| not_sent("unknownModel", "no model with this AIR id is set up for edits"))?;
    let limits = row.model.prompt;
    if !limits.allow(job.prompt) {
        let PromptLimits { min, max } = limits;
        return Err(not_sent(
            "promptLength",
            &format!("a prompt for {} has {min} to {max} characters", row.model.id),
        ));
    }
    let mut task = Map::new();
    let mut set = |name: &str, value: Value| task.insert(name.to_owned(), value);
    set("taskType", json!("imageInference"));
    set("taskUUID", json!(job.task_id.to_string()));
    set("model", json!(row.model.id));
    set("positivePrompt", json!(job.prompt));
    if row.negative_prompt
        && let Some(prompt) = job.negative_prompt_to_send()?
    {
        set("negativePrompt", json!(prompt));
    }
    let photo = json!(format!(
        "data:image/jpeg;base64,{}",
        BASE64.encode(&job.photo.jpeg)
    ));
    match row.image_slot {
        ImageSlot::SeedImage => set("seedImage", photo),
        ImageSlot::InputsReferenceImages => set("inputs", json!({ "referenceImages": [photo] })),
        ImageSlot::InputsImage => set("inputs", json!({ "image": photo })),
    };
    match row.sizes.nearest(job.photo.width, job.photo.height) {
        SizeChoice::Pixels(width, height) => {
            set("width", json!(width));
            set("height", json!(height));
        }
        SizeChoice::Resolution(name) => {
            set("resolution", json!(name));
        }
        SizeChoice::Unsaid => {}
    }
    if let Some(percent) = row.strength_percent {
        set("strength", json!(f64::from(percent) / 100.0));
    }
    if let Some(steps) = row.steps {
        set("steps", json!(steps));
    }
    if let Some(max) = row.max_seed {
        set("seed", json!(job.task_id.seed().min(max)));
    }
    set("outputType", json!("URL"));
    set("outputFormat", json!("JPG"));
    set("outputQuality", json!(OUTPUT_QUALITY));
    set("numberResults", json!(1));
    set("includeCost", json!(true));
    set("safety", json!({ "checkContent": true }));
    set("ttl", json!(OUTPUT_TTL_SECONDS));
    set("deliveryMethod", json!("async"));
    if let Some(webhook) = job.webhook {
        set("webhookURL", json!(webhook));
    }
    Ok(Value::Object(task))
}

/// The `getResponse` task: how is this attempt getting on?
pub(super) fn get_response(task: TaskId) -> Value {
    json!({ "taskType": "getResponse", "taskUUID": task.to_string() })
}

/// The `getTaskDetails` task: what does the archive know of this attempt?
pub(super) fn get_task_details(task: TaskId) -> Value {
    json!({ "taskType": "getTaskDetails", "taskUUID": task.to_string() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::{Acceptance, ErrorClass};
    use crate::job::samples::{job, photo};
    use crate::runware::MODELS;

    #[test]
    fn the_whole_request_for_the_default_model() {
        let photo = photo(2048, 1536);
        let task = inference(&job("google:4@1", "make it watercolour", &photo)).unwrap();
        assert_eq!(
            task,
            json!({
                "taskType": "imageInference",
                "taskUUID": "3f2b8a1e-5c4d-4e6f-8a9b-0c1d2e3f4a5b",
                "model": "google:4@1",
                "positivePrompt": "make it watercolour",
                "inputs": { "referenceImages": ["data:image/jpeg;base64,/9hqcGVn"] },
                "outputType": "URL",
                "outputFormat": "JPG",
                "outputQuality": 92,
                "numberResults": 1,
                "includeCost": true,
                "safety": { "checkContent": true },
                "ttl": 3600,
                "deliveryMethod": "async",
            })
        );
    }

    #[test]
    fn each_model_gets_what_it_takes_and_nothing_else() {
        let photo = photo(2048, 1536);
        let common = 12;
        for (model, own) in [
            ("google:4@1", json!({})),
            ("google:4@3", json!({ "resolution": "1K", "seed": 0x2e3f_4a5b })),
            ("bfl:3@1", json!({ "width": 1184, "height": 880 })),
            (
                "runware:400@2",
                json!({ "negativePrompt": "blurry", "width": 1184, "height": 880, "seed": 0x2e3f_4a5b }),
            ),
            (
                "runware:101@1",
                json!({
                    "seedImage": "data:image/jpeg;base64,/9hqcGVn", "strength": 0.85, "steps": 28, "width": 1152,
                    "height": 896, "seed": 0x2e3f_4a5b,
                }),
            ),
            (
                "bria:21@1",
                json!({ "inputs": { "image": "data:image/jpeg;base64,/9hqcGVn" } }),
            ),
            ("openai:1@1", json!({ "width": 1536, "height": 1024 })),
        ] {
            let task = inference(&job(model, "make it watercolour", &photo)).unwrap();
            let own = own.as_object().unwrap();
            for (name, value) in own {
                assert_eq!(&task[name], value, "{name} of {model}");
            }
            let inputs = usize::from(task.get("inputs").is_some() && own.get("inputs").is_none());
            assert_eq!(
                task.as_object().unwrap().len(),
                common + own.len() + inputs,
                "{model}: {task}"
            );
        }
    }

    #[test]
    fn a_job_that_the_provider_would_refuse_is_not_sent() {
        let photo = photo(10, 10);
        let long = "x".repeat(3_001);
        for (model, prompt, code) in [
            ("fake:ok", "make it watercolour", "unknownModel"),
            ("civitai:1@1", "make it watercolour", "unknownModel"),
            ("google:4@1", "xy", "promptLength"),
            ("bfl:3@1", &long, "promptLength"),
        ] {
            let error = inference(&job(model, prompt, &photo)).unwrap_err();
            assert_eq!(
                (error.class, error.acceptance),
                (ErrorClass::Validation, Acceptance::NotSent)
            );
            assert_eq!(error.code, code);
        }
        let negative = EditJob {
            negative_prompt: Some(&long),
            ..job("runware:108@22", "make it blue", &photo)
        };
        assert_eq!(inference(&negative).unwrap_err().code, "promptLength");
        assert!(
            inference(&EditJob {
                model: "google:4@1",
                ..negative
            })
            .is_ok(),
            "it does not take one anyway"
        );
    }

    #[test]
    fn every_model_has_an_air_id_and_a_strength_exactly_for_a_seed_image() {
        for row in MODELS {
            assert!(
                row.model.id.contains(':') && row.model.id.contains('@'),
                "{}",
                row.model.id
            );
            assert_eq!(
                row.image_slot == ImageSlot::SeedImage,
                row.strength_percent.is_some(),
                "{}",
                row.model.id
            );
        }
    }

    proptest! {
        #[test]
        fn a_prompt_is_sent_exactly_when_its_length_is_allowed(length in 0_usize..3_100) {
            let photo = photo(10, 10);
            // Characters, not bytes.
            let prompt = "ü".repeat(length);
            let sent = inference(&job("bfl:3@1", &prompt, &photo)).is_ok();
            prop_assert_eq!(sent, (2..=3_000).contains(&length));
        }
    }
}
