//! A photo is prepared once, and what is prepared is what counts.

use cloud::Call;
use cloud::testing::{Fault, Rule};
use domain::PhotoId;
use domain::photo::{Photo, PhotoState, PreparedCopy, upload_key};
use domain::settings::setting;
use jiff::{SignedDuration, Timestamp};
use world::fixture;
use world::pictures::sha256;
use world::queue::Queue;
use world::reply::text;
use world::{Place, World, settings, styles};

contract! {
    in_memory {
        a_second_upload_to_the_same_address_changes_nothing,
        two_that_prepare_a_photo_together_leave_one_copy_and_no_orphan,
        an_original_goes_once_its_copy_is_there_unless_originals_are_kept,
        an_edit_that_is_asked_for_before_the_upload_waits_for_it,
        an_edit_waits_for_its_photo_until_its_deadline,
        a_photo_from_before_uploads_had_a_folder_is_prepared_by_its_first_edit,
        an_upload_of_a_deleted_photo_is_deleted,
        a_copy_that_cannot_be_written_is_tried_again,
        stored_media_may_be_kept_by_the_browser_and_by_nobody_else,
        an_address_stays_the_same_for_a_while_and_works_until_the_moment_that_it_names,
    }
    both {
        an_edit_of_a_photo_that_is_still_on_its_way_succeeds,
    }
}

async fn stored(world: &World, id: PhotoId) -> Photo {
    let found = world.place.cloud.photo(&world.event.id, id).await.unwrap();
    found.unwrap()
}

async fn copy_of(world: &World, id: PhotoId) -> PreparedCopy {
    match stored(world, id).await.state {
        PhotoState::Ready(copy) => copy,
        state => panic!("{state:?}"),
    }
}

/// Everything that the bucket holds of a photo.
fn objects(world: &World, id: PhotoId) -> Vec<String> {
    let keys = world.place.memory().twin.objects.keys().into_iter();
    keys.filter(|key| key.contains(&id.to_string())).collect()
}

async fn a_second_upload_to_the_same_address_changes_nothing(place: Place) {
    let world = World::new(&place).await;
    let bytes = fixture("cat.jpg");
    let reply = world.guest.create_photo("image/jpeg", bytes.len()).await;
    let registered = reply.data(201);
    let id: PhotoId = text(&registered["id"]).parse().unwrap();
    assert_eq!(
        world.guest.upload(&registered["upload"], bytes.clone()).await,
        200
    );
    world.settled_photo(id).await;
    let first = copy_of(&world, id).await;
    let picture = place.object(&first.object_key).await.unwrap();
    assert!(
        first.object_key.contains(&sha256(&picture)),
        "named by its content"
    );
    // Another picture of the same size, to the same address.
    let mut other = fixture("table.jpg");
    other.resize(bytes.len(), 0);
    for again in [bytes, other] {
        assert_eq!(world.guest.upload(&registered["upload"], again).await, 200);
        place.handle_all_messages().await;
        assert_eq!(copy_of(&world, id).await, first);
        assert_eq!(objects(&world, id).len(), 2, "the copy and its thumbnail");
        assert_eq!(place.object(&first.object_key).await.unwrap(), picture);
    }
}

async fn two_that_prepare_a_photo_together_leave_one_copy_and_no_orphan(place: Place) {
    let memory = place.memory();
    // The same photo twice; and one that is swapped in between.
    for (name, is_other) in [("cat.jpg", false), ("table.jpg", true)] {
        let world = World::new(&place).await;
        let id = world.upload("image/jpeg", fixture("cat.jpg")).await;
        let notice = memory.messages(Queue::Uploads);
        // The first has read the photo and not written its copy until the second is done.
        let held = memory.twin.faults.hold(Call::PutObject, "photos/");
        let key = upload_key(&world.event.id, id);
        let first = memory.handle_at_once(&place.cloud, Queue::Uploads);
        let second = async {
            held.reached().await;
            memory.twin.objects.insert(&key, fixture(name), "image/jpeg");
            world::queue::send(&place, Queue::Uploads, &notice).await;
            memory.handle_at_once(&place.cloud, Queue::Uploads).await;
            let counts = copy_of(&world, id).await;
            held.release();
            counts
        };
        let ((), counts) = futures::future::join(first, second).await;
        place.handle_all_messages().await;
        assert_eq!(copy_of(&world, id).await, counts, "swapped: {is_other}");
        let mut expected = vec![counts.object_key, counts.thumbnail_key];
        expected.sort();
        assert_eq!(objects(&world, id), expected, "swapped: {is_other}");
    }
}

