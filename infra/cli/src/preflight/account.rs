//! The account and the stack: what AWS limits, what protects data, how people sign in.

use aws_sdk_cloudformation::types::Stack;
use aws_sdk_lambda::types::AccountLimit;

use super::{CheckError, Finding, Scope};

/// The workers alone need 30 executions at once, and guests must not wait for them. New accounts have 10 to 50.
const LEAST_CONCURRENCY: i32 = 100;
/// Service Quotas' code of Lambda's "Concurrent executions".
const CONCURRENCY_QUOTA: &str = "L-B99A9384";
const HIGHER_THROUGHPUT: &str = "/ssm/parameter-store/high-throughput-enabled";

/// The stack as CloudFormation describes it.
pub(super) async fn stack(scope: &Scope<'_>) -> Result<Option<Stack>, CheckError> {
    let described = aws_sdk_cloudformation::Client::new(&scope.target.sdk)
        .describe_stacks()
        .stack_name(&scope.target.stack)
        .send()
        .await
        .map_err(aws_sdk_cloudformation::Error::from)?;
    Ok(described.stacks().first().cloned())
}

/// The value of a stack's parameter; empty where it has none.
pub(super) fn parameter<'a>(stack: &'a Stack, name: &str) -> &'a str {
    stack
        .parameters()
        .iter()
        .find(|parameter| parameter.parameter_key() == Some(name))
        .and_then(|parameter| parameter.parameter_value())
        .unwrap_or_default()
}

pub(super) async fn concurrency(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let settings = aws_sdk_lambda::Client::new(&scope.target.sdk)
        .get_account_settings()
        .send()
        .await
        .map_err(aws_sdk_lambda::Error::from)?;
    let limit = settings
        .account_limit()
        .map_or(0, AccountLimit::concurrent_executions);
    Ok(enough(limit, &scope.target.stage))
}

/// The local stack has the limit of its machine.
fn enough(limit: i32, stage: &str) -> Finding {
    if limit >= LEAST_CONCURRENCY || stage == "local" {
        return Finding::Holds(format!("{limit} functions at once"));
    }
    Finding::fails(
        format!(
            "the account may run {limit} functions at once, so workers would take everything guests need"
        ),
        format!(
            "aws service-quotas request-service-quota-increase --service-code lambda --quota-code {CONCURRENCY_QUOTA} \
             --desired-value 1000"
        ),
    )
}

/// With higher throughput AWS bills every parameter that is read, in the whole account, until somebody switches it off.
pub(super) async fn parameter_store(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    if scope.target.stage == "local" {
        return Ok(Finding::Holds("the local stack has no other".to_owned()));
    }
    let found = aws_sdk_ssm::Client::new(&scope.target.sdk)
        .get_service_setting()
        .setting_id(HIGHER_THROUGHPUT)
        .send()
        .await
        .map_err(aws_sdk_ssm::Error::from)?;
    let is_on = found
        .service_setting()
        .is_some_and(|setting| setting.setting_value() == Some("true"));
    Ok(if is_on {
        Finding::fails(
            "the account's Parameter Store has higher throughput, which bills every parameter that is read",
            format!(
                "aws ssm reset-service-setting --setting-id {HIGHER_THROUGHPUT}  (unless another product needs it)"
            ),
        )
    } else {
        Finding::Holds("standard throughput, which nothing here exceeds".to_owned())
    })
}

pub(super) async fn protection(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let found = stack(scope).await?;
    let is_protected = found
        .as_ref()
        .is_some_and(|stack| parameter(stack, "DeletionProtection") == "true");
    let is_kept = found.is_some_and(|stack| stack.enable_termination_protection() == Some(true));
    Ok(protected(
        is_protected,
        is_kept,
        &scope.target.stage,
        &scope.target.stack,
    ))
}

/// Data must not be deleted by one command. The local stack is exempt, because `make stop` deletes it.
fn protected(data: bool, termination: bool, stage: &str, stack: &str) -> Finding {
    match (data, termination, stage) {
        (_, _, "local") => Finding::Holds("the local stack may be deleted".to_owned()),
        (false, _, stage) => Finding::fails(
            "table and user pool can be deleted",
            format!(
                "sam deploy --config-env {stage}  (with DeletionProtection=true among the parameter_overrides of samconfig.toml)"
            ),
        ),
        (true, false, _) => Finding::fails(
            "the stack can be deleted",
            format!(
                "aws cloudformation update-termination-protection --enable-termination-protection --stack-name {stack}"
            ),
        ),
        (true, true, _) => Finding::Holds("table, user pool and stack".to_owned()),
    }
}

pub(super) async fn sign_in(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let pool = scope.target.output("UserPoolId").await?;
    let described = aws_sdk_cognitoidentityprovider::Client::new(&scope.target.sdk)
        .describe_user_pool()
        .user_pool_id(&pool)
        .send()
        .await
        .map_err(aws_sdk_cognitoidentityprovider::Error::from)?;
    Ok(match described.user_pool().and_then(|pool| pool.domain()) {
        Some(prefix) => Finding::Holds(format!("at the domain {prefix}")),
        None => Finding::fails(
            format!("the user pool {pool} has no domain, so nobody can sign in"),
            super::operations::REDEPLOY,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_account_is_told_to_ask_for_more_concurrency() {
        assert!(matches!(enough(1000, "prod"), Finding::Holds(_)));
        assert!(matches!(enough(100, "dev"), Finding::Holds(_)));
        assert!(matches!(enough(10, "local"), Finding::Holds(_)));
        for limit in [0, 10, 99] {
            let Finding::Fails { detail, mend } = enough(limit, "prod") else {
                panic!("{limit} is not enough");
            };
            assert!(detail.contains(&limit.to_string()) && mend.contains("--quota-code L-B99A9384"));
        }
    }

    #[test]
    fn data_and_stack_must_both_be_protected_outside_the_local_stack() {
        let mend = |data, termination| match protected(data, termination, "prod", "magic-edits-prod") {
            Finding::Holds(_) => None,
            Finding::Fails { mend, .. } => Some(mend),
        };
        assert!(mend(false, true).is_some_and(|mend| mend.contains("DeletionProtection=true")));
        assert!(mend(true, false).is_some_and(|mend| mend.ends_with("--stack-name magic-edits-prod")));
        assert_eq!(mend(true, true), None);
        assert!(matches!(protected(false, false, "local", ""), Finding::Holds(_)));
    }
}
