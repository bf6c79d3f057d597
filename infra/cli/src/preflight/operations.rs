//! Switches, alarms and schedules.

use aws_sdk_cloudformation::error::SdkError;
use aws_sdk_eventbridge::operation::describe_rule::DescribeRuleError;
use aws_sdk_scheduler::operation::get_schedule::GetScheduleError;
use domain::Settings;
use domain::settings::{SettingsCopy, Substitute, UnusableText, setting};
use jiff::Timestamp;

use super::{CheckError, Finding, Scope, account};

/// The schedule in `template.yaml`. Its time zone is the stack's parameter `PruneZone`.
const PRUNE_SCHEDULE: &str = "cron(30 2 * * ? *)";
pub(super) const REDEPLOY: &str = "sam deploy --config-env prod  (with this version of the product)";

pub(super) async fn switches(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let defaults = scope.cloud.setting_defaults();
    let (settings, unusable) = Settings::read(&scope.cloud.setting_texts().await?, defaults);
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

pub(super) async fn alarms(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let client = aws_sdk_cloudformation::Client::new(&scope.target.sdk);
    let (mut alarms, mut broken) = (0, None);
    // The alarms are in a nested stack.
    let mut stacks = vec![scope.target.stack.clone()];
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
                    alarms += 1;
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
        Some(name) => Finding::fails(format!("{name} is not deployed"), REDEPLOY),
        None if alarms == 0 => Finding::fails("the stack has no alarm", REDEPLOY),
        None => {
            let stack = account::stack(scope).await?;
            let address = stack
                .as_ref()
                .map_or("", |stack| account::parameter(stack, "AlarmEmail"));
            notified(alarms, address, &scope.target.stage)
        }
    })
}

pub(super) async fn allowed_origin(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let stack = account::stack(scope).await?;
    let origin = stack
        .as_ref()
        .map_or("", |stack| account::parameter(stack, "AllowedOrigin"));
    Ok(named_origin(origin, &scope.target.stage))
}

/// In production one page alone may call the API from a browser. On other stages any may: they are for trying things.
fn named_origin(origin: &str, stage: &str) -> Finding {
    match (origin, stage) {
        ("*" | "", "prod") => Finding::fails(
            "the stack's parameter AllowedOrigin is *, so that any web page may call the API",
            "sam deploy --config-env prod  (with AllowedOrigin=https://photos.example.com among the parameter_overrides of \
             samconfig.toml)",
        ),
        ("*" | "", stage) => Finding::Holds(format!("any web page may call the API of the stage {stage}")),
        (origin, _) => Finding::Holds(format!("{origin} alone")),
    }
}

