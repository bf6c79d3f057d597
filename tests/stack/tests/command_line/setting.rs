//! Settings and API keys.

use domain::ProviderName;
use domain::settings::setting;
use secrecy::ExposeSecret;
use serde_json::json;
use world::deployed::command_line::{in_folder, magic_edits, ran};
use world::root;
use world::{Place, settings};

contract! {
    deployed {
        settings_are_listed_as_they_are_in_force_and_plain_in_a_pipe,
        an_invalid_setting_is_refused_with_advice,
        a_valid_setting_is_set_and_reset,
    }
}

async fn settings_are_listed_as_they_are_in_force_and_plain_in_a_pipe(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_max_polls), "33")]).await;
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

async fn an_invalid_setting_is_refused_with_advice(place: Place) {
    let _settings = settings::alone(&place, &[]).await;
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
    let key = place.cloud.api_key(ProviderName::Runware).await.unwrap();
    let command = in_folder(&root(), &["settings", "key", "runware"]);
    let ran = ran(command, "first-line\nsecond-line\n").await;
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("on one line") && !ran.err.contains("second-line"),
        "{ran:?}"
    );
    let after = place.cloud.api_key(ProviderName::Runware).await.unwrap();
    assert_eq!(after.unwrap().expose_secret(), key.unwrap().expose_secret());
    assert_eq!(
        magic_edits(&["settings", "list"]).await.out,
        before,
        "nothing was written"
    );
}

async fn a_valid_setting_is_set_and_reset(place: Place) {
    let mut held = settings::alone(&place, &[]).await;
    for setting in [
        setting!(provider_output_hosts),
        setting!(status_message),
        setting!(queue_max_polls),
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
    assert_eq!(place.cloud.settings().await.unwrap().queue_max_polls, 60);
}
