//! Outputs of the provider: only a whole picture from an allowed host is delivered.

use domain::{EditId, TaskId};
use doubles::runware::{Behaviour, Output};
use futures::future::join_all;
use world::deployed::logs;
use world::fixture;
use world::servers::Bait;
use world::{Books, Live, Place, World};

contract! {
    in_memory {
        an_output_on_a_forbidden_host_is_never_fetched,
        a_redirect_is_not_followed,
        a_missing_output_is_unavailable,
        an_incomplete_picture_is_not_delivered,
        a_truncated_download_is_fetched_again,
    }
    both {
        an_oversized_output_fails_within_the_functions_memory,
    }
}

/// Memory of process-edit and poll-edit in MB (template.yaml).
const MEMORY_MB: u64 = 1_024;

fn with(output: Output) -> Behaviour {
    Behaviour::output(output).processing(0)
}

/// The double charges this for a picture, whether or not it can be used.
const CHARGED: i64 = 39_000;

/// Asserts that an edit with each of these outputs ends with this code, without a picture, and that its money is released
/// except for the provider's charge.
async fn all_end(live: &Live, world: &World, outputs: Vec<Output>, code: &str) -> Vec<EditId> {
    let photo = world.photo("cat.jpg").await;
    let starts = outputs
        .iter()
        .map(|output| live.start(world, photo, [with(output.clone())]));
    let ids = join_all(starts).await;
    let shown = join_all(ids.iter().map(|id| world.guest.wait(*id))).await;
    let books = Books::of(world).await;
    for ((id, edit), output) in ids.iter().zip(shown).zip(outputs) {
        assert_eq!(edit["failure"]["code"], code, "{output:?}: {edit}");
        assert_eq!(edit["output"], serde_json::json!(null));
        books.assert_released_but_charged(*id, code, CHARGED);
        let stored = world.stored(*id).await;
        assert_eq!(world.place.object(&stored.output_key()).await, None, "{output:?}");
        assert_eq!(
            stored.attempt, 1,
            "the picture is made and billed: another attempt would be too"
        );
    }
    books.assert_at_rest();
    ids
}

async fn an_output_on_a_forbidden_host_is_never_fetched(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    // The allowed loopback address is another one.
    let bait = Bait::start("127.0.0.2", fixture("cat.jpg"));
    let outputs = [
        bait.url(),
        bait.url().replace("http:", "https:"),
        "http://im.runware.ai/over-plain-http.jpg".to_owned(),
        "https://im.runware.ai.example.com/x.jpg".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::1]/x.jpg".to_owned(),
    ];
    all_end(
        &live,
        &world,
        outputs.map(Output::Elsewhere).to_vec(),
        "output_unavailable",
    )
    .await;
    assert_eq!(bait.asked(), 0);
}

async fn a_redirect_is_not_followed(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    // The target of the redirect is an allowed address.
    let bait = Bait::start("127.0.0.1", fixture("cat.jpg"));
    let targets = ["http://169.254.169.254/latest/meta-data/".to_owned(), bait.url()];
    all_end(
        &live,
        &world,
        targets.map(Output::Redirect).to_vec(),
        "output_unavailable",
    )
    .await;
    assert_eq!(bait.asked(), 0);
}

async fn a_missing_output_is_unavailable(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let gone = vec![Output::Status(404), Output::Status(403), Output::Status(204)];
    all_end(&live, &world, gone, "output_unavailable").await;
}

async fn an_incomplete_picture_is_not_delivered(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let broken = vec![
        Output::NotAnImage,
        Output::HalfFile,
        Output::Bytes("image/jpeg", fixture("truncated.jpg")),
        Output::Bytes("image/jpeg", Vec::new()),
    ];
    all_end(&live, &world, broken, "output_invalid").await;
}

async fn an_oversized_output_fails_within_the_functions_memory(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let much = vec![
        Output::Oversized(60_000_000),
        Output::OversizedUnannounced(60_000_000),
        Output::Bytes("image/png", fixture("bomb-60000x60000.png")),
    ];
    for id in all_end(&live, &world, much, "output_invalid").await {
        if place.is_deployed() {
            let peak = logs::peak_memory_mb(&place, "poll-edit", id).await;
            assert!(peak < MEMORY_MB / 2, "{peak} MB");
        }
    }
}

async fn a_truncated_download_is_fetched_again(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut ids = Vec::new();
    for output in [Output::CutOff, Output::Status(503)] {
        ids.push(live.start(&world, photo, [with(output)]).await);
    }
    for id in ids {
        let asked = || live.tasks(id).first().map_or(0, |task| task.downloads);
        world.guest.wait_until(id, "fetched once", |_| asked() > 0).await;
        live.now(TaskId::derive(id, 1), with(Output::Recoloured));
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
        let [task] = live.tasks(id).try_into().unwrap();
        assert_eq!(task.submits, 1);
        assert!(task.downloads > 1, "{}", task.downloads);
        Books::of(&world).await.assert_paid(id, 39_000);
    }
}