async fn an_original_goes_once_its_copy_is_there_unless_originals_are_kept(place: Place) {
    for (kept, files) in [("false", 2), ("true", 3)] {
        let _settings = settings::alone(&place, &[(setting!(keep_originals), kept)]).await;
        let world = World::new(&place).await;
        let good = world.upload("image/jpeg", fixture("cat.jpg")).await;
        let bad = world.upload("image/jpeg", fixture("truncated.jpg")).await;
        assert_eq!(world.settled_photo(good).await["status"], "ready");
        assert_eq!(world.settled_photo(bad).await["status"], "rejected");
        place.handle_all_messages().await;
        assert_eq!(objects(&world, good).len(), files, "keep_originals {kept}");
        assert_eq!(objects(&world, bad).len(), files - 2, "keep_originals {kept}");
    }
}

async fn an_edit_of_a_photo_that_is_still_on_its_way_succeeds(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let bytes = fixture("cat.jpg");
    let reply = world.guest.create_photo("image/jpeg", bytes.len()).await;
    let registered = reply.data(201);
    let id = text(&registered["id"]).parse().unwrap();
    let edit = world.guest.start(id, &styles::fake("sync")).await;
    assert_eq!(world.guest.upload(&registered["upload"], bytes).await, 200);
    assert_eq!(world.guest.wait(edit).await["status"], "succeeded");
    assert_eq!(world.settled_photo(id).await["status"], "ready");
}

async fn an_edit_that_is_asked_for_before_the_upload_waits_for_it(place: Place) {
    let world = World::new(&place).await;
    let bytes = fixture("cat.jpg");
    let reply = world.guest.create_photo("image/jpeg", bytes.len()).await;
    let registered = reply.data(201);
    let id = text(&registered["id"]).parse().unwrap();
    let edit = world.guest.start(id, &styles::fake("sync")).await;
    // The phone takes two minutes.
    let uploaded_at = place.now() + SignedDuration::from_mins(2);
    let looked = async || {
        let stored = world.stored(edit).await;
        assert_eq!((stored.status.as_str(), stored.attempt), ("queued", 0));
        (place.now() >= uploaded_at).then_some(())
    };
    place.seen("two minutes later", looked).await;
    let uploaded_at = place.now();
    assert_eq!(world.guest.upload(&registered["upload"], bytes).await, 200);
    assert_eq!(world.guest.wait(edit).await["status"], "succeeded");
    let waited = place.now().duration_since(uploaded_at);
    assert!(
        waited <= SignedDuration::from_secs(25),
        "{waited:?} after the upload"
    );
}

async fn an_edit_waits_for_its_photo_until_its_deadline(place: Place) {
    let world = World::new(&place).await;
    let edit = world
        .guest
        .start(world.photo_without_file().await, &styles::fake("sync"))
        .await;
    let deadline = world.stored(edit).await.deadline_at;
    let shown = world.guest.wait(edit).await;
    assert_eq!(shown["failure"]["code"], "photo_invalid");
    let late = place.now().duration_since(deadline);
    assert!(
        late >= SignedDuration::ZERO && late <= SignedDuration::from_secs(5),
        "{late:?}"
    );
}

