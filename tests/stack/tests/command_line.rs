//! The operator's command line, run as operators and scripts run it: what it prints, and its exit code.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use domain::ProviderName;
use domain::breaker::Pin;
use domain::ports::ProviderHealth;
use domain::ports::admin::PackageStore;
use domain::settings::Setting;
use doubles::runware::{Behaviour, Server};
use serde_json::{Value, json};
use stack_tests::command_line::{Ran, magic_edits, program};
use stack_tests::servers::closed_port;
use stack_tests::world::unique;
use stack_tests::{Stack, World, settings};

#[tokio::test]
async fn wrong_usage_is_told_apart_from_failure() {
    for arguments in [
        &["settings", "get", "no_such_setting"][..],
        &["settings", "set", "queue_max_polls", "many"],
        &["settings", "set", "blocked_terms", "not a list"],
        &["prune", "--request-days", "0"],
        &["catalog", "apply", "no-such-file.yaml"],
        &["event", "token", "no-such-event"],
        &["watch", "no-such-slug", "--tenant", "no-such-tenant"],
        &["no-such-command"],
    ] {
        let ran = magic_edits(arguments).await;
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{ran:?}");
    }
    let ran = magic_edits(&["event", "summary", "no-such-slug", "--tenant", "no-such-tenant"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    let ran = magic_edits(&["--json", "event", "summary", "no-such-slug", "--tenant", "nobody"]).await;
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert!(error["error"].is_string(), "{error}");
}

#[tokio::test]
async fn settings_are_read_as_they_are_in_force_and_plain_for_other_programs() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(Setting::QueueMaxPolls, "33")]).await;
    let ran = magic_edits(&["settings", "get", "queue_max_polls"]).await;
    assert_eq!((ran.code, ran.out.as_str()), (0, "33\n"), "{ran:?}");
    let ran = magic_edits(&["settings", "list"]).await;
    assert!(ran.out.contains("queue_max_polls\t33\tparameter\n"), "{ran:?}");
    assert!(!ran.out.contains('\u{1b}'), "no colours in a pipe: {ran:?}");
    let listed = magic_edits(&["settings", "list", "--json"]).await.json();
    let expected = json!({ "value": 33, "from": "parameter" });
    assert_eq!(listed["settings"]["queue_max_polls"], expected);
    assert!(listed["keys_set"]["runware"].is_boolean());
}

