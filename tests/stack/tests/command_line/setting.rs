//! Settings and API keys.

use domain::ProviderName;
use domain::settings::Setting;
use secrecy::ExposeSecret;
use serde_json::json;
use stack_tests::command_line::{in_folder, magic_edits, ran};
use stack_tests::stack::root;
use stack_tests::{Stack, settings};

#[tokio::test]
async fn settings_are_read_as_they_are_in_force_and_plain_for_other_programs() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(Setting::QueueMaxPolls, "33")]).await;
    let ran = magic_edits(&["settings", "get", "queue_max_polls"]).await;
    assert_eq!((ran.code, ran.out.as_str()), (0, "33\n"), "{ran:?}");
    let ran = magic_edits(&["settings", "list"]).await;
    assert!(ran.out.contains("queue_max_polls\t33\tparameter\n"), "{ran:?}");
    assert!(!ran.out.contains('\u{1b}'), "no colours in a pipe: {ran:?}");
    let listed = magic_edits(&["settings", "list", "--json"]).await.json();
    let expected = json!({ "value": 33, "from": "parameter" });
    assert_eq!(listed["settings"]["queue_max_polls"], expected);
    assert!(listed["keys_set"]["runware"].is_boolean());
}

#[tokio::test]
async fn what_the_api_refuses_is_refused_with_what_to_do() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[]).await;
    let before = magic_edits(&["settings", "list"]).await.out;
    for (name, value, way_on) in [
        (
            "provider_output_hosts",
            r#"["https://im.runware.ai"]"#,
            "expected `host.example`",
        ),
        ("provider_output_hosts", "im.runware.ai", "a list"),
        (
            "watermark",
            r#"{"image_key":"watermarks/none"}"#,
            "was it uploaded?",
        ),
        ("queue_max_polls", "0", "from 1 to 1000"),
    ] {
        let ran = magic_edits(&["settings", "set", name, value]).await;
        assert_eq!(ran.code, 2, "{name} {value}: {ran:?}");
        assert!(ran.err.contains(name) && ran.err.contains(way_on), "{ran:?}");
    }
    let key = stack.cloud.api_key(ProviderName::Runware).await.unwrap();
    let command = in_folder(&root(), &["settings", "key", "runware"]);
    let ran = ran(command, "first-line\nsecond-line\n").await;
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("on one line") && !ran.err.contains("second-line"),
        "{ran:?}"
    );
    let after = stack.cloud.api_key(ProviderName::Runware).await.unwrap();
    assert_eq!(after.unwrap().expose_secret(), key.unwrap().expose_secret());
    assert_eq!(
        magic_edits(&["settings", "list"]).await.out,
        before,
        "nothing was written"
    );
}

#[tokio::test]
async fn what_fits_is_set_and_taken_back() {
    let stack = Stack::connect().await;
    let mut held = settings::alone(&stack, &[]).await;
    for setting in [
        Setting::ProviderOutputHosts,
        Setting::StatusMessage,
        Setting::QueueMaxPolls,
    ] {
        held.expect_change(setting);
    }
    for (name, value) in [
        ("provider_output_hosts", r#"["im.runware.ai","127.0.0.1"]"#),
        ("status_message", "true"),
        ("queue_max_polls", "7"),
    ] {
        let ran = magic_edits(&["settings", "set", name, value]).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = magic_edits(&["settings", "get", name]).await;
        assert_eq!(ran.out, format!("{value}\n"));
    }
    let ran = magic_edits(&["settings", "reset", "queue_max_polls"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(stack.cloud.settings().await.unwrap().queue_max_polls, 60);
}
