//! Functions read the settings from their copy in the table. SSM is asked by whoever copies, and by nobody else while the
//! copy is there and fresh.

use std::time::Duration;

use cloud::testing::{Fault, Rule};
use cloud::{Call, Cloud};
use domain::settings::setting;
use jiff::SignedDuration;
use serde_json::{Value, json};
use world::{Caller, Place, World, settings, styles};

use crate::api::events::access::every_endpoint;

contract! {
    in_memory {
        neither_a_guest_nor_a_worker_asks_ssm_for_a_setting,
        a_hundred_cold_environments_do_not_ask_ssm,
        a_missing_copy_is_made_up_for_by_asking_ssm,
        settings_that_nobody_ever_read_are_unavailable_and_not_switched_off,
        a_stale_copy_is_made_up_for_by_asking_ssm_and_serves_where_ssm_is_away,
        a_parameter_changed_by_hand_is_copied_by_the_event,
        recovery_renews_the_copy,
        a_copy_that_began_before_a_change_does_not_replace_the_one_after_it,
        an_unusable_parameter_leaves_the_last_good_one_in_force,
    }
}

const PATH: &str = "/magic-edits/memory/settings";

/// As `aws ssm put-parameter` does it: the product does not notice.
fn put_by_hand(place: &Place, name: &str, text: &str) {
    place.memory().twin.parameters.set(format!("{PATH}/{name}"), text);
}

/// SSM does not answer any more.
fn take_ssm_away(place: &Place) {
    let away = Rule::new(Call::GetParameters, Fault::Refused).times(10_000);
    place.memory().twin.faults.add(away);
}

/// How often SSM was asked for settings since this was last asked.
fn questions(place: &Place) -> usize {
    let twin = &place.memory().twin;
    let asked = twin.calls().get(Call::GetParameters.name()).copied();
    twin.forget_operations();
    asked.unwrap_or_default()
}

/// The event of a changed parameter, as EventBridge sends it.
fn event(name: &str) -> Value {
    json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Parameter Store Change",
        "source": "aws.ssm", "account": "123456789012", "time": "2026-10-01T12:00:00Z", "region": "eu-central-1",
        "resources": [format!("arn:aws:ssm:eu-central-1:123456789012:parameter{PATH}/{name}")],
        "detail": { "operation": "Update", "name": format!("{PATH}/{name}"), "type": "String" },
    })
}

async fn polls(cloud: &Cloud) -> u32 {
    cloud.settings().await.unwrap().queue_max_polls
}

async fn neither_a_guest_nor_a_worker_asks_ssm_for_a_setting(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    questions(&place);
    take_ssm_away(&place);
    for (endpoint, reply) in every_endpoint(&world.guest).await {
        assert!(reply.status < 500, "{endpoint}: {reply:?}");
    }
    let id = world.guest.start(photo, styles::OK).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert_eq!(questions(&place), 0);
}

async fn a_hundred_cold_environments_do_not_ask_ssm(place: Place) {
    questions(&place);
    take_ssm_away(&place);
    let twin = &place.memory().twin;
    let cold: Vec<_> = (0..100).map(|_| twin.cloud(Duration::from_secs(20))).collect();
    let read = futures::future::join_all(cold.iter().map(Cloud::settings)).await;
    assert!(read.into_iter().all(|settings| settings.is_ok()));
    assert_eq!(questions(&place), 0);
}

async fn a_missing_copy_is_made_up_for_by_asking_ssm(place: Place) {
    put_by_hand(&place, "queue_max_polls", "7");
    place.memory().twin.table.remove("SETTINGS", "META").unwrap();
    questions(&place);
    let cold = place.memory().twin.cloud(Duration::from_secs(20));
    assert_eq!(polls(&cold).await, 7);
    let once = questions(&place);
    assert!(once > 0);
    place.pass(SignedDuration::from_secs(19)).await;
    assert_eq!(polls(&cold).await, 7);
    assert_eq!(
        questions(&place),
        0,
        "what SSM answered is kept for as long as a change may take"
    );

    // SSM throttles now and then.
    place.memory().twin.fail(Call::GetParameters, 2);
    assert_eq!(polls(&place.cloud).await, 7);
}

