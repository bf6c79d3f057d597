//! Runware's models, as data. A new model is a new row, checked against
//! `https://runware.ai/docs/models/<name>` (its `.md` twin lists sizes and price) and `https://schemas.runware.ai`.

use domain::MicroUsd;

use super::sizes::Sizes;
use crate::model::{Job, Model, PromptLimits};

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

/// One model, and the shape of its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AirModel {
    /// Its id is the AIR id: `creator:family@version`.
    pub model: Model,
    pub image_slot: ImageSlot,
    pub sizes: Sizes,
    /// It takes a negative prompt; others reject it.
    pub negative_prompt: bool,
    /// It takes a seed, up to this; others reject it or ignore it.
    pub max_seed: Option<u64>,
    /// Diffusion steps, where the model takes them and Runware's default (20) is not the model's own.
    pub steps: Option<u32>,
    /// How far the picture may depart from a `seedImage`, in percent.
    pub strength_percent: Option<u32>,
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

/// A row with the values that most models share: reference image, no extras.
const fn edit_model(air: &'static str, job: Job, sizes: Sizes, prompt: PromptLimits) -> AirModel {
    AirModel {
        model: Model {
            id: air,
            job,
            prompt,
            list_price: None,
        },
        image_slot: ImageSlot::InputsReferenceImages,
        sizes,
        negative_prompt: false,
        max_seed: None,
        steps: None,
        strength_percent: None,
    }
}

impl AirModel {
    const fn in_slot(mut self, slot: ImageSlot) -> Self {
        self.image_slot = slot;
        self
    }

    const fn at(mut self, micro_usd: i64) -> Self {
        self.model.list_price = Some(MicroUsd::new(micro_usd));
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

/// Every model that edits can use.
pub const MODELS: &[AirModel] = &[
    // Black Forest Labs.
    edit_model("bfl:3@1", Job::FluxKontextPro, KONTEXT, KONTEXT_PROMPT).at(40_000),
    edit_model("bfl:4@1", Job::FluxKontextMax, KONTEXT, KONTEXT_PROMPT).at(80_000),
    edit_model("bfl:5@1", Job::Flux2Pro, flux_2(256), LONG_PROMPT),
    edit_model("bfl:6@1", Job::Flux2Flex, flux_2(256), LONG_PROMPT),
    edit_model("bfl:7@1", Job::Flux2Max, flux_2(256), LONG_PROMPT),
    // Hosted by Runware.
    edit_model("runware:106@1", Job::FluxKontextDev, KONTEXT_DEV, KONTEXT_PROMPT)
        .with_steps(28)
        .with_seed(SEED_63_BITS)
        .at(10_500),
    edit_model("runware:400@1", Job::Flux2Dev, flux_2(512), LONG_PROMPT)
        .with_seed(SEED_63_BITS)
        .at(7_700),
    edit_model("runware:400@2", Job::Flux2Klein9B, flux_2(128), LONG_PROMPT)
        .with_negative_prompt()
        .with_seed(SEED_63_BITS),
    edit_model("runware:400@4", Job::Flux2Klein4B, flux_2(128), LONG_PROMPT)
        .with_negative_prompt()
        .with_seed(SEED_63_BITS)
        .at(1_300),
    edit_model("runware:108@20", Job::QwenImageEdit, QWEN, PromptLimits::COMMON)
        .with_negative_prompt()
        .with_seed(SEED_63_BITS),
    edit_model(
        "runware:108@22",
        Job::QwenImageEditPlus,
        QWEN,
        PromptLimits::COMMON,
    )
    .with_negative_prompt()
    .with_seed(SEED_63_BITS)
    .at(16_600),
    // Image-to-image without instructions; below 0.8 FLUX hardly changes anything.
    edit_model(
        "runware:101@1",
        Job::FluxDev,
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
    edit_model("google:4@1", Job::NanoBanana, Sizes::FollowsPhoto, GOOGLE_PROMPT).at(39_000),
    edit_model(
        "google:4@2",
        Job::NanoBananaPro,
        Sizes::Resolution("1K"),
        GOOGLE_PROMPT,
    )
    .at(138_000),
    edit_model(
        "google:4@3",
        Job::NanoBanana2,
        Sizes::Resolution("1K"),
        GOOGLE_PROMPT,
    )
    .with_seed(SEED_31_BITS)
    .at(69_230),
    // ByteDance.
    edit_model("bytedance:5@0", Job::Seedream4, SEEDREAM_4, PromptLimits::COMMON).at(30_000),
    edit_model(
        "bytedance:seedream@4.5",
        Job::Seedream4_5,
        SEEDREAM_2K,
        PromptLimits::COMMON,
    ),
    edit_model(
        "bytedance:seedream@5.0-lite",
        Job::Seedream5Lite,
        SEEDREAM_5_LITE,
        PromptLimits::COMMON,
    ),
    // OpenAI.
    edit_model("openai:1@1", Job::GptImage1, GPT_IMAGE, LONG_PROMPT).at(167_000),
    edit_model("openai:1@2", Job::GptImage1Mini, GPT_IMAGE, LONG_PROMPT),
    edit_model("openai:4@1", Job::GptImage1_5, GPT_IMAGE, LONG_PROMPT),
    edit_model("openai:gpt-image@2", Job::GptImage2, GPT_IMAGE, LONG_PROMPT),
    // Bria: trained on licensed data only. Takes no size at all.
    edit_model(
        "bria:21@1",
        Job::BriaFiboEdit,
        Sizes::FollowsPhoto,
        PromptLimits::COMMON,
    )
    .in_slot(ImageSlot::InputsImage)
    .at(40_000),
];

/// The row of this AIR id.
pub(super) fn model(air: &str) -> Option<&'static AirModel> {
    MODELS.iter().find(|row| row.model.id == air)
}
