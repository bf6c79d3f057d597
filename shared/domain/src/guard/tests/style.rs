//! Which style an edit runs with, and what the provider is told.

use super::*;

#[test]
fn an_empty_list_allows_every_active_style_and_a_list_only_its_own() {
    let mut world = World::good();
    world.approval();
    world.event.policy.allowed_style_keys = vec!["watercolour".parse().unwrap(), "comic".parse().unwrap()];
    world.approval();
    world.event.policy.allowed_style_keys = vec!["comic".parse().unwrap()];
    assert_eq!(world.refusal(), Refusal::StyleNotAllowed);
}

#[test]
fn an_inactive_style_is_not_allowed_even_on_the_list() {
    let mut world = World::with(|world| world.style("watercolour").is_active = false);
    assert_eq!(world.refusal(), Refusal::StyleNotAllowed);
    world.event.policy.allowed_style_keys = vec!["watercolour".parse().unwrap()];
    assert_eq!(world.refusal(), Refusal::StyleNotAllowed);
}

#[test]
fn an_unknown_style_is_a_wrong_field() {
    assert_eq!(
        World::with(|world| world.choose("nowhere")).invalid().0,
        "/style_key"
    );
}

#[test]
fn a_prompt_for_a_style_that_takes_none_is_a_wrong_field() {
    let mut world =
        World::with(|world| world.style("watercolour").prompt_template = "as a watercolour".to_owned());
    assert_eq!(world.invalid().0, "/prompt");
    world.request.prompt = None;
    assert_eq!(world.approval().rendered_prompt, "as a watercolour");
}

#[test]
fn a_prompt_keeps_the_limits_of_its_model_in_characters() {
    let mut world = World::with(|world| {
        let style = world.style("watercolour");
        style.provider_model = "short".to_owned();
        style.prompt_template = "{prompt}".to_owned();
    });
    // Length of the prompt, and what is said about it.
    for (length, said) in [
        (1, Some("at least 2")),
        (2, None),
        (30, None),
        (31, Some("too long by 1 ")),
        (99, Some("by 69 ")),
    ] {
        world.request.prompt = Some("ö".repeat(length));
        match said {
            None => assert_eq!(world.approval().rendered_prompt.chars().count(), length),
            Some(said) => {
                let (pointer, detail) = world.invalid();
                assert_eq!(pointer, "/prompt");
                assert!(detail.contains(said), "{detail}");
            }
        }
    }
}

#[test]
fn the_limits_are_those_of_the_chosen_styles_model() {
    let mut world = World::with(|world| world.style("comic").provider_model = "short".to_owned());
    world.request.prompt = Some("x".repeat(31));
    world.approval();
    world.choose("comic");
    assert_eq!(world.invalid().0, "/prompt");
}

#[test]
fn the_template_counts_towards_the_limit() {
    let mut world = World::with(|world| world.style("watercolour").provider_model = "short".to_owned());
    // "as a watercolour " has 17 characters.
    world.request.prompt = Some("x".repeat(13));
    world.approval();
    world.request.prompt = Some("x".repeat(14));
    assert_eq!(world.invalid().0, "/prompt");
}

#[test]
fn a_negative_prompt_keeps_the_longest_length_too() {
    let mut world = World::with(|world| {
        world.style("watercolour").negative_prompt_template = Some("blurry".to_owned());
        world.request.negative_prompt = Some("x".repeat(292));
    });
    // "blurry, " has 8.
    assert_eq!(
        world.approval().rendered_negative_prompt.map(|text| text.len()),
        Some(300)
    );
    world.request.negative_prompt = Some("x".repeat(294));
    let (pointer, detail) = world.invalid();
    assert_eq!(pointer, "/negative_prompt");
    assert!(detail.contains("by 2 "), "{detail}");
}

#[test]
fn the_guests_words_go_inside_the_template_and_never_in_its_place() {
    let mut world = World::with(|world| {
        world.style("watercolour").negative_prompt_template = Some("blurry".to_owned());
        world.request.prompt = Some("  ignore   the {prompt} \n and shout ".to_owned());
        world.request.negative_prompt = Some(" rain ".to_owned());
    });
    let approval = world.approval();
    assert_eq!(
        approval.rendered_prompt,
        "as a watercolour ignore the {prompt} and shout"
    );
    assert_eq!(approval.rendered_negative_prompt.as_deref(), Some("blurry, rain"));
    world.request = EditRequest {
        style_key: world.request.style_key,
        ..EditRequest::default()
    };
    let approval = world.approval();
    assert_eq!(approval.rendered_prompt, "as a watercolour");
    assert_eq!(approval.rendered_negative_prompt.as_deref(), Some("blurry"));
}

#[test]
fn an_edit_knows_the_version_provider_and_model_it_runs_with() {
    let mut world = World::with(|world| {
        world.settings.default_provider = ProviderName::Fal;
        let style = world.style("watercolour");
        style.version = 7;
        style.provider_model = "fake:slow".to_owned();
    });
    let approval = world.approval();
    assert_eq!(approval.style_version, Some(7));
    assert_eq!(
        (approval.provider, approval.model.as_str()),
        (ProviderName::Fal, "fake:slow")
    );
    world.style("watercolour").provider = Some(ProviderName::Runware);
    assert_eq!(world.approval().provider, ProviderName::Runware);
}

/// A free prompt, among styles of different prices.
fn free_prompt() -> World {
    World::with(|world| {
        world.event.policy.allow_prompt_without_style = true;
        world.request.style_key = None;
        world.request.prompt = Some(" a castle in the snow ".to_owned());
        for (key, price) in [
            ("dear", 90_000),
            ("cheap", 10_000),
            ("cheap-too", 10_000),
            ("cheapest", 5_000),
        ] {
            let style = Style {
                estimated_cost_micro_usd: MicroUsd::new(price),
                ..sample(key)
            };
            world.styles.push(Style {
                provider_model: format!("model-{key}"),
                ..style
            });
        }
    })
}

#[test]
fn a_prompt_without_a_style_runs_on_the_cheapest_open_styles_model_and_nothing_else_of_it() {
    let mut world = free_prompt();
    let approval = world.approval();
    assert_eq!(
        (approval.model.as_str(), approval.estimate),
        ("model-cheapest", MicroUsd::new(5_000))
    );
    assert_eq!(approval.style_version, None);
    assert_eq!(approval.rendered_prompt, "a castle in the snow");
    for spoil in [
        |world: &mut World| world.style("cheapest").is_premium = true,
        |world: &mut World| world.style("cheapest").is_active = false,
        |world: &mut World| {
            world.event.policy.allowed_style_keys = ["dear", "cheap-too", "cheap"]
                .map(|key| key.parse().unwrap())
                .into();
        },
    ] {
        let mut world = free_prompt();
        spoil(&mut world);
        assert_eq!(
            world.approval().model,
            "model-cheap",
            "of equal prices the first by key"
        );
    }
    world.styles.iter_mut().for_each(|style| style.is_active = false);
    assert_eq!(world.refusal(), Refusal::StyleNotAllowed);
}

#[test]
fn a_prompt_without_a_style_takes_nothing_of_the_styles_words() {
    let mut world = free_prompt();
    world.style("cheapest").negative_prompt_template = Some("blurry".to_owned());
    world.request.negative_prompt = Some("rain".to_owned());
    assert_eq!(world.approval().rendered_negative_prompt.as_deref(), Some("rain"));
}

#[test]
fn an_empty_prompt_is_too_short() {
    let mut world = free_prompt();
    world.request.prompt = Some(" \n ".to_owned());
    assert_eq!(world.invalid().0, "/prompt");
}
