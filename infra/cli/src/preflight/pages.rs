//! The pages that guests and organisers open.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use super::{CheckError, Finding, Scope};
use crate::site::CONFIG;

const PATIENCE: Duration = Duration::from_secs(10);
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Asks the address that people open, so that bucket, distribution and name are all in the way.
pub(super) async fn published(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let url = scope.target.output("SiteUrl").await?;
    let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let answer = client.get(format!("{url}/{CONFIG}")).send().await;
    let (status, body) = match answer {
        Ok(answer) => (answer.status(), answer.json().await.unwrap_or_default()),
        Err(_) => {
            return Ok(Finding::fails(
                format!("{url} does not answer"),
                "look at infra/RUNBOOK.md, \"The site is not reachable\"",
            ));
        }
    };
    Ok(release(&url, status, &body, &scope.target.stack))
}

/// Whether `config.json` belongs to pages of this release.
fn release(url: &str, status: StatusCode, config: &Value, stack: &str) -> Finding {
    let mend = format!("make web && magic-edits --stack {stack} site publish");
    match (status, config["version"].as_str()) {
        (StatusCode::OK, Some(RELEASE)) => Finding::Holds(format!("release {RELEASE} at {url}")),
        (StatusCode::OK, Some(other)) => Finding::fails(
            format!("{url} has the pages of release {other}, and this is {RELEASE}"),
            mend,
        ),
        (status, _) => Finding::fails(
            format!("{url} has no pages yet: it answers {}", status.as_u16()),
            mend,
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_that_are_missing_or_of_another_release_are_to_be_published() {
        let holds = |status, config: &Value| match release("https://a.example", status, config, "s") {
            Finding::Holds(_) => true,
            Finding::Fails { mend, .. } => {
                assert!(mend.ends_with("--stack s site publish"), "{mend}");
                false
            }
        };
        assert!(holds(StatusCode::OK, &json!({ "version": RELEASE })));
        assert!(!holds(StatusCode::OK, &json!({ "version": "0.0.0-older" })));
        // A page of a proxy, or the site without its bucket.
        assert!(!holds(StatusCode::OK, &Value::Null));
        assert!(!holds(StatusCode::FORBIDDEN, &Value::Null));
        assert!(!holds(StatusCode::NOT_FOUND, &json!({ "version": RELEASE })));
    }
}