#[tokio::test]
async fn whoever_stops_reading_is_no_error() {
    let mut running = Command::new(program())
        .current_dir(stack_tests::stack::root())
        .args(["completions", "bash"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(running.stdout.take());
    let mut said = String::new();
    running.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let status = running.wait().unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_catalogue_is_shown_before_it_is_written_and_written_once() {
    let stack = Stack::connect().await;
    let name = unique(&stack);
    let file = file(&name, &catalogue(&name, "Gold"));
    let path = file.to_str().unwrap();

    let ran = magic_edits(&["catalog", "apply", path]).await;
    assert_eq!(ran.code, 2, "nobody can be asked: {ran:?}");
    let ran = magic_edits(&["catalog", "apply", path, "--dry-run", "--json"]).await;
    assert_eq!(ran.code, 1, "something differs: {ran:?}");
    let package = &ran.json()[0];
    assert_eq!(
        (&package["kind"], &package["is_new"]),
        (&json!("package"), &json!(true))
    );
    let key = format!("package-{name}").parse().unwrap();
    assert!(
        stack.cloud.package(&key).await.unwrap().is_none(),
        "nothing was written"
    );

    let applied = |ran: Ran| {
        assert_eq!(ran.code, 0, "{ran:?}");
        let outcomes = ran.json();
        let outcomes = outcomes.as_array().unwrap().iter();
        outcomes
            .map(|each| each["outcome"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let apply = ["--json", "catalog", "apply", "--yes", path];
    assert_eq!(applied(magic_edits(&apply).await), ["created"; 4]);
    assert_eq!(applied(magic_edits(&apply).await), ["unchanged"; 4]);
    let ran = magic_edits(&["catalog", "apply", path, "--dry-run"]).await;
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "nothing differs: {ran:?}");

    fs::write(&file, catalogue(&name, "Platinum")).unwrap();
    let ran = magic_edits(&["catalog", "apply", path, "--dry-run"]).await;
    let line = format!("~\tpackage\tpackage-{name}\tname\tGold\tPlatinum\n");
    assert_eq!((ran.code, ran.out), (1, line));
    assert_eq!(applied(magic_edits(&apply).await)[0], "updated");

    let event = format!("event-{name}");
    let made = magic_edits(&["--json", "event", "token", &event]).await.json();
    let seen = stack.http.get(format!(
        "{}/api/v1/events/{}",
        stack.described.api_url,
        made["token"].as_str().unwrap()
    ));
    assert_eq!(
        seen.send().await.unwrap().status().as_u16(),
        200,
        "the link works"
    );
    fs::remove_file(&file).unwrap();
}

fn catalogue(name: &str, package: &str) -> String {
    format!(
        "packages: [{{key: package-{name}, name: {package}, features: [ai_styling]}}]\n\
         styles: [{{key: style-{name}, name: Plain, provider: runware, provider_model: 'fake:ok', \
         prompt_template: 'Repaint this photo. {{prompt}}', is_active: false, estimated_cost_micro_usd: 39000}}]\n\
         tenants: [{{id: tenant-{name}, name: A tenant, budget: {{hard_cap_micro_usd: 5000000}}}}]\n\
         events: [{{id: event-{name}, tenant_id: tenant-{name}, slug: slug-{name}, name: An event, \
         package_key: package-{name}, policy: {{allow_custom_prompt: true}}}}]\n"
    )
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("catalogue-{name}.yaml"));
    fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn an_event_is_summed_up_and_watched() {
    let stack = Stack::connect().await;
    let _settings = settings::defaults(&stack).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, "test-ok").await;
    world.guest.wait(id).await;
    let (slug, tenant) = (world.event.slug.as_str(), world.tenant.id.as_str());
    let ran = magic_edits(&["--json", "event", "summary", slug, "--tenant", tenant]).await;
    assert_eq!(
        (ran.code, &ran.json()["counts"]["succeeded"]),
        (0, &json!(1)),
        "{ran:?}"
    );
    let ran = magic_edits(&["event", "summary", slug, "--tenant", tenant]).await;
    assert!(ran.out.contains("succeeded\t1\t"), "{ran:?}");

    let look = [
        "watch",
        slug,
        "--tenant",
        tenant,
        "--count",
        "2",
        "--interval",
        "1",
    ];
    let ran = magic_edits(&[&["--json"], &look[..]].concat()).await;
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((ran.code, lines.len()), (0, 2), "one line a look: {ran:?}");
    assert_eq!(lines[0]["edits"][0]["id"], id.to_string());
    assert_eq!(lines[0]["edits"][0]["status"], "succeeded");
    let ran = magic_edits(&look).await;
    assert!(ran.out.contains(&format!("{id}\tsucceeded\t")), "{ran:?}");
}

#[tokio::test]
async fn pruning_says_what_would_go() {
    let counted = magic_edits(&["--json", "prune", "--pretend", "--request-days", "3650"]).await;
    assert_eq!(counted.code, 0, "{counted:?}");
    let counted = counted.json();
    assert_eq!(
        (&counted["requests"], &counted["more"]),
        (&json!(0), &json!(false)),
        "{counted}"
    );
}

/// A line of the go-live list.
fn line<'a>(list: &'a Value, id: &str) -> &'a Value {
    let checks = list["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|check| check["id"] == id)
        .unwrap_or_else(|| panic!("{id} in {list}"))
}

async fn preflight() -> Value {
    let ran = magic_edits(&["--json", "preflight"]).await;
    let list = ran.json();
    assert_eq!(ran.code, i32::from(list["ready"] == false), "{list}");
    for check in list["checks"].as_array().unwrap() {
        assert_eq!(check["mend"].is_null(), check["holds"] == true, "{check}");
    }
    list
}

#[tokio::test]
async fn every_line_of_the_go_live_list_is_looked_at_for_real() {
    let stack = Stack::connect().await;
    let mut held = settings::alone(&stack, &[(Setting::BlockedTerms, r#"["gore"]"#)]).await;
    let list = preflight().await;
    for id in [
        "switched_on",
        "entitlement",
        "active_style",
        "api_key",
        "provider_reachable",
        "dispatch",
        "workers",
        "blocked_terms",
        "recovery_scheduled",
        "pruning_scheduled",
        "alarms",
        "breakers",
    ] {
        assert_eq!(line(&list, id)["holds"], true, "{}", line(&list, id));
    }
    // Each in turn does not hold.
    for (setting, wrong, right, id) in [
        (Setting::GuestEnabled, "false", "true", "switched_on"),
        (Setting::QueueAutoDispatch, "false", "true", "dispatch"),
        (Setting::QueueName, "nobodys-queue", "none", "workers"),
        (Setting::BlockedTerms, "[]", r#"["gore"]"#, "blocked_terms"),
    ] {
        held.change_at_once(setting, wrong).await;
        let list = preflight().await;
        assert_eq!(line(&list, id)["holds"], false, "{}", line(&list, id));
        held.change_at_once(setting, right).await;
    }
    // The provider is asked, not believed.
    let server = Server::start(Behaviour::default()).await;
    held.go_live(&server.base_url()).await;
    let list = preflight().await;
    assert_eq!(
        line(&list, "provider_reachable")["holds"],
        true,
        "{}",
        line(&list, "provider_reachable")
    );
    assert!(server.tasks().is_empty(), "nothing was ordered");
    let nowhere = format!("http://127.0.0.1:{}/v1", closed_port());
    held.change_at_once(Setting::RunwareBaseUrl, &nowhere).await;
    assert_eq!(line(&preflight().await, "provider_reachable")["holds"], false);
    held.change_at_once(Setting::RunwareBaseUrl, &server.base_url())
        .await;
    // A breaker that an operator has opened.
    let pin = async |pin: Option<Pin>| {
        let breakers = stack.cloud.breakers().await.unwrap();
        let next = breakers.of(ProviderName::Runware).pinned(pin);
        assert!(
            stack
                .cloud
                .save_breaker(ProviderName::Runware, &next)
                .await
                .unwrap()
        );
    };
    pin(Some(Pin::Open)).await;
    assert_eq!(line(&preflight().await, "breakers")["holds"], false);
    pin(Some(Pin::Closed)).await;
}

#[tokio::test]
async fn a_message_in_a_dead_letter_queue_stands_in_the_way_of_going_live() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[]).await;
    let dead = stack.described.poll_queue_url.replace("-poll", "-poll-dead");
    let sent = stack.sqs.send_message().queue_url(&dead).message_body("{}");
    sent.send().await.unwrap();
    let list = preflight().await;
    assert_eq!(
        line(&list, "dead_letters")["holds"],
        false,
        "{}",
        line(&list, "dead_letters")
    );
    let taken = stack.sqs.receive_message().queue_url(&dead).wait_time_seconds(2);
    for message in taken.send().await.unwrap().messages() {
        let receipt = message.receipt_handle().unwrap();
        stack
            .sqs
            .delete_message()
            .queue_url(&dead)
            .receipt_handle(receipt)
            .send()
            .await
            .unwrap();
    }
}
