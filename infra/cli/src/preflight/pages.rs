//! The pages that guests and organisers open.

use std::time::Duration;

use serde_json::Value;

use super::{CheckError, Finding, Scope};
use crate::site::CONFIG;

const PATIENCE: Duration = Duration::from_secs(10);
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Asks the address that people open, so that bucket, distribution and name are all in the way.
pub(super) async fn published(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let url = scope.target.output("SiteUrl").await?;
    let config = format!("{url}/{CONFIG}");
    Ok(match scope.kit.http().get_json(&config, PATIENCE).await {
        Some((status, config)) => release(&url, status, config.as_ref(), &scope.target.stack),
        None => Finding::fails(
            format!("{url} does not answer"),
            "look at infra/RUNBOOK.md, \"The site is not reachable\"",
        ),
    })
}

/// Whether `config.json` belongs to pages of this release.
fn release(url: &str, status: u16, config: Option<&Value>, stack: &str) -> Finding {
    let mend = format!("make web && magic-edits --stack {stack} site publish");
    match (status, config.and_then(|config| config["version"].as_str())) {
        (200, Some(RELEASE)) => Finding::Holds(format!("release {RELEASE} at {url}")),
        (200, Some(other)) => Finding::fails(
            format!("{url} has the pages of release {other}, and this is {RELEASE}"),
            mend,
        ),
        (status, _) => Finding::fails(format!("{url} has no pages yet: it answers {status}"), mend),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_that_are_missing_or_of_another_release_are_to_be_published() {
        let holds = |status, config: Option<Value>| match release("", status, config.as_ref(), "s") {
            Finding::Holds(_) => true,
            Finding::Fails { mend, .. } => {
                assert!(mend.ends_with("--stack s site publish"), "{mend}");
                false
            }
        };
        assert!(holds(200, Some(json!({ "version": RELEASE }))));
        assert!(!holds(200, Some(json!({ "version": "0.0.0-older" }))));
        // A page of a proxy, or the site without its bucket.
        assert!(!holds(200, None));
        assert!(!holds(403, None));
        assert!(!holds(404, Some(json!({ "version": RELEASE }))));
    }
}
