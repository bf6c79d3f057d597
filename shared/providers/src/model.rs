//! Models of providers, and the jobs that they do.

use domain::MicroUsd;
use strum::IntoStaticStr;

/// The job of a model: an edit by this underlying model, whoever hosts it. The text is the name for people.
///
/// Models with the same job can stand in for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(const_into_str)]
pub enum Job {
    #[strum(serialize = "FLUX.1 Kontext [pro]")]
    FluxKontextPro,
    #[strum(serialize = "FLUX.1 Kontext [max]")]
    FluxKontextMax,
    #[strum(serialize = "FLUX.1 Kontext [dev]")]
    FluxKontextDev,
    #[strum(serialize = "FLUX.1 [dev]")]
    FluxDev,
    #[strum(serialize = "FLUX.2 [pro]")]
    Flux2Pro,
    #[strum(serialize = "FLUX.2 [flex]")]
    Flux2Flex,
    #[strum(serialize = "FLUX.2 [max]")]
    Flux2Max,
    #[strum(serialize = "FLUX.2 [dev]")]
    Flux2Dev,
    #[strum(serialize = "FLUX.2 [klein] 9B")]
    Flux2Klein9B,
    #[strum(serialize = "FLUX.2 [klein] 4B")]
    Flux2Klein4B,
    #[strum(serialize = "Qwen-Image-Edit")]
    QwenImageEdit,
    #[strum(serialize = "Qwen-Image-Edit-Plus")]
    QwenImageEditPlus,
    #[strum(serialize = "Nano Banana (Gemini 2.5 Flash Image)")]
    NanoBanana,
    #[strum(serialize = "Nano Banana Pro (Gemini 3 Pro Image)")]
    NanoBananaPro,
    #[strum(serialize = "Nano Banana 2 (Gemini 3.1 Flash Image)")]
    NanoBanana2,
    #[strum(serialize = "Seedream 4.0")]
    Seedream4,
    #[strum(serialize = "Seedream 4.5")]
    Seedream4_5,
    #[strum(serialize = "Seedream 5.0 Lite")]
    Seedream5Lite,
    #[strum(serialize = "GPT Image 1")]
    GptImage1,
    #[strum(serialize = "GPT Image 1 Mini")]
    GptImage1Mini,
    #[strum(serialize = "GPT Image 1.5")]
    GptImage1_5,
    #[strum(serialize = "GPT Image 2")]
    GptImage2,
    #[strum(serialize = "Bria FIBO Edit")]
    BriaFiboEdit,
}

/// A model of a provider: what every part of the product needs to know of it. A provider's own table adds the shape of
/// its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// The provider's name for it, and a style's `provider_model`: an AIR id at Runware, an endpoint at fal.
    pub id: &'static str,
    pub job: Job,
    pub prompt: PromptLimits,
    /// The list price of one edit at the size that we ask for; `None`: not known. It serves as an estimate; what counts
    /// is the cost that the provider reports.
    pub list_price: Option<MicroUsd>,
}

impl Model {
    /// The name for people, and for the provenance record of an output.
    pub const fn name(&self) -> &'static str {
        self.job.into_str()
    }
}

/// How long a prompt may be, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptLimits {
    pub min: usize,
    pub max: usize,
}

impl PromptLimits {
    /// Every model takes prompts of these lengths.
    pub const COMMON: Self = Self { min: 2, max: 3_000 };

    /// Whether the length of a prompt is allowed.
    pub fn allow(self, prompt: &str) -> bool {
        // Counts no further than the limit: a prompt can be as long as a request.
        let length = prompt.chars().take(self.max + 1).count();
        (self.min..=self.max).contains(&length)
    }
}
