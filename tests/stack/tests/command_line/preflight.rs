//! `preflight`, the go-live list.

use domain::ProviderName;
use domain::breaker::Pin;
use domain::settings::setting;
use doubles::runware::{Behaviour, Server};
use serde_json::Value;
use world::deployed::command_line::{Ran, magic_edits};
use world::deployed::empty::Empty;
use world::servers::closed_port;
use world::{Place, settings};

contract! {
    deployed {
        every_preflight_check_looks_at_the_installation,
        a_dead_letter_fails_the_preflight,
        an_empty_installation_is_told_what_is_missing,
        a_provider_of_an_active_style_is_checked,
    }
}

/// A check of the list.
fn line<'a>(list: &'a Value, id: &str) -> &'a Value {
    let checks = list["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|check| check["id"] == id)
        .unwrap_or_else(|| panic!("{id} in {list}"))
}

async fn preflight() -> Value {
    list_of(&magic_edits(&["--json", "preflight"]).await)
}

#[track_caller]
fn list_of(ran: &Ran) -> Value {
    let list = ran.json();
    assert_eq!(ran.code, i32::from(list["ready"] == false), "{list}");
    for check in list["checks"].as_array().unwrap() {
        assert_eq!(check["mend"].is_null(), check["holds"] == true, "{check}");
    }
    list
}

