//! fal's endpoints that edit a photo, as data. A new endpoint is a new row, checked against
//! `https://fal.ai/models/<endpoint>/llms.txt` (schema and price) and
//! `https://fal.ai/api/openapi/queue/openapi.json?endpoint_id=<endpoint>`.

use domain::MicroUsd;

use crate::model::{Job, Model, PromptLimits};

/// The field for the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoField {
    /// `image_url`: one.
    ImageUrl,
    /// `image_urls`: a list.
    ImageUrls,
}

/// The unit that fal charges for. The header `x-fal-billable-units` of a result counts these units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// Per picture.
    Image(MicroUsd),
    /// Per megapixel of the output, rounded up; we ask for one.
    Megapixel(MicroUsd),
    /// Per token of several kinds, about this much for an edit: the units say nothing that could be booked.
    About(MicroUsd),
}

impl Price {
    /// The list price of one edit at the size that we ask for.
    pub const fn of_an_edit(self) -> MicroUsd {
        match self {
            Self::Image(price) | Self::Megapixel(price) | Self::About(price) => price,
        }
    }
}

/// A field whose value is the same in every request to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// A text.
    Text(&'static str),
    /// A flag.
    Flag(bool),
    /// A whole number.
    Number(u32),
}

/// One endpoint, and the shape of its requests. A request has the fields of its row and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id is the endpoint: `fal-ai/flux-pro/kontext`.
    pub model: Model,
    pub photo: PhotoField,
    /// The field that holds the prompt.
    pub prompt_field: &'static str,
    /// It takes `negative_prompt`.
    pub negative_prompt: bool,
    /// It takes `seed`.
    pub seed: bool,
    /// It takes `image_size` in pixels: we ask for a megapixel in the photo's shape. Outputs of the others follow the photo.
    pub image_size: bool,
    /// Constant fields of every request: one picture, JPEG, the strict end of the endpoint's own moderation.
    pub fixed: &'static [(&'static str, Fixed)],
    pub price: Price,
}

const ONE_PICTURE: (&str, Fixed) = ("num_images", Fixed::Number(1));
const JPEG: (&str, Fixed) = ("output_format", Fixed::Text("jpeg"));
/// `true` would return the picture inside the answer, where our life cycle does not apply.
const NOT_SYNC: (&str, Fixed) = ("sync_mode", Fixed::Flag(false));
/// 1 is the strictest, 6 lets most through; 2 is Black Forest Labs' default, Google's endpoints default to 4.
const STRICT: (&str, Fixed) = ("safety_tolerance", Fixed::Text("2"));
const CHECKED: (&str, Fixed) = ("enable_safety_checker", Fixed::Flag(true));
const AS_THE_PHOTO: (&str, Fixed) = ("aspect_ratio", Fixed::Text("auto"));

const BFL: &[(&str, Fixed)] = &[ONE_PICTURE, JPEG, NOT_SYNC, STRICT];
const GOOGLE: &[(&str, Fixed)] = &[ONE_PICTURE, JPEG, NOT_SYNC, STRICT, AS_THE_PHOTO];
const GOOGLE_1K: &[(&str, Fixed)] = &[
    ONE_PICTURE,
    JPEG,
    NOT_SYNC,
    STRICT,
    AS_THE_PHOTO,
    ("resolution", Fixed::Text("1K")),
];
const QWEN: &[(&str, Fixed)] = &[ONE_PICTURE, JPEG, NOT_SYNC, CHECKED];

const GOOGLE_PROMPT: PromptLimits = PromptLimits { min: 3, max: 45_000 };
const LONG_PROMPT: PromptLimits = PromptLimits { min: 2, max: 32_000 };

/// A row with the values that most endpoints share.
const fn edit_model(
    endpoint: &'static str,
    job: Job,
    photo: PhotoField,
    fixed: &'static [(&'static str, Fixed)],
    price: Price,
) -> Endpoint {
    Endpoint {
        model: Model {
            id: endpoint,
            job,
            prompt: PromptLimits::COMMON,
            list_price: Some(price.of_an_edit()),
        },
        photo,
        prompt_field: "prompt",
        negative_prompt: false,
        seed: false,
        image_size: false,
        fixed,
        price,
    }
}

impl Endpoint {
    const fn with_prompt(mut self, limits: PromptLimits) -> Self {
        self.model.prompt = limits;
        self
    }

