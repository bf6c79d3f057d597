//! Webhooks of providers: a hint to poll, and nothing more.

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

use world::deployed::logs;
use world::{Books, Duo, Place, World, queue, styles};

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

/// The event's edits have taken so long that the first poll is as late as it can be.
const USUALLY: Duration = Duration::from_secs(100);
/// No planned poll is earlier than this after the claim (`domain::polling`; SQS takes whole seconds).
const FIRST_POLL: SignedDuration = SignedDuration::from_secs(29);
/// A task finishes well before that poll, also on a busy machine.
const FINISHED_AFTER: Duration = Duration::from_secs(4);
/// The late webhook follows this long after: the poll has found the result by then.
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
    // fal took the request, and its answer with the name was lost.
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
    // The late hint's poll finds an edit that has ended.
    let polls = 1 + usize::try_from(world.stored(late.id).await.polls).unwrap();
    logs::until_handled(&place, "poll-edit", late.id, polls).await;
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
        assert!(took < FIRST_POLL, "the poll after the hint found it: {edit:?}");
        assert_eq!(edit.polls, 1, "one poll: {edit:?}");
    }
    for known in [&late, &never] {
        let edit = world.stored(known.id).await;
        let took = took(&edit);
        assert!(took >= FIRST_POLL, "its planned poll found it: {edit:?}");
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

/// An edit at Runware and one at fal, both of which only a webhook would finish, and the addresses of their webhooks.
struct Endless {
    runware: Known,
    fal: Known,
    at_runware: String,
    at_fal: String,
}

impl Endless {
    async fn new(duo: &Duo, world: &World) -> Self {
        let place = &world.place;
        let photo = world.photo("cat.jpg").await;
        let endless = Webhook::after(Duration::from_secs(600));
        let runware = duo.start(world, photo, [told(endless)]).await;
        let signed = fal::Behaviour {
            webhook: Some(endless),
            ..fal::Behaviour::at_once()
        };
        let fal = start_at_fal(duo, world, photo, signed).await;
        for known in [&runware, &fal] {
            let has_handle = async || {
                world
                    .stored(known.id)
                    .await
                    .attempts
                    .iter()
                    .any(|it| it.handle.is_some())
            };
            place.eventually("acknowledged", has_handle).await;
        }
        let [task] = duo.tasks(&runware).try_into().unwrap();
        let at_runware = task.request["webhookURL"].as_str().unwrap().to_owned();
        let [request] = duo.requests(&fal).try_into().unwrap();
        Self {
            at_fal: request.webhook_url.unwrap(),
            runware,
            fal,
            at_runware,
        }
    }

    async fn stored(&self, world: &World) -> [Edit; 2] {
        [
            world.stored(self.runware.id).await,
            world.stored(self.fal.id).await,
        ]
    }
}

async fn a_forged_webhook_changes_nothing(place: Place) {
    let duo = Duo::open(&place, &[]).await;
    let world = World::new(&place).await;
    let endless = Endless::new(&duo, &world).await;
    let (at_runware, at_fal) = (&endless.at_runware, &endless.at_fal);
    let before = endless.stored(&world).await;

    let good = token(at_runware);
    for (what, query) in [
        ("no token", String::new()),
        ("an empty token", "t=".to_owned()),
        ("another attempt", format!("t={}", good.replacen('1', "2", 1))),
        ("a signature cut short", format!("t={}", &good[..good.len() - 2])),
        ("fal's token", format!("t={}", token(at_fal))),
        ("nonsense", "t=%00%ff....".to_owned()),
    ] {
        let mut url = at_runware.parse::<Url>().unwrap();
        url.set_query(Some(&query));
        assert_eq!(place.post_webhook(url.as_str(), &[], "{}").await, 404, "{what}");
    }
    let elsewhere = at_runware.replace(&endless.runware.id.to_string(), &endless.fal.id.to_string());
    assert_eq!(
        place.post_webhook(&elsewhere, &[], "{}").await,
        404,
        "another edit"
    );
    assert_eq!(
        place.post_webhook(at_runware, &[], &" ".repeat(70_000)).await,
        413
    );

    let [request] = duo.requests(&endless.fal).try_into().unwrap();
    let body = format!(r#"{{"request_id":"{}","status":"OK"}}"#, request.id);
    let now = place.now().as_second();
    let ours = duo.fal.signer();
    let mut mended = ours.headers_at(&request.id, &body, now - 3_600);
    mended[2].1 = now.to_string();
    for (what, headers, body) in [
        ("no signature", Vec::new(), body.as_str()),
        (
            "a stranger's",
            Signer::of_a_stranger().headers_at(&request.id, &body, now),
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
        ("another body's", ours.headers_at(&request.id, &body, now), "{}"),
    ] {
        assert_eq!(place.post_webhook(at_fal, &headers, body).await, 403, "{what}");
    }
    let mut url = at_fal.parse::<Url>().unwrap();
    url.set_query(None);
    let headers = ours.headers_at(&request.id, &body, now);
    let status = place.post_webhook(url.as_str(), &headers, &body).await;
    assert_eq!(status, 404, "signed, but not our address");
    assert!(
        duo.fal.counts().jwks <= 3,
        "keys are cached: {:?}",
        duo.fal.counts()
    );

    // Signed by fal and at our address, but about another request.
    let headers = ours.headers_at("00000000-0000-4000-8000-000000000000", &body, now);
    assert_eq!(place.post_webhook(at_fal, &headers, &body).await, 204);
    place.handle_due_messages().await;
    assert_eq!(before, endless.stored(&world).await);
    let polls = duo.requests(&endless.fal)[0].statuses - request.statuses;
    assert!(polls <= 1, "at most one poll follows: {polls}");
}

async fn a_replayed_webhook_causes_a_bounded_number_of_polls(place: Place) {
    const SECONDS: u32 = 60;
    let duo = Duo::open(&place, &[]).await;
    let world = World::new(&place).await;
    world.usually_takes(USUALLY).await;
    let endless = Endless::new(&duo, &world).await;
    let polls = || duo.tasks(&endless.runware)[0].polls;
    let (before, polls_before) = (world.stored(endless.runware.id).await, polls());
    for _ in 0..SECONDS {
        for _ in 0..10 {
            let status = place.post_webhook(&endless.at_runware, &[], "{}").await;
            assert_eq!(status, 204);
        }
        place.pass(SignedDuration::from_secs(1)).await;
        place.handle_due_messages().await;
    }
    let asked = polls() - polls_before;
    // One hint in ten seconds, and the attempt's own polls.
    let own = 2 + SECONDS / 2;
    assert!(asked <= SECONDS / 10 + 1 + own, "{asked} polls in {SECONDS} s");
    assert_eq!(world.stored(endless.runware.id).await.attempts, before.attempts);
}

fn token(url: &str) -> String {
    let url = url.parse::<Url>().unwrap();
    let found = url.query_pairs().find(|(name, _)| name == "t");
    found.unwrap().1.into_owned()
}