async fn every_preflight_check_looks_at_the_installation(place: Place) {
    let mut held = settings::alone(&place, &[(setting!(blocked_terms), r#"["gore"]"#)]).await;
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
        "concurrency",
        "parameter_store",
        "settings_copied",
        "protection",
        "sign_in",
        "alarms",
        "allowed_origin",
        "breakers",
    ] {
        assert_eq!(line(&list, id)["holds"], true, "{}", line(&list, id));
    }
    // The pages are published where this machine has Node.
    let config = format!("{}/config.json", place.stack().described.site_url);
    let answer = place.stack().http.get(config).send().await.unwrap();
    let is_published = answer.status() == 200;
    assert_eq!(line(&list, "pages_published")["holds"], is_published);
    // Each check fails in turn.
    for (setting, wrong, right, id) in [
        (setting!(guest_enabled), "false", "true", "switched_on"),
        (setting!(queue_auto_dispatch), "false", "true", "dispatch"),
        (setting!(queue_name), "nobodys-queue", "none", "workers"),
        (setting!(blocked_terms), "[]", r#"["gore"]"#, "blocked_terms"),
        // Unreadable blocked terms in SSM switch everything off.
        (setting!(blocked_terms), "gore", r#"["gore"]"#, "switched_on"),
    ] {
        held.change_at_once(setting, wrong).await;
        let list = preflight().await;
        assert_eq!(line(&list, id)["holds"], false, "{}", line(&list, id));
        let mend = line(&list, id)["mend"].as_str().unwrap();
        assert!(
            mend.contains(&format!("settings set {}", setting.name())),
            "{mend}"
        );
        held.change_at_once(setting, right).await;
    }
    // The check calls the provider.
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
    held.change_at_once(setting!(runware_base_url), &nowhere).await;
    assert_eq!(line(&preflight().await, "provider_reachable")["holds"], false);
    held.change_at_once(setting!(runware_base_url), &server.base_url())
        .await;
    // An operator opened a breaker.
    let pin = async |pin: Option<Pin>| {
        let breakers = place.cloud.breakers().await.unwrap();
        let next = breakers.of(ProviderName::Runware).pinned(pin);
        assert!(
            place
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

async fn a_dead_letter_fails_the_preflight(place: Place) {
    let _settings = settings::alone(&place, &[]).await;
    let dead = place
        .stack()
        .described
        .poll_queue_url
        .replace("-poll", "-poll-dead");
    let sent = place
        .stack()
        .sqs
        .send_message()
        .queue_url(&dead)
        .message_body("{}");
    sent.send().await.unwrap();
    let list = preflight().await;
    assert_eq!(
        line(&list, "dead_letters")["holds"],
        false,
        "{}",
        line(&list, "dead_letters")
    );
    let mend = line(&list, "dead_letters")["mend"].as_str().unwrap();
    assert!(mend.contains("magic-edits dlq redrive poll"), "{mend}");
    let taken = place
        .stack()
        .sqs
        .receive_message()
        .queue_url(&dead)
        .wait_time_seconds(2);
    for message in taken.send().await.unwrap().messages() {
        let receipt = message.receipt_handle().unwrap();
        place
            .stack()
            .sqs
            .delete_message()
            .queue_url(&dead)
            .receipt_handle(receipt)
            .send()
            .await
            .unwrap();
    }
}

/// Whether a check holds, and its detail.
fn said<'a>(list: &'a Value, id: &str) -> (bool, &'a str) {
    let line = line(list, id);
    (line["holds"] == true, line["detail"].as_str().unwrap())
}

async fn an_empty_installation_is_told_what_is_missing(place: Place) {
    let _settings = settings::defaults(&place).await;
    let own = Empty::new(&place).await;
    let look = async || {
        let ran = own.magic_edits(&["--json", "preflight"]).await;
        (ran.code, list_of(&ran))
    };
    let (code, list) = look().await;
    assert_eq!(code, 1);
    let (holds, seen) = said(&list, "entitlement");
    assert!(!holds && seen.starts_with("no package has ai_styling"), "{seen}");
    assert!(
        line(&list, "entitlement")["mend"]
            .as_str()
            .unwrap()
            .contains("features: [ai_styling]")
    );
    assert_eq!(said(&list, "active_style"), (false, "none of 0 styles is active"));
    assert_eq!(said(&list, "budgets"), (false, "there is no tenant"));

    // Everything exists and is not enough.
    let style = |is_active| {
        format!(
            "styles: [{{key: plain, name: Plain, provider: fal, provider_model: 'fake:ok', \
             prompt_template: 'Repaint this photo.', is_active: {is_active}, estimated_cost_micro_usd: 1}}]\n"
        )
    };
    own.apply(&format!(
        "packages: [{{key: basic, name: Basic, features: []}}]\n\
         addons: [{{key: ai_styling_unlock, name: AI edits, currency: EUR}}]\n\
         tenants: [{{id: t1, name: T}}]\n{}",
        style(false)
    ))
    .await;
    let (code, list) = look().await;
    assert_eq!(
        (code, said(&list, "entitlement").0),
        (1, false),
        "no price, no feature"
    );
    assert_eq!(said(&list, "active_style"), (false, "none of 1 styles is active"));
    assert_eq!(
        said(&list, "budgets"),
        (false, "1 of 1 tenants have no hard cap: t1")
    );

    own.apply(&format!(
        "addons: [{{key: ai_styling_unlock, name: AI edits, price_cents: 1900, currency: EUR}}]\n\
         tenants: [{{id: t1, name: T, budget: {{hard_cap_micro_usd: 1}}}}]\n{}",
        style(true)
    ))
    .await;
    let (_, list) = look().await;
    for id in ["entitlement", "active_style", "budgets"] {
        assert!(said(&list, id).0, "{}", line(&list, id));
    }
    own.apply(
        "packages: [{key: basic, name: Basic, features: [ai_styling]}]\n\
         addons: [{key: ai_styling_unlock, name: AI edits, currency: EUR}]\n",
    )
    .await;
    let (_, list) = look().await;
    assert_eq!(
        said(&list, "entitlement"),
        (true, "the package basic has ai_styling")
    );
    own.remove().await;
}

async fn a_provider_of_an_active_style_is_checked(place: Place) {
    let mut held = settings::alone(&place, &[]).await;
    let nowhere = format!("http://127.0.0.1:{}", closed_port());
    held.change_at_once(setting!(fal_base_url), &nowhere).await;
    held.change_at_once(setting!(fal_mode), "live").await;
    let own = Empty::new(&place).await;
    for is_active in [true, false] {
        own.apply(&format!(
            "styles: [{{key: plain, name: Plain, provider: fal, provider_model: fal-ai/flux-pro, \
             prompt_template: 'Repaint this photo.', is_active: {is_active}, estimated_cost_micro_usd: 1}}]\n"
        ))
        .await;
        let list = list_of(&own.magic_edits(&["--json", "preflight"]).await);
        let (holds, seen) = said(&list, "provider_reachable");
        assert_eq!((holds, seen.contains("fal")), (!is_active, is_active), "{seen}");
    }
    own.remove().await;
}
