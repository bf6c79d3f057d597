//! Styles: every change is a new version, and a style that was used stays.

use cloud::{Cloud, SaveError};
use domain::audit::{Action, Actor, Change};
use domain::problem::FieldError;
use domain::style::{EntitlementProfile, PROMPT_PLACEHOLDER};
use domain::{AddonKey, MicroUsd, Problem, ProviderName, Settings, Style, StyleKey};
use garde::{Error, Validate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MAX_SAVE_TRIES, Outcome, Saved, removed, unsaved};
use crate::body::json_body;
use crate::caller::{actor, new_id, path_id};
use crate::model::text::{MAX_KEY, MAX_LISTED, MAX_NAME, is_name, is_visible};
use crate::openapi::{Changes, Reads};
use crate::page::{Page, PageQuery};
use crate::response::{list, no_content, ok};
use crate::{Answer, Request};
use domain::ProviderName as Provider;

const MISSING: Problem = Problem::NotFound("style");
const IN_USE: &str = "Edits were made with this style, or an event's list names it. Switch it off instead: PUT it \
                      with is_active false.";
/// Longer than any model takes; each model's own limit is checked with the template.
const MAX_TEMPLATE: usize = 40_000;
const MAX_COST: i64 = MicroUsd::MAX_COST.get();

/// A style; it gets a new version where anything in it differs.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminStyleInput {
    /// For guests.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(is_name))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// For guests.
    #[serde(default)]
    #[garde(length(chars, max = 500), custom(is_visible))]
    #[schema(max_length = 500)]
    pub description: String,
    /// A picture that shows what the style does.
    #[serde(default)]
    #[garde(inner(custom(https)))]
    #[schema(max_length = 2_048, pattern = "^https://")]
    pub preview_url: Option<String>,
    /// Null: the installation's default.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<Provider>)]
    pub provider: Option<ProviderName>,
    /// The provider's name of the model.
    #[garde(length(chars, min = 1, max = 200), custom(is_name))]
    #[schema(min_length = 1, max_length = 200)]
    pub provider_model: String,
    /// With or without `{prompt}`, the place of the guest's own words.
    #[garde(length(chars, min = 1, max = MAX_TEMPLATE), custom(is_visible))]
    #[schema(min_length = 1, max_length = 40_000)]
    pub prompt_template: String,
    /// What the picture should not show.
    #[serde(default)]
    #[garde(length(chars, max = MAX_TEMPLATE), inner(custom(is_visible)))]
    #[schema(max_length = 40_000)]
    pub negative_prompt_template: Option<String>,
    /// Off: cannot be used, stays for the edits made with it.
    #[garde(skip)]
    pub is_active: bool,
    /// Asks for more than the basic feature.
    #[serde(default)]
    #[garde(skip)]
    pub is_premium: bool,
    /// What exactly it asks for.
    #[serde(default)]
    #[garde(dive)]
    pub entitlements: EntitlementsInput,
    /// What one edit is expected to cost.
    #[garde(range(min = 0, max = MAX_COST))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub estimated_cost_micro_usd: i64,
    /// Order in lists, ascending, then by key.
    #[serde(default)]
    #[garde(skip)]
    pub sort: i32,
}

/// What an event must have before it may use a style.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntitlementsInput {
    /// All of these package features.
    #[garde(length(max = MAX_LISTED), inner(length(chars, min = 1, max = MAX_KEY), ascii, custom(is_name)))]
    #[schema(max_items = 50)]
    pub required_features: Vec<String>,
    /// All of these add-ons.
    #[garde(length(max = MAX_LISTED))]
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub required_addons: Vec<AddonKey>,
}

/// A style as the superadmin sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminStyle)]
pub(crate) struct AdminStyleBody<'a> {
    #[schema(value_type = String)]
    key: &'a StyleKey,
    name: &'a str,
    description: &'a str,
    preview_url: Option<&'a str>,
    #[schema(value_type = Option<Provider>)]
    provider: Option<ProviderName>,
    provider_model: &'a str,
    prompt_template: &'a str,
    negative_prompt_template: Option<&'a str>,
    is_active: bool,
    is_premium: bool,
    entitlements: EntitlementsBody<'a>,
    estimated_cost_micro_usd: i64,
    sort: i32,
    /// Grows with every change; edits name the one they were made with.
    version: u32,
    /// It can be switched off, not erased.
    used: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct EntitlementsBody<'a> {
    required_features: &'a [String],
    required_addons: &'a [String],
}

function!("admin-ai-styles", Superadmin, {
    GET => list_all_styles,
    GET [key] => get_style,
    PUT [key] => put_style,
    DELETE [key] => delete_style,
});