async fn a_photo_from_before_uploads_had_a_folder_is_prepared_by_its_first_edit(place: Place) {
    let world = World::new(&place).await;
    let id = world.photo("cat.jpg").await;
    let original = stored(&world, id).await.object_key;
    let edits = [
        world.guest.start(id, &styles::fake("sync")).await,
        world.guest.start(id, styles::OK).await,
    ];
    for edit in edits {
        assert_eq!(world.guest.wait(edit).await["status"], "succeeded");
    }
    let copy = copy_of(&world, id).await;
    let mut expected = vec![copy.object_key, copy.thumbnail_key];
    expected.sort();
    assert_eq!(objects(&world, id), expected, "{original} is gone");
}

async fn an_upload_of_a_deleted_photo_is_deleted(place: Place) {
    let world = World::new(&place).await;
    let id = world.upload("image/jpeg", fixture("cat.jpg")).await;
    let partition = format!("EVENT#{}", world.event.id);
    place
        .memory()
        .twin
        .table
        .remove(&partition, &format!("PHOTO#{}", id.ulid()))
        .unwrap();
    place.handle_all_messages().await;
    assert_eq!(objects(&world, id), [""; 0]);
}

async fn a_copy_that_cannot_be_written_is_tried_again(place: Place) {
    let world = World::new(&place).await;
    let id = world.upload("image/jpeg", fixture("cat.jpg")).await;
    let memory = place.memory();
    memory
        .twin
        .faults
        .add(Rule::new(Call::PutObject, Fault::Refused).times(2));
    assert_eq!(world.settled_photo(id).await["status"], "ready");
    assert_eq!(memory.dead_letters(Queue::Uploads), [""; 0]);
}

async fn stored_media_may_be_kept_by_the_browser_and_by_nobody_else(place: Place) {
    let world = World::new(&place).await;
    let id = world.upload("image/jpeg", fixture("cat.jpg")).await;
    let edit = world.guest.start(id, &styles::fake("sync")).await;
    assert_eq!(world.guest.wait(edit).await["status"], "succeeded");
    let (copy, edit) = (copy_of(&world, id).await, world.stored(edit).await);
    for key in [
        copy.object_key,
        copy.thumbnail_key,
        edit.output_key(),
        edit.thumbnail_key(),
    ] {
        let object = place.memory().twin.objects.object(&key).unwrap();
        assert_eq!(
            object.cache_control,
            Some("private, max-age=31536000, immutable"),
            "{key}"
        );
    }
}

async fn an_address_stays_the_same_for_a_while_and_works_until_the_moment_that_it_names(place: Place) {
    let world = World::new(&place).await;
    let id = world.upload("image/jpeg", fixture("cat.jpg")).await;
    world.settled_photo(id).await;
    let edit = world.guest.start(id, &styles::fake("sync")).await;
    world.guest.wait(edit).await;
    // The beginning of a window of five minutes.
    let second = place.now().as_second();
    let window = Timestamp::from_second(second - second.rem_euclid(300) + 300).unwrap();
    place.pass_until(window).await;
    let look = async || {
        let photo = world.settled_photo(id).await;
        let output = world.guest.edit(edit).await.data(200)["output"].clone();
        [photo, output]
    };
    let first = look().await;
    place.pass(SignedDuration::from_secs(290)).await;
    let same = look().await;
    place.pass_until(window + SignedDuration::from_mins(5)).await;
    let next = look().await;
    for ((first, same), next) in first.iter().zip(&same).zip(&next) {
        for name in ["url", "thumbnail_url", "expires_at"] {
            assert_eq!(first[name], same[name], "{name}");
            assert_ne!(first[name], next[name], "{name}");
        }
        let ends: Timestamp = text(&first["expires_at"]).parse().unwrap();
        assert!(
            ends.duration_since(place.now()) >= SignedDuration::from_mins(10),
            "{ends}"
        );
    }
    let ends: Timestamp = text(&first[0]["expires_at"]).parse().unwrap();
    place.pass_until(ends - SignedDuration::from_millis(1)).await;
    let objects = &place.memory().twin.objects;
    for answer in &first {
        for name in ["url", "thumbnail_url"] {
            assert!(objects.fetch(text(&answer[name])).is_ok(), "{name}");
        }
    }
    place.pass_until(ends).await;
    assert!(objects.fetch(text(&first[0]["url"])).is_err());
}
