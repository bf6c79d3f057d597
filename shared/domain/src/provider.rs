//! Which outside AI image APIs there are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An outside AI image API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = Provider)]
#[serde(rename_all = "snake_case")]
pub enum ProviderName {
    /// runware.ai
    Runware,
    /// fal.ai
    Fal,
}

impl ProviderName {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Runware, Self::Fal];

    /// The name in settings, styles and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Runware => "runware",
            Self::Fal => "fal",
        }
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProviderName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "runware" => Ok(Self::Runware),
            "fal" => Ok(Self::Fal),
            other => Err(format!("unknown provider `{other}`; known are runware and fal")),
        }
    }
}
