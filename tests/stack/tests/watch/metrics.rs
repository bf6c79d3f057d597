//! Metrics are lines of the functions' logs. The emulator extracts none, so the test reads the lines.

use std::collections::BTreeMap;

use domain::MicroUsd;
use serde_json::Value;
use world::deployed::logs;
use world::styles::COST;
use world::{Place, World, settings, styles};

use super::in_style;

contract! {
    deployed {
        each_metric_is_logged_once_and_no_tenant_is_a_dimension,
    }
}

const FUNCTIONS: [&str; 3] = ["guest-create-edit", "process-edit", "poll-edit"];

async fn each_metric_is_logged_once_and_no_tenant_is_a_dimension(place: Place) {
    let _settings = settings::defaults(&place).await;
    let began = logs::now_ms(&place) - 1_000;
    let world = World::with(&place, |tenant, _| {
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(COST));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    for style in [&styles::fake("rejected"), styles::OK] {
        let reply = world.guest.insist(photo, &in_style(style)).await;
        world.guest.wait(reply.edit_id()).await;
    }
    let refused = world.guest.insist(photo, &in_style(styles::OK)).await;
    refused.problem(402, "budget_hard_cap_reached");

    let tenant = world.tenant.id.as_str();
    let is_ours = |line: &Value| line["tenant_id"] == tenant && line["_aws"].is_object();
    let lines = logs::found(&place, &FUNCTIONS, began, 10, is_ours).await;
    let mut sums: BTreeMap<(String, String), f64> = BTreeMap::new();
    for line in &lines {
        assert_eq!(line["event_id"], world.event.id.as_str());
        let (metric, dimension, value) = read(line);
        *sums.entry((metric, dimension)).or_default() += value;
    }
    let mut take = |metric: &str, dimension: &str| {
        let sum = sums.remove(&(metric.to_owned(), dimension.to_owned()));
        sum.unwrap_or_else(|| panic!("{metric} {dimension} is not measured: {lines:#?}"))
    };
    let cost = f64::from(u32::try_from(COST).unwrap());
    for (metric, dimension, sum) in [
        ("EditsAdmitted", "", 2.0),
        ("EditsEnded", "Outcome=succeeded", 1.0),
        ("EditsEnded", "Outcome=failed", 1.0),
        ("ProviderFailures", "Provider=runware", 1.0),
        ("Refusals", "Layer=budget", 1.0),
        ("Spend", "", cost),
    ] {
        assert!(
            (take(metric, dimension) - sum).abs() < 0.5,
            "{metric} {dimension}"
        );
    }
    // The poll is two seconds after the claim.
    assert!(take("ProviderLatency", "Provider=runware") >= 1_000.0);
    assert!(take("QueueWait", "") >= 0.0);
    assert!(sums.is_empty(), "nothing else is measured: {sums:?}");
}

/// Name, dimension beside the stage, and value of the one metric of a line, which must have the form of CloudWatch.
fn read(line: &Value) -> (String, String, f64) {
    assert!(line["_aws"]["Timestamp"].is_u64(), "{line}");
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "MagicEdits");
    let dimensions = directive["Dimensions"][0].as_array().unwrap();
    assert_eq!(dimensions[0], "Stage");
    assert_eq!(line["Stage"], "local");
    let dimension = match &dimensions[1..] {
        [] => String::new(),
        [name] => {
            let name = name.as_str().unwrap();
            assert!(["Outcome", "Provider", "Layer", "What"].contains(&name), "{line}");
            format!("{name}={}", line[name].as_str().unwrap())
        }
        more => panic!("a time series too many: {more:?}"),
    };
    let [metric] = directive["Metrics"].as_array().unwrap().as_slice() else {
        panic!("one metric a line: {line}");
    };
    let name = metric["Name"].as_str().unwrap().to_owned();
    let value = match &line[&name] {
        Value::Array(values) => {
            assert_eq!(metric["Unit"], "Milliseconds");
            values.iter().filter_map(Value::as_f64).sum()
        }
        value => value.as_f64().unwrap(),
    };
    (name, dimension, value)
}
