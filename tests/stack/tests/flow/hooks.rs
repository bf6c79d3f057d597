//! Providers that say when they have finished: a hint, and nothing but a hint.

use std::time::Duration;

use domain::Edit;
use domain::Status;
use domain::settings::Setting;
use doubles::fal::{self, Signer};
use doubles::runware::{Behaviour, Webhook};
use futures::future::join_all;
use jiff::SignedDuration;
use reqwest::Url;
use world::doubled::duo::Known;
use world::settings::Shared;
use world::deployed::{logs};
use world::{Books, Duo, Place, World, queue, styles};
use tokio::time::{Instant, sleep};

contract! {
    in_memory {
        without_a_webhook_address_no_webhook_is_requested_and_edits_are_polled,
        a_forged_webhook_changes_nothing,
        a_replayed_webhook_causes_a_bounded_number_of_polls,
    }
    deployed {
        edits_finish_with_webhooks_on_time_often_late_or_never,
    }
}

/// How long edits of the event have taken: so long that the first question comes as late as it ever does.
const USUALLY: Duration = Duration::from_secs(100);
/// No question comes before this time after the claim (`domain::polling`; SQS knows whole seconds).
const FIRST_QUESTION: SignedDuration = SignedDuration::from_secs(29);
/// When a task has finished: well before that question, also on a busy machine.
const FINISHED_AFTER: Duration = Duration::from_secs(4);
/// When the late webhook comes after that: the question has found everything.
const LATE: Duration = Duration::from_secs(45);

/// From the claim to the picture.
fn took(edit: &Edit) -> SignedDuration {
    edit.completed_at
        .unwrap()
        .duration_since(edit.attempts[0].started_at)
}

fn told(webhook: Webhook) -> Behaviour {
    Behaviour {
        webhook: Some(webhook),
        ..Behaviour::default()
    }
}

async fn start_at_fal<Settings>(
    duo: &Duo<Settings>,
    world: &World,
    photo: domain::PhotoId,
    behaviour: fal::Behaviour,
) -> Known {
    let known = duo
        .hold(world, photo, styles::LIVE_AT_FAL, [Behaviour::default()])
        .await;
    duo.at_fal(&known, [behaviour]);
    queue::submit(world, known.id).await;
    known
}

async fn edits_finish_with_webhooks_on_time_often_late_or_never(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    world.usually_takes(USUALLY).await;
    let photo = world.photo("cat.jpg").await;
    let on_time = Webhook::after(FINISHED_AFTER);
    let at_runware = [
        on_time,
        on_time.called(3, Duration::ZERO),
        on_time.called(1, LATE),
        on_time.called(0, Duration::ZERO),
    ];
    let starts = at_runware.map(|webhook| duo.start(&world, photo, [told(webhook)]));
    let [prompt, thrice, late, never] = join_all(starts).await.try_into().unwrap();
    let signed = fal::Behaviour {
        webhook: Some(on_time),
        ..fal::Behaviour::at_once()
    };
    let at_fal = start_at_fal(&duo, &world, photo, signed.clone()).await;
    // fal has taken it, and we do not know under which name.
    let nameless = fal::Behaviour {
        submit: fal::Fault::ResetAfter.into(),
        webhook: Some(Webhook::after(Duration::from_secs(8))),
        ..signed
    };
    let nameless = start_at_fal(&duo, &world, photo, nameless).await;

    let all = [&prompt, &thrice, &late, &never, &at_fal, &nameless];
    for known in all {
        assert_eq!(world.guest.wait(known.id).await["status"], "succeeded");
    }
    let has_called = async || !duo.tasks(&late)[0].webhook_answers.is_empty();
    place.eventually("called by the late one", has_called).await;
    // Time for what its hint begins.
    sleep(Duration::from_secs(2)).await;
    let books = Books::of(&world).await;
    for known in all {
        let edit = world.stored(known.id).await;
        assert_eq!((edit.status, edit.attempt), (Status::Succeeded, 1), "{edit:?}");
        books.assert_paid(known.id, 39_000);
    }
    books.assert_at_rest();
    for known in [&prompt, &thrice, &at_fal, &nameless] {
        let edit = world.stored(known.id).await;
        let took = took(&edit);
        assert!(took < FIRST_QUESTION, "the hint's one look found it: {edit:?}");
        assert_eq!(edit.polls, 1, "one look: {edit:?}");
    }
    for known in [&late, &never] {
        let edit = world.stored(known.id).await;
        let took = took(&edit);
        assert!(took >= FIRST_QUESTION, "its own question found it: {edit:?}");
    }
    for (known, calls) in [(&prompt, 1), (&thrice, 3), (&late, 1), (&never, 0)] {
        let [task] = duo.tasks(known).try_into().unwrap();
        assert_eq!(task.webhook_answers, vec![Some(204); calls]);
        logs::keep_out(token(task.request["webhookURL"].as_str().unwrap()).as_str());
    }
    for known in [&at_fal, &nameless] {
        let [request] = duo.requests(known).try_into().unwrap();
        assert_eq!(request.webhook_answers, [Some(204)]);
        let edit = world.stored(known.id).await;
        let handle = edit.attempts[0].handle.as_deref().unwrap();
        assert!(handle.ends_with(&request.id), "{handle}");
    }
}

