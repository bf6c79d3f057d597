//! Styles: every change is a new version, and one that was used stays.

use cloud::{Cloud, SaveError};
use domain::problem::FieldError;
use domain::style::PROMPT_PLACEHOLDER;
use domain::{MicroUsd, Problem, Settings, Style, StyleKey};

use super::{Listing, Outcome, Saved, TRIES, removed, unsaved};

const IN_USE: &str = "Edits were made with this style, or an event's list names it. Switch it off instead: PUT it \
                      with is_active false.";

/// A page of styles, in the order of their keys.
///
/// # Errors
/// The table is away.
pub async fn list_styles(
    cloud: &Cloud,
    after: Option<&StyleKey>,
    limit: u32,
) -> Result<Listing<Style>, Problem> {
    Ok(Listing::of(cloud.styles_page(after, limit + 1).await?, limit))
}

/// A style.
///
/// # Errors
/// There is no such style.
pub async fn get_style(cloud: &Cloud, key: &StyleKey) -> Result<Style, Problem> {
    cloud.style(key).await?.ok_or(Problem::NotFound("style"))
}

/// Creates or replaces a style; version and use are not the caller's to say. The same content is the same version.
///
/// # Errors
/// A template that the model would not take, a cost out of range; others change it at the same time, again and again.
pub async fn put_style(cloud: &Cloud, mut style: Style) -> Result<Saved<Style>, Problem> {
    let flaws = flaws(&style);
    if !flaws.is_empty() {
        return Err(Problem::ValidationFailed(flaws));
    }
    for _ in 0..TRIES {
        let before = cloud.style(&style.key).await?;
        let version = before.as_ref().map(|before| before.version);
        style.version = version.unwrap_or(1);
        style.used = before.as_ref().is_some_and(|before| before.used);
        let outcome = Outcome::of(before.as_ref(), &style);
        if outcome != Outcome::Unchanged {
            style.version += u32::from(version.is_some());
            match cloud.save_style(&style, version).await {
                Ok(()) => {}
                Err(SaveError::Changed) => continue,
                Err(error) => return Err(unsaved(error, IN_USE)),
            }
        }
        return Ok(Saved {
            value: style,
            outcome,
        });
    }
    Err(Problem::Unavailable)
}

/// Erases a style that was never used.
///
/// # Errors
/// There is none of this key, or it was used.
pub async fn delete_style(cloud: &Cloud, key: &StyleKey) -> Result<(), Problem> {
    let found = cloud.remove_style(key).await;
    removed(found.map_err(|error| unsaved(error, IN_USE))?, "style")
}

/// What would make every edit with this style fail, or its price a mistake.
fn flaws(style: &Style) -> Vec<FieldError> {
    let mut flaws = Vec::new();
    let mut flaw = |pointer: &str, detail: String| {
        flaws.push(FieldError {
            pointer: pointer.to_owned(),
            detail,
        });
    };
    // A style without a provider goes to the installation's, whichever that is by then.
    let provider = style.provider.unwrap_or(Settings::default().default_provider);
    let limits = providers::prompt_limits(provider, &style.provider_model);
    let alone = style.render(None).chars().count();
    if style.prompt_template.matches(PROMPT_PLACEHOLDER).count() > 1 {
        flaw("/prompt_template", format!("may hold {PROMPT_PLACEHOLDER} once"));
    }
    if alone < limits.min {
        flaw(
            "/prompt_template",
            format!("must have {} characters or more for this model", limits.min),
        );
    }
    if alone > limits.max {
        flaw(
            "/prompt_template",
            format!("has {alone} characters, {} at most for this model", limits.max),
        );
    }
    let negative = style.render_negative(None).map_or(0, |text| text.chars().count());
    if negative > limits.max {
        flaw(
            "/negative_prompt_template",
            format!("has {negative} characters, {} at most for this model", limits.max),
        );
    }
    if !(MicroUsd::ZERO..=MicroUsd::MAX_COST).contains(&style.estimated_cost_micro_usd) {
        flaw(
            "/estimated_cost_micro_usd",
            format!("must be from 0 to {}", MicroUsd::MAX_COST.get()),
        );
    }
    flaws
}

#[cfg(test)]
mod tests {
    use domain::style::sample;

    use super::*;

    fn pointers(change: impl FnOnce(&mut Style)) -> Vec<String> {
        let mut style = sample("watercolour");
        change(&mut style);
        flaws(&style).into_iter().map(|flaw| flaw.pointer).collect()
    }

    #[test]
    fn a_template_that_the_model_would_not_take_is_refused() {
        assert_eq!(pointers(|_| ()), Vec::<String>::new());
        for template in ["{prompt}", "x", "{prompt} and {prompt}", &"x".repeat(3_001)] {
            assert_eq!(
                pointers(|style| style.prompt_template = template.to_owned()),
                ["/prompt_template"],
                "{template:.40}"
            );
        }
        assert_eq!(
            pointers(|style| style.negative_prompt_template = Some("x".repeat(3_001))),
            ["/negative_prompt_template"]
        );
    }

    #[test]
    fn a_price_must_be_one() {
        for cost in [-1, MicroUsd::MAX_COST.get() + 1] {
            assert_eq!(
                pointers(|style| style.estimated_cost_micro_usd = MicroUsd::new(cost)),
                ["/estimated_cost_micro_usd"]
            );
        }
    }
}
