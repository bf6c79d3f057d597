//! A watermark, as it is set for the installation, a tenant or an event.

use domain::watermark::{WatermarkPosition, WatermarkSettings};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a watermark sits.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// The usual corner.
    #[default]
    BottomRight,
    /// Bottom left corner.
    BottomLeft,
    /// Top right corner.
    TopRight,
    /// Top left corner.
    TopLeft,
    /// The middle.
    Center,
}

impl From<Position> for WatermarkPosition {
    fn from(position: Position) -> Self {
        match position {
            Position::BottomRight => Self::BottomRight,
            Position::BottomLeft => Self::BottomLeft,
            Position::TopRight => Self::TopRight,
            Position::TopLeft => Self::TopLeft,
            Position::Center => Self::Center,
        }
    }
}

impl From<WatermarkPosition> for Position {
    fn from(position: WatermarkPosition) -> Self {
        match position {
            WatermarkPosition::BottomRight => Self::BottomRight,
            WatermarkPosition::BottomLeft => Self::BottomLeft,
            WatermarkPosition::TopRight => Self::TopRight,
            WatermarkPosition::TopLeft => Self::TopLeft,
            WatermarkPosition::Center => Self::Center,
        }
    }
}

/// A watermark; what is left out gets its default.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WatermarkInput {
    /// From `POST /admin/watermarks`, once the image is uploaded; null: the built-in AI mark.
    #[garde(length(chars, min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub image_key: Option<String>,
    /// Where it sits.
    #[garde(skip)]
    pub position: Position,
    /// 0 (invisible) to 1.
    #[garde(range(min = 0.0, max = 1.0))]
    #[schema(minimum = 0, maximum = 1, default = 0.8)]
    pub opacity: f32,
    /// The mark's width as a share of the picture's.
    #[garde(range(min = 0.05, max = 0.5))]
    #[schema(minimum = 0.05, maximum = 0.5, default = 0.18)]
    pub scale: f32,
    /// Distance from the edges as a share of the picture's width.
    #[garde(range(min = 0.0, max = 0.2))]
    #[schema(minimum = 0, maximum = 0.2, default = 0.02)]
    pub padding: f32,
    /// Off: outputs get no visible mark.
    #[garde(skip)]
    pub enabled: bool,
}

impl Default for WatermarkInput {
    fn default() -> Self {
        let default = WatermarkSettings::default();
        Self {
            image_key: default.image_key,
            position: default.position.into(),
            opacity: default.opacity,
            scale: default.scale,
            padding: default.padding,
            enabled: default.enabled,
        }
    }
}

impl WatermarkInput {
    /// The watermark. Its image is not checked yet.
    pub fn into_settings(self) -> WatermarkSettings {
        WatermarkSettings {
            image_key: self.image_key,
            position: self.position.into(),
            opacity: self.opacity,
            scale: self.scale,
            padding: self.padding,
            enabled: self.enabled,
        }
    }
}

/// A watermark as it is set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Watermark)]
pub struct WatermarkBody {
    image_key: Option<String>,
    position: Position,
    opacity: f64,
    scale: f64,
    padding: f64,
    enabled: bool,
}

impl WatermarkBody {
    /// The watermark as it is set.
    pub fn new(watermark: &WatermarkSettings) -> Self {
        Self {
            image_key: watermark.image_key.clone(),
            position: watermark.position.into(),
            opacity: decimal(watermark.opacity),
            scale: decimal(watermark.scale),
            padding: decimal(watermark.padding),
            enabled: watermark.enabled,
        }
    }
}

/// Goes through text, so that 0.8 stays 0.8 instead of 0.800000011920929.
fn decimal(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_watermark_reads_back_as_it_was_sent() {
        let sent = json!({ "image_key": "watermarks/a", "position": "top_left", "opacity": 0.8, "scale": 0.3,
            "padding": 0.02, "enabled": true });
        let input: WatermarkInput = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(input.validate().map_err(|report| report.to_string()), Ok(()));
        let body = WatermarkBody::new(&input.into_settings());
        assert_eq!(serde_json::to_value(body).unwrap(), sent);
    }

    #[test]
    fn a_watermark_out_of_range_is_refused() {
        for wrong in [
            json!({ "opacity": 1.1 }),
            json!({ "scale": 0.04 }),
            json!({ "padding": 0.3 }),
        ] {
            let input: WatermarkInput = serde_json::from_value(wrong).unwrap();
            assert!(input.validate().is_err());
        }
        assert!(serde_json::from_value::<WatermarkInput>(json!({ "size": 1 })).is_err());
    }
}
