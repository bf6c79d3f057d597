//! The demo photo in every look, painted beforehand: whoever only shows a look needs no codec, and pays nothing.

use super::look::Look;
use super::restyle::Restyle;

/// The demo photo in a look.
#[derive(Debug, Clone, Copy)]
pub struct DemoPicture {
    /// Names the look.
    pub name: &'static str,
    pub jpeg: &'static [u8],
    pub width: u32,
    pub height: u32,
}

impl DemoPicture {
    /// What a style makes of the demo photo in fake mode. Its colours are the look's usual ones, whatever the style's hue.
    pub fn of_style(model: &str, prompt: &str) -> Self {
        Self::of_look(Restyle::look_of(model, prompt))
    }

    const fn of_look(look: Look) -> Self {
        let (name, jpeg): (_, &[u8]) = match look {
            Look::Watercolour => ("watercolour", include_bytes!("demo/watercolour.jpg")),
            Look::Comic => ("comic", include_bytes!("demo/comic.jpg")),
            Look::Noir => ("noir", include_bytes!("demo/noir.jpg")),
            Look::Oil => ("oil", include_bytes!("demo/oil.jpg")),
        };
        Self {
            name,
            jpeg,
            width: 451,
            height: 300,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A prompt that asks for each look.
    const PROMPTS: [&str; 4] = ["watercolour", "comic", "noir", "oil painting"];

    const PHOTO: &[u8] = include_bytes!("../../../../tests/fixtures/photos/cat.jpg");

    fn pixels(jpeg: &[u8]) -> image::RgbImage {
        image::load_from_memory(jpeg).unwrap().into_rgb8()
    }

    /// With `UPDATE_DEMO=1` the pictures are painted anew. Processors may round differently, so a little is let pass.
    #[test]
    fn a_demo_picture_is_what_the_fake_paints_of_the_demo_photo() {
        for look in [Look::Watercolour, Look::Comic, Look::Noir, Look::Oil] {
            let demo = DemoPicture::of_look(look);
            let painted = Restyle::for_style("demo", PROMPTS[look as usize])
                .apply(PHOTO)
                .unwrap();
            if std::env::var_os("UPDATE_DEMO").is_some() {
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fake/demo");
                std::fs::write(folder.join(format!("{}.jpg", demo.name)), &painted).unwrap();
                continue;
            }
            let (kept, painted) = (pixels(demo.jpeg), pixels(&painted));
            assert_eq!(kept.dimensions(), (demo.width, demo.height), "{}", demo.name);
            let differences = kept.as_raw().iter().zip(painted.as_raw());
            let sum: u64 = differences.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(
                sum < kept.as_raw().len() as u64,
                "{}: run it with UPDATE_DEMO=1",
                demo.name
            );
        }
    }

    #[test]
    fn a_style_shows_the_look_that_it_gets() {
        assert_eq!(DemoPicture::of_style("fake:ok", "a comic of it").name, "comic");
        assert_eq!(DemoPicture::of_style("fake:ok", "an oil painting").name, "oil");
        let any = DemoPicture::of_style("runware:106@1", "something else");
        assert_eq!(
            any.name,
            DemoPicture::of_style("runware:106@1", "something else").name
        );
    }
}
