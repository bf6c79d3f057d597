//! Refusals of `imageInference` tasks. Written from the documentation, not from our client.

use serde_json::{Map, Value, json};

type Task = Map<String, Value>;

/// Every field that some image model takes.
const FIELDS: [&str; 27] = [
    "taskType",
    "taskUUID",
    "model",
    "positivePrompt",
    "negativePrompt",
    "seedImage",
    "maskImage",
    "referenceImages",
    "inputs",
    "strength",
    "width",
    "height",
    "resolution",
    "steps",
    "CFGScale",
    "scheduler",
    "seed",
    "numberResults",
    "outputType",
    "outputFormat",
    "outputQuality",
    "uploadEndpoint",
    "ttl",
    "safety",
    "includeCost",
    "deliveryMethod",
    "webhookURL",
];

const OPEN_MODEL_FIELDS: [&str; 5] = ["steps", "CFGScale", "scheduler", "strength", "negativePrompt"];

/// The peculiarities of a model.
struct Rules {
    /// The field of the photo: `seedImage`, or one of `inputs`.
    slot: &'static str,
    sizes: Sizes,
    longest_prompt: usize,
    negative_prompt: bool,
    open: bool,
}

enum Sizes {
    OneOf(&'static [(u64, u64)]),
    Steps(u64, u64, u64),
    Resolution(&'static [&'static str]),
    None,
}

const KONTEXT: &[(u64, u64)] = &[
    (1568, 672),
    (1392, 752),
    (1184, 880),
    (1248, 832),
    (1024, 1024),
    (832, 1248),
    (880, 1184),
    (752, 1392),
    (672, 1568),
];
const KONTEXT_DEV: &[(u64, u64)] = &[
    (1568, 672),
    (1504, 688),
    (1456, 720),
    (1392, 752),
    (1328, 800),
    (1248, 832),
    (1184, 880),
    (1104, 944),
    (1024, 1024),
    (944, 1104),
    (880, 1184),
    (832, 1248),
    (800, 1328),
    (752, 1392),
    (720, 1456),
    (688, 1504),
    (672, 1568),
];
const SEEDREAM: &[(u64, u64)] = &[
    (1024, 1024),
    (2048, 2048),
    (2304, 1728),
    (1728, 2304),
    (2560, 1440),
    (1440, 2560),
    (2496, 1664),
    (1664, 2496),
    (3024, 1296),
    (1296, 3024),
    (2848, 1600),
    (1600, 2848),
];
const GPT_IMAGE: &[(u64, u64)] = &[(1024, 1024), (1536, 1024), (1024, 1536)];

fn rules(model: &str) -> Option<Rules> {
    let vendor = |sizes, longest_prompt| Rules {
        slot: "referenceImages",
        sizes,
        longest_prompt,
        negative_prompt: false,
        open: false,
    };
    let open = |sizes, longest_prompt| Rules {
        open: true,
        ..vendor(sizes, longest_prompt)
    };
    Some(match model {
        "bfl:3@1" | "bfl:4@1" => vendor(Sizes::OneOf(KONTEXT), 3_000),
        "bfl:5@1" | "bfl:6@1" | "bfl:7@1" => vendor(Sizes::Steps(256, 2048, 16), 32_000),
        "runware:106@1" => open(Sizes::OneOf(KONTEXT_DEV), 3_000),
        "runware:400@1" => open(Sizes::Steps(512, 2048, 16), 32_000),
        "runware:400@2" | "runware:400@4" => Rules {
            negative_prompt: true,
            ..open(Sizes::Steps(128, 2048, 16), 32_000)
        },
        "runware:108@20" | "runware:108@22" => Rules {
            negative_prompt: true,
            ..open(Sizes::Steps(256, 2048, 16), 3_000)
        },
        "runware:101@1" => Rules {
            slot: "seedImage",
            ..open(Sizes::Steps(128, 2048, 64), 3_000)
        },
        "google:4@1" => vendor(Sizes::None, 45_000),
        "google:4@2" | "google:4@3" => vendor(Sizes::Resolution(&["0.5K", "1K", "2K", "4K"]), 45_000),
        "bytedance:5@0" | "bytedance:seedream@4.5" | "bytedance:seedream@5.0-lite" => {
            vendor(Sizes::OneOf(SEEDREAM), 3_000)
        }
        "openai:1@1" | "openai:1@2" | "openai:4@1" | "openai:gpt-image@2" => {
            vendor(Sizes::OneOf(GPT_IMAGE), 32_000)
        }
        "bria:21@1" => Rules {
            slot: "image",
            ..vendor(Sizes::None, 3_000)
        },
        _ => return None,
    })
}

