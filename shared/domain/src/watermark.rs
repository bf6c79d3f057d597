//! Which watermark an output gets: the event's, else the tenant's, else the installation's.

use serde::{Deserialize, Serialize};

use crate::id::WatermarkId;

/// The bucket's folder of watermark images.
pub const WATERMARK_FOLDER: &str = "watermarks/";

/// The bucket key of a watermark image. Each upload has a key of its own, so an image never changes.
pub fn watermark_key(id: WatermarkId) -> String {
    format!("{WATERMARK_FOLDER}{}", id.ulid())
}

/// Where a watermark sits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Position)]
#[serde(rename_all = "snake_case")]
pub enum WatermarkPosition {
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

/// A watermark as an organiser sets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WatermarkSettings {
    /// Bucket key of an image with alpha; absent: the built-in AI mark.
    pub image_key: Option<String>,
    pub position: WatermarkPosition,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// The mark's width as a share of the picture's, 0.05 to 0.5.
    pub scale: f32,
    /// Distance from the edges as a share of the picture's width, 0 to 0.2.
    pub padding: f32,
    /// Off: outputs get no visible mark (the provenance record stays).
    pub enabled: bool,
}

impl Default for WatermarkSettings {
    fn default() -> Self {
        Self {
            image_key: None,
            position: WatermarkPosition::BottomRight,
            opacity: 0.8,
            scale: 0.18,
            padding: 0.02,
            enabled: true,
        }
    }
}

impl WatermarkSettings {
    /// Checks the ranges; the error names the field.
    pub fn check(&self) -> Result<(), String> {
        let range = |name: &str, value: f32, low: f32, high: f32| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(format!("`{name}` must be from {low} to {high}, not {value}"))
            }
        };
        range("opacity", self.opacity, 0.0, 1.0)?;
        range("scale", self.scale, 0.05, 0.5)?;
        range("padding", self.padding, 0.0, 0.2)
    }
}

/// The watermark that applies: the closest one that is set, also where it switches the mark off.
pub fn resolve<'a>(
    event: Option<&'a WatermarkSettings>,
    tenant: Option<&'a WatermarkSettings>,
    installation: &'a WatermarkSettings,
) -> Option<&'a WatermarkSettings> {
    let closest = event.or(tenant).unwrap_or(installation);
    closest.enabled.then_some(closest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_watermark_wins_also_when_it_says_off() {
        let installation = WatermarkSettings::default();
        let tenant = WatermarkSettings {
            scale: 0.3,
            ..installation.clone()
        };
        let off = WatermarkSettings {
            enabled: false,
            ..installation.clone()
        };
        assert_eq!(resolve(None, None, &installation), Some(&installation));
        assert_eq!(resolve(None, Some(&tenant), &installation), Some(&tenant));
        assert_eq!(resolve(Some(&off), Some(&tenant), &installation), None);
        assert_eq!(resolve(Some(&tenant), Some(&off), &installation), Some(&tenant));
    }

    #[test]
    fn a_watermark_out_of_range_says_which_field() {
        let wrong = WatermarkSettings {
            scale: 0.9,
            ..WatermarkSettings::default()
        };
        assert!(wrong.check().unwrap_err().contains("scale"));
        let nan = WatermarkSettings {
            opacity: f32::NAN,
            ..WatermarkSettings::default()
        };
        assert!(nan.check().is_err());
    }
}
