//! Catalogue files.

use std::fs;
use std::path::PathBuf;

use domain::MicroUsd;
use domain::event::PolicyChange;
use serde_json::json;
use world::Place;
use world::deployed::command_line::{Ran, magic_edits};
use world::{somebody, unique};

contract! {
    deployed {
        a_catalogue_is_shown_before_it_is_applied_and_applied_once,
        a_misspelt_field_is_refused_before_anything_is_written,
        an_absent_field_stays_and_a_null_field_goes,
        a_failed_apply_shows_what_it_wrote,
    }
}

async fn a_catalogue_is_shown_before_it_is_applied_and_applied_once(place: Place) {
    let name = unique(&place);
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
        place.cloud.package(&key).await.unwrap().is_none(),
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
    let seen = place.stack().http.get(format!(
        "{}/api/v1/events/{}",
        place.stack().described.api_url,
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

/// Applies a file without asking.
async fn apply(name: &str, text: &str) -> Ran {
    let file = file(name, text);
    let ran = magic_edits(&["--json", "catalog", "apply", "--yes", file.to_str().unwrap()]).await;
    fs::remove_file(&file).unwrap();
    ran
}

async fn a_misspelt_field_is_refused_before_anything_is_written(place: Place) {
    let name = unique(&place);
    let good = catalogue(&name, "Gold");
    for (right, wrong) in [
        ("hard_cap_micro_usd", "hard_cap_microusd"),
        ("allow_custom_prompt", "allow_custom_prompts"),
        ("is_active", "is_activ"),
        ("features", "feature"),
        ("package_key", "package"),
        ("hard_cap_micro_usd: 5000000", "hard_cap_micro_usd: -1"),
        ("allow_custom_prompt: true", "max_in_flight_per_guest: 0"),
        ("policy: {allow_custom_prompt: true}", "watermark: {scales: 0.2}"),
        (
            "policy: {allow_custom_prompt: true}",
            "addons: [{key: ai_styling_unlock, stat: completed}]",
        ),
        ("policy: {allow_custom_prompt: true}", "policy: null"),
        ("budget: {hard_cap_micro_usd: 5000000}", "budget: {}, budget: {}"),
    ] {
        assert!(good.contains(right), "{right}");
        let ran = apply(&name, &good.replacen(right, wrong, 1)).await;
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{wrong}: {ran:?}");
        assert!(ran.err.contains(".yaml"), "{ran:?}");
    }
    let key = format!("package-{name}").parse().unwrap();
    assert!(place.cloud.package(&key).await.unwrap().is_none());
}

async fn an_absent_field_stays_and_a_null_field_goes(place: Place) {
    let name = unique(&place);
    let (tenant_id, event_id) = (format!("tenant-{name}"), format!("event-{name}"));
    let (tenant_id, event_id) = (tenant_id.parse().unwrap(), event_id.parse().unwrap());
    let full = catalogue(&name, "Gold")
        .replace(
            "{hard_cap_micro_usd: 5000000}",
            "{soft_cap_micro_usd: 1, hard_cap_micro_usd: 5}, watermark: {scale: 0.3}",
        )
        .replace("policy:", "watermark: {scale: 0.4}, policy:");
    assert_eq!(apply(&name, &full).await.code, 0);
    // Meanwhile an organiser changes the policy.
    let theirs = PolicyChange {
        blocked_terms: Some(vec!["gore".to_owned()]),
        ..PolicyChange::default()
    };
    place
        .cloud
        .change_policy(&somebody(), &tenant_id, &event_id, &theirs, None)
        .await
        .unwrap();

    let bare = |tenant: &str, event: &str| {
        format!(
            "tenants: [{{id: tenant-{name}, name: A tenant{tenant}}}]\n\
             events: [{{id: event-{name}, tenant_id: tenant-{name}, slug: slug-{name}, name: An event{event}}}]\n"
        )
    };
    let ran = apply(&name, &bare("", "")).await;
    let outcomes: Vec<_> = ran
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["unchanged", "unchanged"], "{ran:?}");

    let changed = bare(
        ", budget: {hard_cap_micro_usd: 9}",
        ", policy: {enabled: false}, watermark: {padding: 0.1}",
    );
    assert_eq!(apply(&name, &changed).await.code, 0);
    let tenant = place.cloud.tenant(&tenant_id).await.unwrap().unwrap();
    let cap = |amount| Some(MicroUsd::new(amount));
    assert_eq!(
        (tenant.budget.soft_cap_micro_usd, tenant.budget.hard_cap_micro_usd),
        (cap(1), cap(9))
    );
    assert!(tenant.watermark.is_some());
    let event = place.cloud.event(&event_id).await.unwrap().unwrap();
    assert!(event.package.is_some());
    assert_eq!(
        event.watermark.map(|mark| (mark.scale, mark.padding)),
        Some((0.4, 0.1))
    );
    let policy = event.policy;
    assert_eq!((policy.enabled, policy.allow_custom_prompt), (false, true));
    assert_eq!(*policy.blocked_terms, ["gore"]);

    let gone = bare(
        ", budget: null, watermark: null",
        ", package_key: null, watermark: null",
    );
    assert_eq!(apply(&name, &gone).await.code, 0);
    let tenant = place.cloud.tenant(&tenant_id).await.unwrap().unwrap();
    assert_eq!((tenant.budget.hard_cap_micro_usd, tenant.watermark), (None, None));
    let event = place.cloud.event(&event_id).await.unwrap().unwrap();
    assert_eq!((event.package, event.watermark), (None, None));
    assert!(!event.policy.enabled, "it was not named");
}

async fn a_failed_apply_shows_what_it_wrote(place: Place) {
    let name = unique(&place);
    let outcomes = |ran: &Ran| {
        let all = ran.json();
        let each = all.as_array().unwrap().iter();
        each.map(|each| {
            format!(
                "{} {}",
                each["outcome"].as_str().unwrap(),
                each["kind"].as_str().unwrap()
            )
        })
        .collect::<Vec<_>>()
    };
    // The model refuses the template only when the style is written.
    let ran = apply(
        &name,
        &catalogue(&name, "Gold").replace("Repaint this photo. {prompt}", "x"),
    )
    .await;
    assert_eq!(
        (ran.code, outcomes(&ran)),
        (1, vec!["created package".to_owned()]),
        "{ran:?}"
    );
    assert!(ran.err.contains(&format!("style-{name}")), "{ran:?}");
    // An event whose last part fails was created all the same.
    let text =
        catalogue(&name, "Gold").replace("allow_custom_prompt: true", "allowed_style_keys: [no-such-style]");
    let ran = apply(&name, &text).await;
    assert_eq!(
        (ran.code, outcomes(&ran)),
        (
            1,
            [
                "unchanged package",
                "created style",
                "created tenant",
                "created event"
            ]
            .map(str::to_owned)
            .to_vec()
        ),
        "{ran:?}"
    );
    assert!(ran.err.contains("/allowed_style_keys/0"), "{ran:?}");
    let event = place
        .cloud
        .event(&format!("event-{name}").parse().unwrap())
        .await
        .unwrap();
    assert_eq!(event.unwrap().policy.allowed_style_keys, []);
    let nothing = "tenants: [{id: t, name: T, budget: {soft_cap_micro_usd: 2, hard_cap_micro_usd: 1}}]";
    let ran = apply(&name, nothing).await;
    assert_eq!((ran.code, outcomes(&ran)), (1, Vec::new()), "{ran:?}");
}