async fn settings_that_nobody_ever_read_are_unavailable_and_not_switched_off(place: Place) {
    let world = World::new(&place).await;
    place.memory().twin.table.remove("SETTINGS", "META").unwrap();
    take_ssm_away(&place);
    let styles = world.guest.get("/ai-styles").await;
    styles.problem(503, "unavailable");
    assert_eq!(styles.header("retry-after"), Some("1"));
    let shown = world.guest.get("").await;
    assert_eq!(shown.data(200)["ai_edits"]["reason"], "unavailable");
}

async fn a_stale_copy_is_made_up_for_by_asking_ssm_and_serves_where_ssm_is_away(place: Place) {
    put_by_hand(&place, "queue_max_polls", "7");
    place.pass(SignedDuration::from_mins(15)).await;
    assert_eq!(polls(&place.cloud).await, 60, "the copy is trusted");
    place.pass(SignedDuration::from_mins(2)).await;
    assert_eq!(polls(&place.cloud).await, 7, "nobody renews it");
    take_ssm_away(&place);
    assert_eq!(polls(&place.cloud).await, 60, "better than nothing");
}

async fn a_parameter_changed_by_hand_is_copied_by_the_event(place: Place) {
    let warm = place.memory().twin.cloud(Duration::from_secs(20));
    assert_eq!(polls(&warm).await, 60);
    put_by_hand(&place, "queue_max_polls", "7");
    let copied = place.invoke("copy-settings", &event("queue_max_polls")).await;
    assert_eq!(copied["unusable"], json!([]));
    place.pass(SignedDuration::from_secs(2)).await;
    assert_eq!(polls(&warm).await, 7);

    let parameter = format!("{PATH}/queue_max_polls");
    place.memory().twin.parameters.remove(&parameter);
    place.invoke("copy-settings", &event("queue_max_polls")).await;
    assert_eq!(
        polls(&place.cloud).await,
        60,
        "without a parameter the default holds"
    );
}

async fn recovery_renews_the_copy(place: Place) {
    put_by_hand(&place, "queue_max_polls", "7");
    place.invoke("recover-stuck", &json!({})).await;
    assert_eq!(polls(&place.cloud).await, 7);
    place.pass(SignedDuration::from_mins(15)).await;
    place.invoke("recover-stuck", &json!({})).await;
    place.pass(SignedDuration::from_mins(15)).await;
    questions(&place);
    polls(&place.cloud).await;
    assert_eq!(questions(&place), 0, "recovery is its heartbeat");

    take_ssm_away(&place);
    let recovered = place.invoke("recover-stuck", &json!({})).await;
    assert_eq!(recovered["errors"], 0, "edits are recovered all the same");
}

async fn a_copy_that_began_before_a_change_does_not_replace_the_one_after_it(place: Place) {
    let twin = &place.memory().twin;
    let held = twin.faults.hold(Call::PutItem, "SETTINGS");
    let slow = place.cloud.clone();
    let slow = tokio::spawn(async move { slow.copy_settings().await });
    held.reached().await;
    put_by_hand(&place, "queue_max_polls", "7");
    place.cloud.copy_settings().await.unwrap();
    held.release();
    slow.await.unwrap().unwrap();
    assert_eq!(polls(&place.cloud).await, 7);
}

async fn an_unusable_parameter_leaves_the_last_good_one_in_force(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(blocked_terms), r#"["gore"]"#)]).await;
    put_by_hand(&place, "blocked_terms", "gore");
    put_by_hand(&place, "queue_max_polls", "9");
    let copied = place.invoke("copy-settings", &event("blocked_terms")).await;
    assert_eq!(copied["unusable"], json!(["blocked_terms"]));
    let settings = place.cloud.settings().await.unwrap();
    assert!(settings.is_enabled);
    assert_eq!(*settings.blocked_terms, ["gore"]);
    assert_eq!(settings.queue_max_polls, 9, "the others are copied");
    let shown = Caller::superadmin(&place).get("/admin/ai-settings").await;
    let shown = shown.data(200);
    assert_eq!(shown["sources"]["blocked_terms"], "unusable");
    assert_eq!(shown["blocked_terms"], json!(["gore"]), "what is in force");
}
