//! The watermark: the event's, else the tenant's, else the installation's.

use domain::watermark::{WatermarkPosition, WatermarkSettings};
use image::RgbImage;
use world::pictures::{Area, decode, difference};
use world::{Place, World, mark, settings, styles};

contract! {
    in_memory {
        the_closest_watermark_is_drawn_and_nothing_else_changes,
    }
    both {
        an_organisers_own_mark_is_drawn,
    }
}

fn at(position: WatermarkPosition) -> Option<WatermarkSettings> {
    Some(WatermarkSettings {
        position,
        ..WatermarkSettings::default()
    })
}

fn none() -> Option<WatermarkSettings> {
    Some(WatermarkSettings {
        enabled: false,
        ..WatermarkSettings::default()
    })
}

/// The same photo in the same style, in a world with these watermarks.
async fn picture(
    place: &Place,
    event_mark: Option<WatermarkSettings>,
    tenant_mark: Option<WatermarkSettings>,
) -> RgbImage {
    picture_in(&styles::fake("sync"), place, event_mark, tenant_mark).await
}

/// The same in another style.
async fn picture_in(
    style: &str,
    place: &Place,
    event_mark: Option<WatermarkSettings>,
    tenant_mark: Option<WatermarkSettings>,
) -> RgbImage {
    let world = World::with(place, |tenant, event| {
        event.watermark = event_mark;
        tenant.watermark = tenant_mark;
    })
    .await;
    let photo = world.photo("table.jpg").await;
    let id = world.guest.start(photo, style).await;
    let edit = world.guest.wait(id).await;
    decode(&world.guest.download(&edit["output"]["url"]).await)
}

async fn the_closest_watermark_is_drawn_and_nothing_else_changes(place: Place) {
    use WatermarkPosition::{TopLeft, TopRight};
    let (plain, installation, tenant, event, off) = tokio::join!(
        picture(&place, none(), None),
        picture(&place, None, None),
        picture(&place, None, at(TopLeft)),
        picture(&place, at(TopRight), at(TopLeft)),
        picture(&place, none(), at(TopLeft)),
    );
    assert_eq!(
        difference(&plain, &off),
        None,
        "the event's `off` counts, not the tenant's mark"
    );
    let (width, height) = plain.dimensions();
    assert_eq!((width, height), (600, 400));
    let area = |picture| difference(&plain, picture).expect("a mark");
    // 18 % of the width, 2 % from the edges; JPEG blurs the border.
    let is_corner = |area: Area, right: bool, bottom: bool| {
        assert!(
            area.right - area.left <= width / 4 && area.bottom - area.top <= height / 3,
            "{area:?}"
        );
        assert_eq!(area.left > width / 2, right, "{area:?}");
        assert_eq!(area.top > height / 2, bottom, "{area:?}");
    };
    is_corner(area(&installation), true, true);
    is_corner(area(&tenant), false, false);
    is_corner(area(&event), true, false);
}

async fn an_organisers_own_mark_is_drawn(place: Place) {
    let _settings = settings::defaults(&place).await;
    let own = mark::red(&place).await;
    // Either worker may finish an edit: at the submit, or after a poll.
    for style in [styles::fake("sync").as_str(), styles::OK] {
        let picture = picture_in(style, &place, Some(own.clone()), None).await;
        mark::assert_red(&picture);
    }
}
