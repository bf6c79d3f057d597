use super::*;

#[test]
fn the_policy_allows_what_the_organiser_allows() {
    // Enabled, custom prompts, prompts without a style; style, prompt, negative prompt; whether it passes.
    let cases = [
        ([true, false, false], [true, false, false], true),
        ([true, true, true], [true, true, true], true),
        ([true, true, false], [true, true, false], true),
        ([true, false, false], [true, true, false], false),
        ([true, false, false], [true, false, true], false),
        ([true, false, true], [true, true, false], false),
        ([true, true, false], [false, true, false], false),
        ([true, false, true], [false, true, false], false),
        ([true, true, true], [false, true, false], true),
        ([false, true, true], [true, false, false], false),
        ([false, true, true], [false, true, false], false),
    ];
    for case @ ([enabled, custom, alone], [style, prompt, negative], passes) in cases {
        let world = World::with(|world| {
            let policy = &mut world.event.policy;
            (
                policy.enabled,
                policy.allow_custom_prompt,
                policy.allow_prompt_without_style,
            ) = (enabled, custom, alone);
            world.request = EditRequest {
                style_key: style.then(|| "watercolour".parse().unwrap()),
                prompt: prompt.then(|| "snow".to_owned()),
                negative_prompt: negative.then(|| "rain".to_owned()),
            };
        });
        match world.ask() {
            Verdict::Approved(_) => assert!(passes, "{case:?}"),
            Verdict::Refused(Refusal::EventPolicyBlocked(_)) => assert!(!passes, "{case:?}"),
            other => panic!("{case:?}: {other:?}"),
        }
    }
}

#[test]
fn an_organiser_who_has_set_nothing_allows_styles_and_no_words() {
    let policy = EventPolicy::default();
    let style = EditRequest {
        style_key: Some("comic".parse().unwrap()),
        ..EditRequest::default()
    };
    assert_eq!(
        super::super::policy::check(&style, &policy, Load::default()),
        Ok(())
    );
    let words = EditRequest {
        prompt: Some("snow".to_owned()),
        ..style
    };
    assert!(super::super::policy::check(&words, &policy, Load::default()).is_err());
}

#[test]
fn a_policy_refusal_carries_the_organisers_message_or_ours() {
    let mut world = World::with(|world| world.event.policy.enabled = false);
    let ours = super::super::policy::DEFAULT_POLICY_MESSAGE;
    assert_eq!(world.refusal(), Refusal::EventPolicyBlocked(ours.to_owned()));
    world.event.policy.policy_message = Some("After the cake.".to_owned());
    assert_eq!(
        world.refusal(),
        Refusal::EventPolicyBlocked("After the cake.".to_owned())
    );
}
