//! Runware's models, as data. A new model is a new row, checked against
//! `https://runware.ai/docs/models/<name>` (its `.md` twin lists sizes and price) and `https://schemas.runware.ai`.

use domain::MicroUsd;

use super::sizes::Sizes;
use crate::provider::PromptLimits;

/// Where a model wants the photo. A slot that a model does not declare is an `unknownParameter` at best; at worst the
/// photo is ignored and the picture paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageSlot {
    /// Top-level `seedImage`, with `strength`.
    SeedImage,
    /// `inputs.referenceImages`. (Older pages say `referenceImages` without `inputs`; the schemas have all moved.)
    InputsReferenceImages,
    /// `inputs.image`.
    InputsImage,
}

/// What Runware takes for one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// The AIR id, `creator:family@version`.
    pub air: &'static str,
    /// The name for people, and for the provenance of an output.
    pub name: &'static str,
    /// Where the photo goes.
    pub image_slot: ImageSlot,
    /// Which sizes it makes.
    pub sizes: Sizes,
    /// How long its prompt may be.
    pub prompt: PromptLimits,
    /// It takes a negative prompt; others reject it.
    pub negative_prompt: bool,
    /// It takes a seed, up to this; others reject it or ignore it.
    pub max_seed: Option<u64>,
    /// Diffusion steps, where the model takes them and Runware's default (20) is not the model's own.
    pub steps: Option<u32>,
    /// How far the picture may leave a `seedImage` behind, in percent.
    pub strength_percent: Option<u32>,
    /// The list price of one edit at the size asked for here, where it is known. For a style's estimate; what counts
    /// is the cost in the answer.
    pub list_price: Option<MicroUsd>,
}

/// FLUX.1 Kontext pro and max.
const KONTEXT: Sizes = Sizes::Fixed(&[(1024, 1024), (1184, 880), (1248, 832), (1392, 752), (1568, 672)]);

/// FLUX.1 Kontext dev makes more shapes of the same megapixel.
const KONTEXT_DEV: Sizes = Sizes::Fixed(&[
    (1024, 1024),
    (1104, 944),
    (1184, 880),
    (1248, 832),
    (1328, 800),
    (1392, 752),
    (1456, 720),
    (1504, 688),
    (1568, 672),
]);

const SEEDREAM_4: Sizes = Sizes::Fixed(&[
    (1024, 1024),
    (2048, 2048),
    (2304, 1728),
    (2496, 1664),
    (2560, 1440),
    (3024, 1296),
]);

/// At 2K: Seedream 4.5 refuses less than 3,686,400 pixels.
const SEEDREAM_2K: Sizes = Sizes::Fixed(&[
    (2048, 2048),
    (2304, 1728),
    (2496, 1664),
    (2560, 1440),
    (3024, 1296),
]);

/// Seedream 5.0 Lite's presets of 2K that are known for certain.
const SEEDREAM_5_LITE: Sizes = Sizes::Fixed(&[(2048, 2048), (2848, 1600)]);

const QWEN: Sizes = Sizes::Range {
    min: 256,
    max: 2048,
    step: 16,
};

const GPT_IMAGE: Sizes = Sizes::Fixed(&[(1024, 1024), (1536, 1024)]);

const fn flux_2(min: u32) -> Sizes {
    Sizes::Range {
        min,
        max: 2048,
        step: 16,
    }
}

const KONTEXT_PROMPT: PromptLimits = PromptLimits::COMMON;
const GOOGLE_PROMPT: PromptLimits = PromptLimits { min: 3, max: 45_000 };
const LONG_PROMPT: PromptLimits = PromptLimits { min: 1, max: 32_000 };

/// What most models have in common: reference image, no extras.
const fn edit_model(air: &'static str, name: &'static str, sizes: Sizes, prompt: PromptLimits) -> Model {
    Model {
        air,
        name,
        image_slot: ImageSlot::InputsReferenceImages,
        sizes,
        prompt,
        negative_prompt: false,
        max_seed: None,
        steps: None,
        strength_percent: None,
        list_price: None,
    }
}

impl Model {
    const fn in_slot(mut self, slot: ImageSlot) -> Self {
        self.image_slot = slot;
        self
    }

    const fn at(mut self, micro_usd: i64) -> Self {
        self.list_price = Some(MicroUsd::new(micro_usd));
        self
    }

    const fn with_seed(mut self, max: u64) -> Self {
        self.max_seed = Some(max);
        self
    }

    const fn with_negative_prompt(mut self) -> Self {
        self.negative_prompt = true;
        self
    }

    const fn with_steps(mut self, steps: u32) -> Self {
        self.steps = Some(steps);
        self
    }

    const fn with_strength(mut self, percent: u32) -> Self {
        self.strength_percent = Some(percent);
        self
    }
}

const SEED_31_BITS: u64 = (1 << 31) - 1;
const SEED_63_BITS: u64 = (1 << 63) - 1;

