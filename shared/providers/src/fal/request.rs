//! What is sent: the endpoint's own input, field by field from its row.

use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use super::models::{Endpoint, Fixed, PhotoField, endpoint};
use crate::error::{ProviderError, not_sent};
use crate::job::{EditJob, SourcePhoto};
use crate::model::PromptLimits;

/// The most pixels that we ask for: fal charges per million, rounded up.
const TARGET_PIXELS: u64 = 1_000_000;
/// Sides are multiples of it.
const STEP: u64 = 16;
/// The shortest and the longest side that we ask for.
const SIDES: (u64, u64) = (256, 2_048);

/// The endpoint and its input for this attempt.
///
/// # Errors
/// [`ErrorClass::Validation`] and [`Acceptance::NotSent`]: the endpoint is not in the table, or a prompt has a length
/// it does not take.
pub(super) fn input(job: &EditJob<'_>) -> Result<(&'static Endpoint, Value), ProviderError> {
    let endpoint = endpoint(job.model)
        .ok_or_else(|| not_sent("unknownModel", "no such endpoint is set up for edits"))?;
    let limits = endpoint.model.prompt;
    if !limits.allow(job.prompt) {
        let PromptLimits { min, max } = limits;
        let message = format!("a prompt for {} has {min} to {max} characters", job.model);
        return Err(not_sent("promptLength", &message));
    }
    let mut input = Map::new();
    let mut set = |name: &str, value: Value| input.insert(name.to_owned(), value);
    set(endpoint.prompt_field, json!(job.prompt));
    if endpoint.negative_prompt
        && let Some(prompt) = job.negative_prompt_to_send()?
    {
        set("negative_prompt", json!(prompt));
    }
    let photo = format!("data:image/jpeg;base64,{}", BASE64.encode(&job.photo.jpeg));
    match endpoint.photo {
        PhotoField::ImageUrl => set("image_url", json!(photo)),
        PhotoField::ImageUrls => set("image_urls", json!([photo])),
    };
    if endpoint.image_size {
        let (width, height) = a_megapixel(job.photo);
        set("image_size", json!({ "width": width, "height": height }));
    }
    if endpoint.seed {
        set("seed", json!(job.task_id.seed()));
    }
    for (name, value) in endpoint.fixed {
        let value = match value {
            Fixed::Text(text) => json!(text),
            Fixed::Flag(flag) => json!(flag),
            Fixed::Number(number) => json!(number),
        };
        set(name, value);
    }
    Ok((endpoint, Value::Object(input)))
}

/// The photo's shape in at most a megapixel, and never more than the photo has.
fn a_megapixel(photo: &SourcePhoto) -> (u64, u64) {
    let (width, height) = (u64::from(photo.width.max(1)), u64::from(photo.height.max(1)));
    let fitted = |side: u64, other: u64| {
        let side = side.min((TARGET_PIXELS * side / other).isqrt());
        // Down to the step, so that the product stays below.
        (side / STEP * STEP).clamp(SIDES.0, SIDES.1)
    };
    (fitted(width, height), fitted(height, width))
}

#[cfg(test)]
mod tests {
    use domain::MicroUsd;
    use proptest::prelude::*;

    use super::*;
    use crate::error::{Acceptance, ErrorClass};
    use crate::fal::ENDPOINTS;
    use crate::job::samples::{job, photo};

    const PHOTO: &str = "data:image/jpeg;base64,/9hqcGVn";

    #[test]
    fn each_endpoint_gets_what_it_takes_and_nothing_else() {
        let photo = photo(2048, 1536);
        for (endpoint, whole) in [
            (
                "fal-ai/flux-pro/kontext",
                json!({
                    "prompt": "as a comic", "image_url": PHOTO, "num_images": 1, "output_format": "jpeg",
                    "sync_mode": false, "safety_tolerance": "2", "seed": 0x2e3f_4a5b,
                }),
            ),
            (
                "fal-ai/nano-banana/edit",
                json!({
                    "prompt": "as a comic", "image_urls": [PHOTO], "num_images": 1, "output_format": "jpeg",
                    "sync_mode": false, "safety_tolerance": "2", "aspect_ratio": "auto",
                }),
            ),
            (
                "fal-ai/qwen-image-edit-plus",
                json!({
                    "prompt": "as a comic", "negative_prompt": "blurry", "image_urls": [PHOTO], "num_images": 1,
                    "output_format": "jpeg", "sync_mode": false, "enable_safety_checker": true,
                    "image_size": { "width": 1152, "height": 864 }, "seed": 0x2e3f_4a5b,
                }),
            ),
            (
                "bria/fibo-edit/edit",
                json!({
                    "instruction": "as a comic", "negative_prompt": "blurry", "image_url": PHOTO,
                    "sync_mode": false, "seed": 0x2e3f_4a5b,
                }),
            ),
        ] {
            let (row, input) = input(&job(endpoint, "as a comic", &photo)).unwrap();
            assert_eq!((row.model.id, &input), (endpoint, &whole));
        }
    }

    #[test]
    fn a_job_that_the_provider_would_refuse_is_not_sent() {
        let photo = photo(10, 10);
        let long = "x".repeat(3_001);
        for (model, prompt, code) in [
            ("fake:ok", "as a comic", "unknownModel"),
            ("google:4@1", "as a comic", "unknownModel"),
            ("fal-ai/nano-banana/edit", "xy", "promptLength"),
            ("fal-ai/flux-pro/kontext", &long, "promptLength"),
        ] {
            let error = input(&job(model, prompt, &photo)).unwrap_err();
            assert_eq!(
                (error.class, error.acceptance, error.code.as_str()),
                (ErrorClass::Validation, Acceptance::NotSent, code)
            );
        }
        let negative = EditJob {
            negative_prompt: Some(&long),
            ..job("fal-ai/qwen-image-edit", "as a comic", &photo)
        };
        assert_eq!(input(&negative).unwrap_err().code, "promptLength");
    }

    #[test]
    fn every_endpoint_has_owner_and_app_a_price_and_a_life_cycle() {
        for row in ENDPOINTS {
            assert!(row.model.id.split('/').count() >= 2, "{}", row.model.id);
            assert!(row.price.of_an_edit() > MicroUsd::ZERO, "{}", row.model.id);
            assert!(
                row.fixed.contains(&("sync_mode", Fixed::Flag(false))),
                "{}",
                row.model.id
            );
        }
    }

    proptest! {
        #[test]
        fn a_megapixel_is_never_passed_and_keeps_the_shape(width in 1_u32..5_000, height in 1_u32..5_000) {
            let (w, h) = a_megapixel(&photo(width, height));
            for side in [w, h] {
                prop_assert!(side % STEP == 0 && (SIDES.0..=SIDES.1).contains(&side), "{w}x{h}");
            }
            let shape = f64::from(width.max(height)) / f64::from(width.min(height));
            if shape < 3.0 {
                prop_assert!(w * h <= TARGET_PIXELS, "{w}x{h}");
            }
            // Where both sides have room, only the step is between the picture and the photo.
            if shape < 3.0 && width.min(height) > 600 {
                let ratio = |a: f64, b: f64| (a / b).max(b / a);
                let of = ratio(w as f64 / h as f64, f64::from(width) / f64::from(height));
                prop_assert!(of < 1.04, "{w}x{h} for {width}x{height}: {of}");
            }
        }
    }
}