/// The photo's data URI, or the error that the API answers.
pub(super) fn photo_of(task: &Task) -> Result<&str, Value> {
    if let Some(field) = task.keys().find(|field| !FIELDS.contains(&field.as_str())) {
        return refuse("unknownParameter", &[field]);
    }
    let model = task.get("model").and_then(Value::as_str).unwrap_or_default();
    let Some(rules) = rules(model) else {
        return refuse("invalidModel", &["model"]);
    };
    common(task)?;
    let prompt = task
        .get("positivePrompt")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .chars()
        .count();
    if prompt < 1 || prompt > rules.longest_prompt {
        return refuse("invalidPositivePrompt", &["positivePrompt"]);
    }
    let is_refused = |field: &&str| {
        let allowed = rules.open && (*field != "negativePrompt" || rules.negative_prompt);
        task.contains_key(*field) && !allowed
    };
    if let Some(field) = OPEN_MODEL_FIELDS.iter().find(|field| is_refused(field)) {
        return refuse("unsupportedParameter", &[field]);
    }
    sizes(task, &rules)?;
    photo(task, rules.slot)
}

fn common(task: &Task) -> Result<(), Value> {
    let number = |field: &str| task.get(field).map(|value| value.as_u64().unwrap_or(u64::MAX));
    let one_of = |field: &str, allowed: &[&str]| match task.get(field) {
        Some(value) if !value.as_str().is_some_and(|text| allowed.contains(&text)) => {
            refuse(&format!("unsupported{field}"), &[field])
        }
        _ => Ok(()),
    };
    for (field, range) in [
        ("numberResults", 1..=20),
        ("outputQuality", 20..=99),
        ("ttl", 60..=u64::from(u32::MAX)),
    ] {
        if number(field).is_some_and(|value| !range.contains(&value)) {
            return refuse(&format!("invalid{field}"), &[field]);
        }
    }
    one_of("outputType", &["URL"])?;
    one_of("outputFormat", &["JPG", "PNG", "WEBP"])?;
    one_of("deliveryMethod", &["sync", "async"])?;
    match task.get("safety") {
        Some(Value::Object(safety)) if safety.keys().all(|key| key == "checkContent") => Ok(()),
        None => Ok(()),
        _ => refuse("unknownParameter", &["safety"]),
    }
}

fn sizes(task: &Task, rules: &Rules) -> Result<(), Value> {
    let side = |field: &str| task.get(field).and_then(Value::as_u64);
    let said = ["width", "height", "resolution"]
        .iter()
        .any(|field| task.contains_key(*field));
    match (
        &rules.sizes,
        side("width"),
        side("height"),
        task.get("resolution").and_then(Value::as_str),
    ) {
        (Sizes::None, ..) if said => refuse("incompatibleParameters", &["width", "height"]),
        (Sizes::None, ..) => Ok(()),
        (Sizes::OneOf(sizes), Some(width), Some(height), None) if sizes.contains(&(width, height)) => Ok(()),
        (Sizes::Steps(min, max, step), Some(width), Some(height), None)
            if [width, height]
                .iter()
                .all(|side| (min..=max).contains(&side) && side % step == 0) =>
        {
            Ok(())
        }
        (Sizes::Resolution(names), None, None, Some(name)) if names.contains(&name) => Ok(()),
        _ => refuse("unsupportedDimensions", &["width", "height"]),
    }
}