    const fn with_prompt_in(mut self, field: &'static str) -> Self {
        self.prompt_field = field;
        self
    }

    const fn with_negative_prompt(mut self) -> Self {
        self.negative_prompt = true;
        self
    }

    const fn with_seed(mut self) -> Self {
        self.seed = true;
        self
    }

    const fn with_image_size(mut self) -> Self {
        self.image_size = true;
        self
    }
}

const fn image(micro_usd: i64) -> Price {
    Price::Image(MicroUsd::new(micro_usd))
}

const fn megapixel(micro_usd: i64) -> Price {
    Price::Megapixel(MicroUsd::new(micro_usd))
}

/// Every endpoint that edits can use.
pub const ENDPOINTS: &[Endpoint] = &[
    // Black Forest Labs.
    edit_model(
        "fal-ai/flux-pro/kontext",
        Job::FluxKontextPro,
        PhotoField::ImageUrl,
        BFL,
        image(40_000),
    )
    .with_seed(),
    edit_model(
        "fal-ai/flux-pro/kontext/max",
        Job::FluxKontextMax,
        PhotoField::ImageUrl,
        BFL,
        image(80_000),
    )
    .with_seed(),
    edit_model(
        "fal-ai/flux-kontext/dev",
        Job::FluxKontextDev,
        PhotoField::ImageUrl,
        // `auto` is the megapixel size nearest to the photo's shape; the default is the photo's own size, and dearer.
        &[
            ONE_PICTURE,
            JPEG,
            NOT_SYNC,
            CHECKED,
            ("resolution_mode", Fixed::Text("auto")),
        ],
        megapixel(25_000),
    )
    .with_seed(),
    // Alibaba.
    edit_model(
        "fal-ai/qwen-image-edit",
        Job::QwenImageEdit,
        PhotoField::ImageUrl,
        QWEN,
        megapixel(30_000),
    )
    .with_image_size()
    .with_negative_prompt()
    .with_seed(),
    edit_model(
        "fal-ai/qwen-image-edit-plus",
        Job::QwenImageEditPlus,
        PhotoField::ImageUrls,
        QWEN,
        megapixel(30_000),
    )
    .with_image_size()
    .with_negative_prompt()
    .with_seed(),
    // Google.
    edit_model(
        "fal-ai/nano-banana/edit",
        Job::NanoBanana,
        PhotoField::ImageUrls,
        GOOGLE,
        image(39_000),
    )
    .with_prompt(GOOGLE_PROMPT),
    edit_model(
        "fal-ai/nano-banana-pro/edit",
        Job::NanoBananaPro,
        PhotoField::ImageUrls,
        GOOGLE_1K,
        image(150_000),
    )
    .with_prompt(GOOGLE_PROMPT)
    .with_seed(),
    edit_model(
        "fal-ai/nano-banana-2/edit",
        Job::NanoBanana2,
        PhotoField::ImageUrls,
        GOOGLE_1K,
        image(80_000),
    )
    .with_prompt(GOOGLE_PROMPT)
    .with_seed(),
    // ByteDance: makes at least 921,600 pixels.
    edit_model(
        "fal-ai/bytedance/seedream/v4/edit",
        Job::Seedream4,
        PhotoField::ImageUrls,
        &[
            ONE_PICTURE,
            NOT_SYNC,
            CHECKED,
            ("image_size", Fixed::Text("auto_2K")),
        ],
        image(30_000),
    )
    .with_seed(),
    // OpenAI.
    edit_model(
        "openai/gpt-image-2/edit",
        Job::GptImage2,
        PhotoField::ImageUrls,
        &[
            ONE_PICTURE,
            JPEG,
            NOT_SYNC,
            ("image_size", Fixed::Text("auto")),
            ("quality", Fixed::Text("high")),
        ],
        Price::About(MicroUsd::new(220_000)),
    )
    .with_prompt(LONG_PROMPT),
    // Bria: trained on licensed data only.
    edit_model(
        "bria/fibo-edit/edit",
        Job::BriaFiboEdit,
        PhotoField::ImageUrl,
        &[NOT_SYNC],
        image(40_000),
    )
    .with_prompt_in("instruction")
    .with_negative_prompt()
    .with_seed(),
];

/// The row of this endpoint.
pub(super) fn endpoint(id: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|row| row.model.id == id)
}
