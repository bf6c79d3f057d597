//! A change of settings writes what is different, one after the other, and waits where SSM throttles.

use cloud::Call;
use cloud::testing::{Fault, Rule};
use serde_json::json;
use world::{Caller, Place};

contract! {
    in_memory {
        a_form_that_sends_every_setting_writes_what_is_different,
        throttled_writes_are_waited_for,
        what_was_written_before_a_failure_takes_effect_and_the_rest_is_written_by_the_repeat,
        null_removes_the_parameter_so_that_the_default_holds,
    }
}

/// The parameters that were written or removed since this was last asked, in order.
fn written(place: &Place) -> Vec<String> {
    let twin = &place.memory().twin;
    let operations = twin.operations();
    twin.forget_operations();
    let writes = operations
        .into_iter()
        .filter(|operation| [Call::PutParameter, Call::DeleteParameter].contains(&operation.call));
    let names = writes.map(|operation| operation.about.rsplit('/').next().unwrap().to_owned());
    names.collect()
}

async fn a_form_that_sends_every_setting_writes_what_is_different(place: Place) {
    let admin = Caller::superadmin(&place);
    let mut form = admin.get("/admin/ai-settings").await.data(200).clone();
    let members = form.as_object_mut().unwrap();
    members.remove("sources");
    members.remove("secrets");
    // Null would remove a parameter that says `none`.
    members.retain(|_, value| !value.is_null());
    written(&place);
    admin.patch("/admin/ai-settings", &form).await.data(200);
    assert_eq!(written(&place), Vec::<String>::new());

    form["queue_max_polls"] = json!(7);
    form["is_enabled"] = json!(false);
    let changed = admin.patch("/admin/ai-settings", &form).await;
    assert_eq!(changed.data(200)["queue_max_polls"], 7);
    let mut names = written(&place);
    names.sort();
    assert_eq!(names, ["is_enabled", "queue_max_polls"]);
    let settings = place.cloud.settings().await.unwrap();
    assert!(
        !settings.is_enabled && settings.queue_max_polls == 7,
        "it takes effect"
    );
}

async fn throttled_writes_are_waited_for(place: Place) {
    let admin = Caller::superadmin(&place);
    let throttled = Rule::new(Call::PutParameter, Fault::Busy).after(1).times(2);
    place.memory().twin.faults.add(throttled);
    let change = json!({ "is_enabled": false, "queue_max_polls": 7, "latency_warning_ms": 99 });
    written(&place);
    let changed = admin.patch("/admin/ai-settings", &change).await;
    assert_eq!(changed.data(200)["latency_warning_ms"], 99);
    let mut tried = written(&place);
    assert_eq!(tried.len(), 5, "two of five tries were throttled: {tried:?}");
    tried.dedup();
    assert_eq!(tried.len(), 3, "each waits for the one before it: {tried:?}");
}

async fn what_was_written_before_a_failure_takes_effect_and_the_rest_is_written_by_the_repeat(place: Place) {
    let admin = Caller::superadmin(&place);
    let refused = Rule::new(Call::PutParameter, Fault::Refused).about("queue_max_polls");
    place.memory().twin.faults.add(refused);
    let change = json!({ "is_enabled": false, "queue_max_polls": 7 });
    written(&place);
    let reply = admin.patch("/admin/ai-settings", &change).await;
    reply.problem(503, "unavailable");
    assert_eq!(written(&place), ["is_enabled", "queue_max_polls"]);
    assert!(!place.cloud.settings().await.unwrap().is_enabled);

    admin.patch("/admin/ai-settings", &change).await.data(200);
    assert_eq!(written(&place), ["queue_max_polls"]);
    assert_eq!(place.cloud.settings().await.unwrap().queue_max_polls, 7);
}

async fn null_removes_the_parameter_so_that_the_default_holds(place: Place) {
    let admin = Caller::superadmin(&place);
    admin
        .patch("/admin/ai-settings", &json!({ "queue_max_polls": 7 }))
        .await
        .data(200);
    let reset = json!({ "queue_max_polls": null });
    let answer = admin.patch("/admin/ai-settings", &reset).await;
    assert_eq!(answer.data(200)["queue_max_polls"], 60);
    assert_eq!(answer.data(200)["sources"]["queue_max_polls"], "default");
    assert_eq!(place.cloud.settings().await.unwrap().queue_max_polls, 60);
    written(&place);
    admin.patch("/admin/ai-settings", &reset).await.data(200);
    assert_eq!(
        written(&place),
        Vec::<String>::new(),
        "there is nothing to remove"
    );
}