fn photo<'a>(task: &'a Task, slot: &str) -> Result<&'a str, Value> {
    let inputs = task.get("inputs").and_then(Value::as_object);
    let everywhere = [
        ("seedImage", task.get("seedImage")),
        (
            "referenceImages",
            inputs.and_then(|inputs| inputs.get("referenceImages")),
        ),
        ("image", inputs.and_then(|inputs| inputs.get("image"))),
    ];
    let given: Vec<_> = everywhere
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    let (name, value) = match given.as_slice() {
        [only] => *only,
        _ => return refuse("missingInputs", &["inputs"]),
    };
    if name != slot || task.contains_key("referenceImages") {
        return refuse("unsupportedParameter", &[name]);
    }
    let value = match value {
        Value::Array(images) if name == "referenceImages" && images.len() == 1 => &images[0],
        Value::String(_) if name != "referenceImages" => value,
        _ => return refuse("invalidInputs", &[name]),
    };
    value
        .as_str()
        .map_or_else(|| refuse("invalidInputs", &[name]), Ok)
}

fn refuse<T>(code: &str, parameter: &[&str]) -> Result<T, Value> {
    Err(
        json!({ "code": code, "message": format!("Invalid value for {parameter:?}"), "parameter": parameter }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Value {
        json!({
            "taskType": "imageInference", "taskUUID": "3f2b8a1e-5c4d-4e6f-8a9b-0c1d2e3f4a5b", "model": "bfl:3@1",
            "positivePrompt": "make it blue", "width": 1184, "height": 880, "outputType": "URL", "ttl": 60,
            "inputs": { "referenceImages": ["data:image/jpeg;base64,AAAA"] }, "safety": { "checkContent": true },
        })
    }

    fn verdict(changes: &[(&str, Value)]) -> String {
        let Value::Object(mut task) = task() else {
            unreachable!()
        };
        for (field, value) in changes {
            if value.is_null() {
                task.remove(*field);
            } else {
                task.insert((*field).to_owned(), value.clone());
            }
        }
        match photo_of(&task) {
            Ok(_) => "taken".to_owned(),
            Err(error) => error["code"].as_str().unwrap().to_owned(),
        }
    }

    #[test]
    fn what_the_api_refuses_is_refused() {
        let uri = json!("data:image/jpeg;base64,AAAA");
        for (changes, code) in [
            (vec![], "taken"),
            (vec![("frobnicate", json!(1))], "unknownParameter"),
            (vec![("model", json!("nobody:1@1"))], "invalidModel"),
            (
                vec![("positivePrompt", json!("x".repeat(3_001)))],
                "invalidPositivePrompt",
            ),
            (vec![("positivePrompt", Value::Null)], "invalidPositivePrompt"),
            (vec![("negativePrompt", json!("blurry"))], "unsupportedParameter"),
            (vec![("steps", json!(20))], "unsupportedParameter"),
            (vec![("width", json!(1000))], "unsupportedDimensions"),
            (vec![("height", Value::Null)], "unsupportedDimensions"),
            (vec![("resolution", json!("1K"))], "unsupportedDimensions"),
            (vec![("model", json!("google:4@1"))], "incompatibleParameters"),
            (vec![("inputs", Value::Null)], "missingInputs"),
            (
                vec![("inputs", Value::Null), ("seedImage", uri.clone())],
                "unsupportedParameter",
            ),
            (
                vec![("inputs", json!({ "image": uri.clone() }))],
                "unsupportedParameter",
            ),
            (
                vec![("inputs", json!({ "referenceImages": uri }))],
                "invalidInputs",
            ),
            (vec![("ttl", json!(59))], "invalidttl"),
            (vec![("safety", json!({ "checkNSFW": true }))], "unknownParameter"),
            (
                vec![("deliveryMethod", json!("later"))],
                "unsupporteddeliveryMethod",
            ),
        ] {
            assert_eq!(verdict(&changes), code, "{changes:?}");
        }
    }
}