/// Lists the styles, page by page
#[utoipa::path(get, path = "/admin/ai-styles", params(PageQuery),
    responses((status = 200, body = [AdminStyleBody<'_>]), Reads))]
async fn list_all_styles(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<StyleKey> = Page::of(request)?;
    let mut found = cloud.styles_page(page.after.as_ref(), page.to_read()).await?;
    let next = page.cut(&mut found, |style| style.key.clone());
    Ok(list(found.iter().map(AdminStyleBody::new), next))
}

/// Shows a style
#[utoipa::path(get, path = "/admin/ai-styles/{key}", responses((status = 200, body = AdminStyleBody<'_>), Reads))]
async fn get_style(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key = path_id(request, "key", MISSING)?;
    let style = cloud.style(&key).await?.ok_or(MISSING)?;
    Ok(ok(AdminStyleBody::new(&style)))
}

/// Creates or replaces a style; repeating it changes nothing
#[utoipa::path(put, path = "/admin/ai-styles/{key}", request_body = AdminStyleInput,
    responses((status = 200, body = AdminStyleBody<'_>), Changes))]
async fn put_style(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key: StyleKey = new_id(request, "key")?;
    let input: AdminStyleInput = json_body(request)?;
    let saved = save(cloud, &actor(request)?, input.into_style(key)).await?;
    Ok(ok(AdminStyleBody::new(&saved.value)))
}

/// Removes a style that was never used
#[utoipa::path(delete, path = "/admin/ai-styles/{key}", responses((status = 204), Changes))]
async fn delete_style(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key = path_id(request, "key", MISSING)?;
    let style = cloud.style(&key).await?.ok_or(MISSING)?;
    let deed = actor(request)?.did(Action::StyleDeleted).to(&key);
    let deed = deed.with(Change::between(Some(&style), None));
    let found = cloud.remove_style(&key, &deed).await;
    removed(found.map_err(|error| unsaved(error, IN_USE))?, MISSING)?;
    Ok(no_content())
}

/// Creates or replaces a style; version and use are not the caller's to say. The same content is the same version.
///
/// # Errors
/// The model would not take the template, or the cost is out of range; other writers were faster, again and again.
pub async fn save(cloud: &Cloud, by: &Actor, mut style: Style) -> Result<Saved<Style>, Problem> {
    let flaws = flaws(&style);
    if !flaws.is_empty() {
        return Err(Problem::ValidationFailed(flaws));
    }
    for _ in 0..MAX_SAVE_TRIES {
        let before = cloud.style(&style.key).await?;
        let version = before.as_ref().map(|before| before.version);
        style.version = version.unwrap_or(1);
        style.used = before.as_ref().is_some_and(|before| before.used);
        let outcome = Outcome::of(before.as_ref(), &style);
        if outcome != Outcome::Unchanged {
            style.version += u32::from(version.is_some());
            let deed = by.did(Action::StyleChanged).to(&style.key);
            let deed = deed.with(Change::between(before.as_ref(), Some(&style)));
            match cloud.save_style(&style, version, &deed).await {
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

/// Everything that would make each edit with this style fail, or its price a mistake.
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

#[allow(clippy::trivially_copy_pass_by_ref)]
fn https<T: AsRef<str>>(text: &T, (): &()) -> garde::Result {
    let text = text.as_ref();
    let rest = text.strip_prefix("https://").unwrap_or_default();
    if rest.is_empty() || text.len() > 2_048 || text.contains(char::is_whitespace) {
        Err(Error::new("must be an https URL of 2048 characters at most"))
    } else {
        Ok(())
    }
}

impl AdminStyleInput {
    /// The style of this key, before [`save`] gives it its version.
    pub fn into_style(self, key: StyleKey) -> Style {
        let entitlements = self.entitlements;
        Style {
            key,
            name: self.name,
            description: self.description,
            preview_url: self.preview_url,
            provider: self.provider,
            provider_model: self.provider_model,
            prompt_template: self.prompt_template,
            negative_prompt_template: self.negative_prompt_template,
            is_active: self.is_active,
            is_premium: self.is_premium,
            entitlements: EntitlementProfile {
                required_features: entitlements.required_features,
                required_addons: entitlements
                    .required_addons
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            },
            estimated_cost_micro_usd: MicroUsd::new(self.estimated_cost_micro_usd),
            sort: self.sort,
            version: 1,
            used: false,
        }
    }
}

impl<'a> AdminStyleBody<'a> {
    pub(crate) fn new(style: &'a Style) -> Self {
        Self {
            key: &style.key,
            name: &style.name,
            description: &style.description,
            preview_url: style.preview_url.as_deref(),
            provider: style.provider,
            provider_model: &style.provider_model,
            prompt_template: &style.prompt_template,
            negative_prompt_template: style.negative_prompt_template.as_deref(),
            is_active: style.is_active,
            is_premium: style.is_premium,
            entitlements: EntitlementsBody {
                required_features: &style.entitlements.required_features,
                required_addons: &style.entitlements.required_addons,
            },
            estimated_cost_micro_usd: style.estimated_cost_micro_usd.get(),
            sort: style.sort,
            version: style.version,
            used: style.used,
        }
    }
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
    fn a_style_needs_a_template_that_its_model_takes() {
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
    fn a_style_needs_a_price_in_range() {
        for cost in [-1, MicroUsd::MAX_COST.get() + 1] {
            assert_eq!(
                pointers(|style| style.estimated_cost_micro_usd = MicroUsd::new(cost)),
                ["/estimated_cost_micro_usd"]
            );
        }
    }
}