/// Every model that edits can be made with.
pub const MODELS: &[Model] = &[
    // Black Forest Labs.
    edit_model("bfl:3@1", "FLUX.1 Kontext [pro]", KONTEXT, KONTEXT_PROMPT).at(40_000),
    edit_model("bfl:4@1", "FLUX.1 Kontext [max]", KONTEXT, KONTEXT_PROMPT).at(80_000),
    edit_model("bfl:5@1", "FLUX.2 [pro]", flux_2(256), LONG_PROMPT),
    edit_model("bfl:6@1", "FLUX.2 [flex]", flux_2(256), LONG_PROMPT),
    edit_model("bfl:7@1", "FLUX.2 [max]", flux_2(256), LONG_PROMPT),
    // Hosted by Runware.
    edit_model(
        "runware:106@1",
        "FLUX.1 Kontext [dev]",
        KONTEXT_DEV,
        KONTEXT_PROMPT,
    )
    .with_steps(28)
    .with_seed(SEED_63_BITS)
    .at(10_500),
    edit_model("runware:400@1", "FLUX.2 [dev]", flux_2(512), LONG_PROMPT)
        .with_seed(SEED_63_BITS)
        .at(7_700),
    edit_model("runware:400@2", "FLUX.2 [klein] 9B", flux_2(128), LONG_PROMPT)
        .with_negative_prompt()
        .with_seed(SEED_63_BITS),
    edit_model("runware:400@4", "FLUX.2 [klein] 4B", flux_2(128), LONG_PROMPT)
        .with_negative_prompt()
        .with_seed(SEED_63_BITS)
        .at(1_300),
    edit_model("runware:108@20", "Qwen-Image-Edit", QWEN, PromptLimits::COMMON)
        .with_negative_prompt()
        .with_seed(SEED_63_BITS),
    edit_model(
        "runware:108@22",
        "Qwen-Image-Edit-Plus",
        QWEN,
        PromptLimits::COMMON,
    )
    .with_negative_prompt()
    .with_seed(SEED_63_BITS)
    .at(16_600),
    // Image-to-image without instructions; below 0.8 FLUX hardly changes anything.
    edit_model(
        "runware:101@1",
        "FLUX.1 [dev]",
        Sizes::Range {
            min: 128,
            max: 2048,
            step: 64,
        },
        PromptLimits::COMMON,
    )
    .in_slot(ImageSlot::SeedImage)
    .with_strength(85)
    .with_steps(28)
    .with_seed(SEED_63_BITS),
    // Google: with a reference image the output follows its shape, and width and height are not wanted
    // ("either inputs.referenceImages or width/height").
    edit_model(
        "google:4@1",
        "Nano Banana (Gemini 2.5 Flash Image)",
        Sizes::FollowsPhoto,
        GOOGLE_PROMPT,
    )
    .at(39_000),
    edit_model(
        "google:4@2",
        "Nano Banana Pro (Gemini 3 Pro Image)",
        Sizes::Resolution("1K"),
        GOOGLE_PROMPT,
    )
    .at(138_000),
    edit_model(
        "google:4@3",
        "Nano Banana 2 (Gemini 3.1 Flash Image)",
        Sizes::Resolution("1K"),
        GOOGLE_PROMPT,
    )
    .with_seed(SEED_31_BITS)
    .at(69_230),
    // ByteDance.
    edit_model("bytedance:5@0", "Seedream 4.0", SEEDREAM_4, PromptLimits::COMMON).at(30_000),
    edit_model(
        "bytedance:seedream@4.5",
        "Seedream 4.5",
        SEEDREAM_2K,
        PromptLimits::COMMON,
    ),
    edit_model(
        "bytedance:seedream@5.0-lite",
        "Seedream 5.0 Lite",
        SEEDREAM_5_LITE,
        PromptLimits::COMMON,
    ),
    // OpenAI.
    edit_model("openai:1@1", "GPT Image 1", GPT_IMAGE, LONG_PROMPT).at(167_000),
    edit_model("openai:1@2", "GPT Image 1 Mini", GPT_IMAGE, LONG_PROMPT),
    edit_model("openai:4@1", "GPT Image 1.5", GPT_IMAGE, LONG_PROMPT),
    edit_model("openai:gpt-image@2", "GPT Image 2", GPT_IMAGE, LONG_PROMPT),
    // Bria: trained on licensed data only. Takes no size at all.
    edit_model(
        "bria:21@1",
        "Bria FIBO Edit",
        Sizes::FollowsPhoto,
        PromptLimits::COMMON,
    )
    .in_slot(ImageSlot::InputsImage)
    .at(40_000),
];

/// The model with this AIR id.
pub fn model(air: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.air == air)
}

/// How long a prompt for this model may be; [`PromptLimits::COMMON`] where it is unknown.
pub fn prompt_limits(air: &str) -> PromptLimits {
    model(air).map_or(PromptLimits::COMMON, |model| model.prompt)
}
