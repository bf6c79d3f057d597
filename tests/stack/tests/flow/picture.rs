//! The finished picture.

use image::imageops::{rotate90, rotate180, rotate270};
use media::{COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, read_provenance};
use world::fixture;
use world::pictures::{decode, has_exif, likeness, sha256, size};
use world::reply::text;
use world::{Place, World, styles};

contract! {
    in_memory {
        a_phone_photo_comes_out_upright_restyled_and_without_its_location,
    }
}

const PHONE_PHOTO: &str = "phone-orientation6-gps.jpg";

async fn a_phone_photo_comes_out_upright_restyled_and_without_its_location(place: Place) {
    let world = World::new(&place).await;
    assert!(has_exif(&fixture(PHONE_PHOTO)), "the fixture is what it says");
    let photo = world.photo(PHONE_PHOTO).await;
    let id = world.guest.start(photo, styles::OK).await;
    let edit = world.guest.wait(id).await;
    let picture = world.guest.download(&edit["output"]["url"]).await;
    let thumbnail = world.guest.download(&edit["output"]["thumbnail_url"]).await;

    let (seen, upright) = (decode(&picture), decode(&fixture("portrait.jpg")));
    let is = likeness(&seen, &upright);
    for turned in [rotate90(&upright), rotate180(&upright), rotate270(&upright)] {
        // A drawing correlates less with the photo than a painting does: what counts is the distance to the turned ones.
        assert!(is > likeness(&seen, &turned) + 0.2, "upright: {is}");
    }
    assert_eq!(seen.dimensions(), (1_152, 1_536));

    // The style changes far more pixels than a watermark does.
    let prepared = media::prepare_photo(&fixture(PHONE_PHOTO), &media::Limits::PHOTO).unwrap();
    let plain = decode(&prepared.jpeg);
    let changed = seen.pixels().zip(plain.pixels());
    let changed = changed
        .filter(|(a, b)| (0..3).any(|channel| a[channel].abs_diff(b[channel]) > 24))
        .count();
    let all = seen.pixels().len();
    assert!(changed > all / 2, "{changed} of {all} pixels are restyled");

    assert_eq!(sha256(&picture), text(&edit["output"]["sha256"]));
    let (width, height) = size(&thumbnail);
    assert_eq!(width.max(height), 480);
    assert!(likeness(&seen, &decode(&thumbnail)) > 0.99);
    for file in [&picture, &thumbnail] {
        assert!(!has_exif(file));
        assert!(!file.windows(3).any(|window| window == b"GPS"));
        let provenance = read_provenance(file).unwrap();
        assert_eq!(
            provenance.digital_source_type,
            COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
        );
        assert_eq!(provenance.document_id, Some(id.to_string()));
        assert_eq!(provenance.creator_tool.as_deref(), Some("AI Magic Edits"));
        assert_eq!(
            provenance.ai_system.as_deref(),
            Some("fake:ok via runware (fake)")
        );
    }
    let slug = &world.event.slug;
    let stored = place.object(&format!("events/{slug}/ai-edits/{id}.jpg")).await;
    assert_eq!(stored.as_deref(), Some(picture.as_slice()));
}