/// An alarm must notify somebody. The local stack is exempt, because it sends no mail.
fn notified(alarms: usize, address: &str, stage: &str) -> Finding {
    match (address.trim(), stage) {
        ("", "local") => Finding::Holds(format!("{alarms} alarms; the local stack notifies nobody")),
        ("", stage) => Finding::fails(
            format!(
                "{alarms} alarms, and the stack's parameter AlarmEmail is empty, so that nobody is notified"
            ),
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

/// Without a fresh copy every function asks SSM, which throttles them in a rush.
pub(super) async fn settings_copy(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let copy = scope.cloud.settings_copy().await?;
    let name = scope.physical_name("copy-settings");
    Ok(copied(copy.as_ref(), scope.cloud.now(), &name))
}

fn copied(copy: Option<&SettingsCopy>, now: Timestamp, function: &str) -> Finding {
    let mend = format!("aws lambda invoke --function-name {function} /dev/stdout");
    match copy {
        None => Finding::fails("there is no copy of the settings that functions can read", mend),
        Some(copy) if copy.is_stale(now) => Finding::fails(
            format!(
                "the copy of the settings is of {}, so that functions ask SSM themselves",
                copy.read_at
            ),
            mend,
        ),
        Some(copy) => Finding::Holds(format!(
            "{} s ago, copy {}",
            now.duration_since(copy.read_at).as_secs(),
            copy.version
        )),
    }
}

pub(super) async fn recovery(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let client = aws_sdk_eventbridge::Client::new(&scope.target.sdk);
    let name = scope.physical_name("recover-stuck");
    let found = client.describe_rule().name(&name).send().await;
    let is_missing = DescribeRuleError::is_resource_not_found_exception;
    let Some(rule) = unless_missing(found, is_missing).map_err(aws_sdk_eventbridge::Error::from)? else {
        return Ok(missing(&name));
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

pub(super) async fn pruning(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let client = aws_sdk_scheduler::Client::new(&scope.target.sdk);
    let name = scope.physical_name("prune");
    let found = client.get_schedule().name(&name).send().await;
    let is_missing = GetScheduleError::is_resource_not_found_exception;
    let Some(schedule) = unless_missing(found, is_missing).map_err(aws_sdk_scheduler::Error::from)? else {
        return Ok(missing(&name));
    };
    let zone = schedule.schedule_expression_timezone().unwrap_or("UTC");
    let is_daily = schedule.schedule_expression() == Some(PRUNE_SCHEDULE);
    let is_enabled = schedule.state().is_some_and(|state| state.as_str() == "ENABLED");
    Ok(match (is_enabled, is_daily) {
        (false, _) => Finding::fails(format!("{name} is disabled"), enable(&name)),
        (true, false) => Finding::fails(format!("{name} is not daily at 02:30"), REDEPLOY),
        (true, true) if !is_without_summer_time(zone) => Finding::fails(
            format!("02:30 in {zone} does not exist one night a year, and that night nothing is pruned"),
            REDEPLOY,
        ),
        (true, true) => Finding::Holds(format!("daily at 02:30, {zone}")),
    })
}

/// EventBridge Scheduler skips a run at a time that a change of clocks leaves out.
fn is_without_summer_time(zone: &str) -> bool {
    zone == "UTC" || zone.starts_with("Etc/")
}

/// EventBridge Scheduler takes a schedule as a whole only.
fn enable(name: &str) -> String {
    format!(
        "aws scheduler get-schedule --name {name} | jq '{{Name,ScheduleExpression,ScheduleExpressionTimezone,\
         FlexibleTimeWindow,Target,State:\"ENABLED\"}}' | aws scheduler update-schedule --cli-input-json file:///dev/stdin"
    )
}

fn unless_missing<T, E, R>(
    found: Result<T, SdkError<E, R>>,
    is_missing: fn(&E) -> bool,
) -> Result<Option<T>, SdkError<E, R>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.as_service_error().is_some_and(is_missing) => Ok(None),
        Err(error) => Err(error),
    }
}

fn missing(name: &str) -> Finding {
    Finding::fails(format!("there is no schedule {name}"), REDEPLOY)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn pruning_needs_a_time_that_exists_every_night() {
        assert!(
            ["UTC", "Etc/GMT-1", "Etc/UTC"]
                .into_iter()
                .all(is_without_summer_time)
        );
        assert!(
            !["Europe/Berlin", "America/New_York"]
                .into_iter()
                .any(is_without_summer_time)
        );
    }

    #[test]
    fn a_copy_of_the_settings_that_is_missing_or_old_is_made_again() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let copy = |minutes| SettingsCopy::new(7, now - SignedDuration::from_mins(minutes), &[]);
        assert!(
            matches!(copied(Some(&copy(1)), now, ""), Finding::Holds(detail) if detail == "60 s ago, copy 7")
        );
        for stale in [None, Some(copy(24 * 60))] {
            let Finding::Fails { mend, .. } = copied(stale.as_ref(), now, "copy-settings") else {
                panic!("{stale:?} is not fresh");
            };
            assert!(mend.contains("--function-name copy-settings"));
        }
    }

    #[test]
    fn production_names_the_page_that_may_call() {
        for (origin, stage) in [
            ("https://photos.example.com", "prod"),
            ("*", "dev"),
            ("*", "local"),
        ] {
            assert!(
                matches!(named_origin(origin, stage), Finding::Holds(_)),
                "{stage}"
            );
        }
        let Finding::Fails { mend, .. } = named_origin("*", "prod") else {
            panic!("any page may call");
        };
        assert!(mend.contains("AllowedOrigin=https://"), "{mend}");
    }

    #[test]
    fn alarms_must_notify_somebody_outside_the_local_stack() {
        assert!(matches!(
            notified(40, "ops@example.com", "prod"),
            Finding::Holds(_)
        ));
        assert!(matches!(notified(40, "", "local"), Finding::Holds(_)));
        for stage in ["dev", "prod"] {
            let Finding::Fails { mend, .. } = notified(40, " ", stage) else {
                panic!("{stage}: nobody is notified");
            };
            assert!(mend.contains(&format!("--config-env {stage}")) && mend.contains("AlarmEmail="));
        }
    }
}