async fn without_a_webhook_address_no_webhook_is_requested_and_edits_are_polled(place: Place) {
    let duo = Duo::open(&place, &[(Setting::WebhookBaseUrl, "none")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let at_runware = duo
        .start(&world, photo, [told(Webhook::after(Duration::from_secs(3)))])
        .await;
    let at_fal = start_at_fal(&duo, &world, photo, fal::Behaviour::at_once()).await;
    for known in [&at_runware, &at_fal] {
        assert_eq!(world.guest.wait(known.id).await["status"], "succeeded");
    }
    assert!(duo.tasks(&at_runware)[0].request["webhookURL"].is_null());
    assert_eq!(duo.requests(&at_fal)[0].webhook_url, None);
    Books::of(&world).await.assert_at_rest();
}

async fn a_forged_webhook_changes_nothing(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let endless = told(Webhook::after(Duration::from_secs(600)));
    let runware = duo.start(&world, photo, [endless]).await;
    let endless = fal::Behaviour {
        webhook: Some(Webhook::after(Duration::from_secs(600))),
        ..fal::Behaviour::at_once()
    };
    let fal = start_at_fal(&duo, &world, photo, endless).await;
    let at_runware = runware_url(&duo, &runware).await;
    let at_fal = fal_url(&duo, &fal).await;
    let before = [
        acknowledged(&world, &runware).await,
        acknowledged(&world, &fal).await,
    ];
    let fetched_before = duo.fal.counts().jwks;

    let good = token(&at_runware);
    for (what, query) in [
        ("no token", String::new()),
        ("an empty token", "t=".to_owned()),
        ("another attempt", format!("t={}", good.replacen('1', "2", 1))),
        ("a signature cut short", format!("t={}", &good[..good.len() - 2])),
        ("fal's token", format!("t={}", token(&at_fal))),
        ("nonsense", "t=%00%ff....".to_owned()),
    ] {
        let mut url = at_runware.parse::<Url>().unwrap();
        url.set_query(Some(&query));
        assert_eq!(post(&place, url.as_str(), &[], "{}").await, 404, "{what}");
    }
    let elsewhere = at_runware.replace(&runware.id.to_string(), &fal.id.to_string());
    assert_eq!(post(&place, &elsewhere, &[], "{}").await, 404, "another edit");
    assert_eq!(post(&place, &at_runware, &[], &" ".repeat(70_000)).await, 413);

    let [request] = duo.requests(&fal).try_into().unwrap();
    let body = format!(r#"{{"request_id":"{}","status":"OK"}}"#, request.id);
    let now = world::deployed::logs::now_ms(&place) / 1_000;
    let ours = duo.fal.signer();
    let mut mended = ours.headers_at(&request.id, &body, now - 3_600);
    mended[2].1 = now.to_string();
    for (what, headers, body) in [
        ("no signature", Vec::new(), body.as_str()),
        (
            "a stranger's",
            Signer::of_a_stranger().headers(&request.id, &body),
            &body,
        ),
        (
            "an old one",
            ours.headers_at(&request.id, &body, now - 400),
            &body,
        ),
        (
            "one of the future",
            ours.headers_at(&request.id, &body, now + 400),
            &body,
        ),
        ("an old one with a new time", mended, &body),
        ("another body's", ours.headers(&request.id, &body), "{}"),
    ] {
        assert_eq!(post(&place, &at_fal, &headers, body).await, 403, "{what}");
    }
    let unsigned = ours.headers(&request.id, &body);
    let mut url = at_fal.parse::<Url>().unwrap();
    url.set_query(None);
    assert_eq!(
        post(&place, url.as_str(), &unsigned, &body).await,
        404,
        "signed, but not our address"
    );
    assert!(
        duo.fal.counts().jwks <= fetched_before + 3,
        "keys are fetched once in a while: {fetched_before} before, {:?}",
        duo.fal.counts()
    );

    // Signed by fal and at our address, but about another request.
    let headers = ours.headers("00000000-0000-4000-8000-000000000000", &body);
    let polls = duo.requests(&fal)[0].statuses;
    assert_eq!(post(&place, &at_fal, &headers, &body).await, 204);
    sleep(Duration::from_secs(2)).await;
    let after = [world.stored(runware.id).await, world.stored(fal.id).await];
    assert_eq!(before, after);
    assert!(
        duo.requests(&fal)[0].statuses <= polls + 2,
        "only its own questions"
    );
}

async fn a_replayed_webhook_causes_a_bounded_number_of_polls(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let endless = told(Webhook::after(Duration::from_secs(600)));
    let known = duo.start(&world, photo, [endless]).await;
    let url = runware_url(&duo, &known).await;
    let before = acknowledged(&world, &known).await;
    let begun = Instant::now();
    let asked_before = duo.tasks(&known)[0].polls;
    for _ in 0..replays() / 10 {
        let answers = join_all((0..10).map(|_| post(&place, &url, &[], "{}"))).await;
        assert_eq!(answers, [204; 10]);
    }
    sleep(Duration::from_secs(3)).await;
    let seconds = u32::try_from(begun.elapsed().as_secs()).unwrap();
    let asked = duo.tasks(&known)[0].polls - asked_before;
    // One hint in ten seconds, and the attempt's own questions.
    let own = 2 + seconds / 2;
    assert!(
        asked <= seconds / 10 + 1 + own,
        "{asked} questions in {seconds} s"
    );
    println!("{} webhooks, {asked} questions in {seconds} s", replays());
    assert_eq!(world.stored(known.id).await, before);
}

/// `HOOK_REPLAYS=10000` for a long look.
fn replays() -> usize {
    std::env::var("HOOK_REPLAYS").map_or(200, |text| text.parse().unwrap())
}

fn token(url: &str) -> String {
    let url = url.parse::<Url>().unwrap();
    let found = url.query_pairs().find(|(name, _)| name == "t");
    found.unwrap().1.into_owned()
}

/// The edit once its provider's acknowledgement is written down: until a webhook there is nothing to change then.
async fn acknowledged(world: &World, known: &Known) -> Edit {
    place.seen("acknowledged", async || {
        let edit = world.stored(known.id).await;
        let has_name = edit.attempts[0].handle.is_some();
        has_name.then_some(edit)
    })
    .await
}

async fn runware_url(duo: &Duo<Shared>, known: &Known) -> String {
    place.seen("at Runware", async || {
        let task = duo.tasks(known).into_iter().next()?;
        Some(task.request["webhookURL"].as_str()?.to_owned())
    })
    .await
}

async fn fal_url(duo: &Duo<Shared>, known: &Known) -> String {
    place.seen("at fal", async || {
        duo.requests(known).first()?.webhook_url.clone()
    })
    .await
}

async fn post(place: &Place, url: &str, headers: &[(&'static str, String)], body: &str) -> u16 {
    let request = headers
        .iter()
        .fold(place.stack().http.post(url), |request, (name, value)| {
            request.header(*name, value)
        });
    let request = request.header("content-type", "application/json");
    request
        .body(body.to_owned())
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}
