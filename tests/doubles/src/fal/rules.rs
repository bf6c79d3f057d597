//! Refusals of the endpoints. Written from the documentation, not from our client: every field of an endpoint, and no
//! other.

use serde_json::{Map, Value, json};

type Input = Map<String, Value>;

/// The input of an endpoint.
struct Endpoint {
    name: &'static str,
    /// The field of the prompt.
    prompt: &'static str,
    /// `image_url` or `image_urls`.
    photo: &'static str,
    fields: &'static [&'static str],
}

const KONTEXT: &[&str] = &[
    "seed",
    "guidance_scale",
    "sync_mode",
    "num_images",
    "output_format",
    "safety_tolerance",
    "enhance_prompt",
    "aspect_ratio",
];
const QWEN: &[&str] = &[
    "image_size",
    "num_inference_steps",
    "seed",
    "guidance_scale",
    "sync_mode",
    "num_images",
    "enable_safety_checker",
    "output_format",
    "negative_prompt",
    "acceleration",
];
const NANO_BANANA: &[&str] = &[
    "num_images",
    "aspect_ratio",
    "output_format",
    "safety_tolerance",
    "sync_mode",
    "limit_generations",
];
const NANO_BANANA_NEWER: &[&str] = &[
    "num_images",
    "seed",
    "aspect_ratio",
    "output_format",
    "safety_tolerance",
    "sync_mode",
    "resolution",
    "limit_generations",
    "enable_web_search",
];

const ENDPOINTS: &[Endpoint] = &[
    endpoint("fal-ai/flux-pro/kontext", "image_url", KONTEXT),
    endpoint("fal-ai/flux-pro/kontext/max", "image_url", KONTEXT),
    endpoint(
        "fal-ai/flux-kontext/dev",
        "image_url",
        &[
            "seed",
            "num_inference_steps",
            "guidance_scale",
            "sync_mode",
            "num_images",
            "enable_safety_checker",
            "output_format",
            "acceleration",
            "enhance_prompt",
            "resolution_mode",
        ],
    ),
    endpoint("fal-ai/qwen-image-edit", "image_url", QWEN),
    endpoint("fal-ai/qwen-image-edit-plus", "image_urls", QWEN),
    endpoint("fal-ai/nano-banana/edit", "image_urls", NANO_BANANA),
    endpoint("fal-ai/nano-banana-pro/edit", "image_urls", NANO_BANANA_NEWER),
    endpoint("fal-ai/nano-banana-2/edit", "image_urls", NANO_BANANA_NEWER),
    endpoint(
        "fal-ai/bytedance/seedream/v4/edit",
        "image_urls",
        &[
            "image_size",
            "num_images",
            "max_images",
            "seed",
            "sync_mode",
            "enable_safety_checker",
            "enhance_prompt_mode",
        ],
    ),
    endpoint(
        "openai/gpt-image-2/edit",
        "image_urls",
        &[
            "image_size",
            "quality",
            "num_images",
            "output_format",
            "sync_mode",
            "mask_url",
        ],
    ),
    Endpoint {
        prompt: "instruction",
        ..endpoint(
            "bria/fibo-edit/edit",
            "image_url",
            &[
                "mask_url",
                "structured_instruction",
                "seed",
                "steps_num",
                "negative_prompt",
                "guidance_scale",
                "sync_mode",
            ],
        )
    },
];

const fn endpoint(name: &'static str, photo: &'static str, fields: &'static [&'static str]) -> Endpoint {
    Endpoint {
        name,
        prompt: "prompt",
        photo,
        fields,
    }
}

/// The refusal of an input: HTTP status and body.
pub(super) type Refusal = (u16, Value);

/// The prompt and the photo's text of an input.
pub(super) fn check<'a>(name: &str, input: &'a Input) -> Result<(&'a str, &'a str), Refusal> {
    let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| endpoint.name == name) else {
        return Err((404, json!({ "detail": format!("Application {name} not found") })));
    };
    let known =
        |field: &str| field == endpoint.prompt || field == endpoint.photo || endpoint.fields.contains(&field);
    if let Some(field) = input.keys().find(|field| !known(field)) {
        return Err(invalid(field, "extra_forbidden"));
    }
    let text = |field: &str| input.get(field).and_then(Value::as_str);
    let Some(prompt) = text(endpoint.prompt).filter(|prompt| prompt.chars().nth(1).is_some()) else {
        return Err(invalid(endpoint.prompt, "missing"));
    };
    let photo = match endpoint.photo {
        "image_urls" => input
            .get("image_urls")
            .and_then(Value::as_array)
            .and_then(|urls| urls.first())
            .and_then(Value::as_str),
        field => text(field),
    };
    let Some(photo) = photo else {
        return Err(invalid(endpoint.photo, "missing"));
    };
    if let Some(size) = input.get("image_size").and_then(Value::as_object) {
        let side = |name: &str| size.get(name).and_then(Value::as_u64).unwrap_or(0);
        if !(64..=14_142).contains(&side("width")) || !(64..=14_142).contains(&side("height")) {
            return Err(invalid("image_size", "greater_than"));
        }
    }
    for (field, allowed) in [
        ("safety_tolerance", &["1", "2", "3", "4", "5", "6"][..]),
        ("output_format", &["jpeg", "png", "webp"][..]),
        ("resolution", &["1K", "2K", "4K"][..]),
    ] {
        if input.contains_key(field) && !text(field).is_some_and(|value| allowed.contains(&value)) {
            return Err(invalid(field, "literal_error"));
        }
    }
    Ok((prompt, photo))
}

pub(super) fn invalid(field: &str, kind: &str) -> Refusal {
    let error = json!({ "loc": ["body", field], "msg": "the double refuses this", "type": kind });
    (422, json!({ "detail": [error] }))
}
