//! What runs and warns by itself.

use aws_sdk_cloudformation::types::Stack;
use aws_sdk_eventbridge::operation::describe_rule::DescribeRuleError;
use aws_sdk_scheduler::operation::get_schedule::GetScheduleError;
use domain::Settings;
use domain::settings::{Substitute, UnusableText, setting};

use super::{Finding, Scene, Unseen};

/// The time zone is the stack's parameter `PruneTimezone`.
const PRUNED_AT: &str = "cron(30 2 * * ? *)";
const AGAIN: &str = "sam deploy --config-env prod  (with this version of the product)";

pub(super) async fn switches(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let (settings, unusable) = Settings::read(&scene.cloud.setting_texts().await?, None);
    let switches_off = |text: &&UnusableText| text.substitute == Substitute::SwitchedOff;
    if let Some(UnusableText { setting, why, .. }) = unusable.iter().find(switches_off) {
        let example = if *setting == setting!(blocked_terms) {
            r#"'["…", "…"]'"#
        } else {
            "true"
        };
        return Ok(Finding::fails(
            format!("{setting} is unusable, which switches everything off: {why}"),
            format!("magic-edits settings set {setting} {example}"),
        ));
    }
    let off = [
        ("is_enabled", settings.is_enabled),
        ("guest_enabled", settings.guest_enabled),
    ]
    .into_iter()
    .find(|(_, is_on)| !is_on);
    Ok(match off {
        Some((name, _)) => Finding::fails(
            format!("{name} is false"),
            format!("magic-edits settings set {name} true"),
        ),
        None => Finding::Holds("for tenants and guests".to_owned()),
    })
}

pub(super) async fn alarms(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let client = aws_sdk_cloudformation::Client::new(&scene.target.sdk);
    let (mut there, mut broken) = (0, None);
    // Alarms are a stack within the stack.
    let mut stacks = vec![scene.target.stack.clone()];
    while let Some(stack) = stacks.pop() {
        let mut resources = client
            .list_stack_resources()
            .stack_name(stack)
            .into_paginator()
            .items()
            .send();
        while let Some(resource) = resources.next().await {
            let resource = resource.map_err(aws_sdk_cloudformation::Error::from)?;
            match resource.resource_type() {
                Some("AWS::CloudFormation::Stack") => {
                    stacks.extend(resource.physical_resource_id().map(str::to_owned));
                }
                Some("AWS::CloudWatch::Alarm") => {
                    there += 1;
                    let status = resource.resource_status();
                    if !status.is_some_and(|status| status.as_str().ends_with("_COMPLETE")) {
                        broken = resource.logical_resource_id().map(str::to_owned);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(match broken {
        Some(name) => Finding::fails(format!("{name} is not deployed"), AGAIN),
        None if there == 0 => Finding::fails("the stack has no alarm", AGAIN),
        None => told(there, &mailed_to(&client, scene).await?, &scene.target.stage),
    })
}

/// The stack's parameter `AlarmEmail`; empty: nobody.
async fn mailed_to(client: &aws_sdk_cloudformation::Client, scene: &Scene<'_>) -> Result<String, Unseen> {
    let described = client
        .describe_stacks()
        .stack_name(&scene.target.stack)
        .send()
        .await
        .map_err(aws_sdk_cloudformation::Error::from)?;
    let parameters = described.stacks().iter().flat_map(Stack::parameters);
    let address = parameters
        .filter(|parameter| parameter.parameter_key() == Some("AlarmEmail"))
        .find_map(|parameter| parameter.parameter_value());
    Ok(address.unwrap_or_default().to_owned())
}

/// An alarm that nobody hears is none, apart from the local stack, which sends no mail.
fn told(alarms: usize, address: &str, stage: &str) -> Finding {
    match (address.trim(), stage) {
        ("", "local") => Finding::Holds(format!("{alarms} alarms; the local stack tells nobody")),
        ("", stage) => Finding::fails(
            format!("{alarms} alarms, and the stack's parameter AlarmEmail names nobody to tell"),
            format!(
                "sam deploy --config-env {stage}  (with AlarmEmail=you@example.com among the parameter_overrides of \
                 samconfig.toml)"
            ),
        ),
        (address, _) => Finding::Holds(format!(
            "{alarms} alarms, mailed to {address} once that address has confirmed it"
        )),
    }
}

pub(super) async fn recovery(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let client = aws_sdk_eventbridge::Client::new(&scene.target.sdk);
    let name = scene.named("recover-stuck");
    let found = client.describe_rule().name(&name).send().await;
    let rule = match found {
        Ok(rule) => rule,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DescribeRuleError::is_resource_not_found_exception) =>
        {
            return Ok(missing(&name));
        }
        Err(error) => return Err(aws_sdk_eventbridge::Error::from(error).into()),
    };
    let every = rule.schedule_expression().unwrap_or_default().to_owned();
    Ok(if rule.state().is_some_and(|state| state.as_str() == "ENABLED") {
        Finding::Holds(every)
    } else {
        Finding::fails(
            format!("{name} is disabled"),
            format!("aws events enable-rule --name {name}"),
        )
    })
}

pub(super) async fn pruning(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let client = aws_sdk_scheduler::Client::new(&scene.target.sdk);
    let name = scene.named("prune");
    let found = client.get_schedule().name(&name).send().await;
    let schedule = match found {
        Ok(schedule) => schedule,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(GetScheduleError::is_resource_not_found_exception) =>
        {
            return Ok(missing(&name));
        }
        Err(error) => return Err(aws_sdk_scheduler::Error::from(error).into()),
    };
    let zone = schedule.schedule_expression_timezone().unwrap_or("UTC");
    let is_daily = schedule.schedule_expression() == Some(PRUNED_AT);
    let is_enabled = schedule.state().is_some_and(|state| state.as_str() == "ENABLED");
    Ok(match (is_enabled, is_daily) {
        (true, true) => Finding::Holds(format!("daily at 02:30, {zone}")),
        (false, _) => Finding::fails(format!("{name} is disabled"), enable(&name)),
        (true, false) => Finding::fails(format!("{name} is not daily at 02:30"), AGAIN),
    })
}

/// A schedule is replaced as a whole.
fn enable(name: &str) -> String {
    format!(
        "aws scheduler get-schedule --name {name} | jq '{{Name,ScheduleExpression,ScheduleExpressionTimezone,\
         FlexibleTimeWindow,Target,State:\"ENABLED\"}}' | aws scheduler update-schedule --cli-input-json file:///dev/stdin"
    )
}

fn missing(name: &str) -> Finding {
    Finding::fails(format!("there is no schedule {name}"), AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_must_tell_somebody_wherever_mail_is_sent() {
        assert!(matches!(told(40, "ops@example.com", "prod"), Finding::Holds(_)));
        assert!(matches!(told(40, "", "local"), Finding::Holds(_)));
        for stage in ["dev", "prod"] {
            let Finding::Fails { mend, .. } = told(40, " ", stage) else {
                panic!("{stage}: nobody is told");
            };
            assert!(mend.contains(&format!("--config-env {stage}")) && mend.contains("AlarmEmail="));
        }
    }
}
