//! The go-live list.

use domain::ProviderName;
use domain::breaker::Pin;
use domain::ports::ProviderHealth;
use domain::settings::Setting;
use doubles::runware::{Behaviour, Server};
use serde_json::Value;
use stack_tests::command_line::magic_edits;
use stack_tests::servers::closed_port;
use stack_tests::{Stack, settings};

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
