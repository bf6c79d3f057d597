//! The operator's command line as operators and scripts run it: its output and its exit code.

mod catalogue;
mod organiser;
mod preflight;
mod setting;

use std::fs::OpenOptions;
use std::io::Read;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use world::deployed::command_line::{in_folder, magic_edits, program, ran};
use world::{Place, World, settings};

contract! {
    deployed {
        wrong_usage_exits_with_2_and_failure_with_1,
        a_closed_pipe_is_no_error,
        a_full_disk_is_an_error_even_for_the_help,
        the_local_flag_acts_on_the_stack_of_the_named_folder,
        the_event_commands_summarise_and_watch_an_event,
        a_pretended_prune_counts_what_would_go,
        the_local_flag_wins_over_the_environment,
        a_token_is_not_given_without_the_right_password,
    }
}

async fn wrong_usage_exits_with_2_and_failure_with_1(_: Place) {
    for arguments in [
        &["settings", "get", "no_such_setting"][..],
        &["settings", "set", "queue_max_polls", "many"],
        &["settings", "set", "blocked_terms", "not a list"],
        &["prune", "--request-days", "0"],
        &["catalog", "apply", "no-such-file.yaml"],
        &["event", "token", "no-such-event"],
        &["watch", "no-such-slug", "--tenant", "no-such-tenant"],
        &["event", "summary", "any", "--tenant", "any", "--month", "2026-13"],
        &["no-such-command"],
    ] {
        let ran = magic_edits(arguments).await;
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{ran:?}");
    }
    let ran = magic_edits(&["event", "summary", "no-such-slug", "--tenant", "no-such-tenant"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    let ran = magic_edits(&["--json", "event", "summary", "no-such-slug", "--tenant", "nobody"]).await;
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert!(error["error"].is_string(), "{error}");
}

async fn a_closed_pipe_is_no_error(_: Place) {
    let mut running = Command::new(program())
        .current_dir(world::root())
        .args(["completions", "bash"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(running.stdout.take());
    let mut said = String::new();
    running.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let status = running.wait().unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

async fn a_full_disk_is_an_error_even_for_the_help(_: Place) {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["settings", "--help"],
        &["completions", "bash"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(program());
        let ended = command.args(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("No space left on device"), "{arguments:?}: {said}");
    }
}

async fn the_local_flag_acts_on_the_stack_of_the_named_folder(_: Place) {
    let mut command = in_folder(&world::root(), &["settings", "list"]);
    command.env("MAGIC_EDITS_FOLDER", ".local/no-such-stack");
    let ran = ran(command, "").await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains(".local/no-such-stack/stack.json"), "{ran:?}");
}

async fn the_event_commands_summarise_and_watch_an_event(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, "test-ok").await;
    world.guest.wait(id).await;
    let (slug, tenant) = (world.event.slug.as_str(), world.tenant.id.as_str());
    let ran = magic_edits(&["--json", "event", "summary", slug, "--tenant", tenant]).await;
    assert_eq!(
        (ran.code, &ran.json()["counts"]["succeeded"]),
        (0, &json!(1)),
        "{ran:?}"
    );
    let ran = magic_edits(&["event", "summary", slug, "--tenant", tenant]).await;
    assert!(ran.out.contains("succeeded\t1\t"), "{ran:?}");
    assert!(ran.out.contains("\tUTC"), "{ran:?}");
    let before = ["event", "summary", slug, "--tenant", tenant, "--month", "2020-01"];
    let ran = magic_edits(&before).await;
    assert!(
        ran.out.contains("month\t2020-01\tUTC") && ran.out.contains("succeeded\t0\t"),
        "{ran:?}"
    );

    let look = [
        "watch",
        slug,
        "--tenant",
        tenant,
        "--count",
        "2",
        "--interval",
        "1",
    ];
    let ran = magic_edits(&[&["--json"], &look[..]].concat()).await;
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((ran.code, lines.len()), (0, 2), "one line a look: {ran:?}");
    assert_eq!(lines[0]["edits"][0]["id"], id.to_string());
    assert_eq!(lines[0]["edits"][0]["status"], "succeeded");
    let ran = magic_edits(&look).await;
    assert!(ran.out.contains(&format!("{id}\tsucceeded\t")), "{ran:?}");
}

async fn a_pretended_prune_counts_what_would_go(_: Place) {
    let counted = magic_edits(&["--json", "prune", "--pretend", "--request-days", "3650"]).await;
    assert_eq!(counted.code, 0, "{counted:?}");
    let counted = counted.json();
    assert_eq!(
        (&counted["requests"], &counted["more"]),
        (&json!(0), &json!(false)),
        "{counted}"
    );
}

async fn the_local_flag_wins_over_the_environment(_: Place) {
    let arguments = ["settings", "get", "default_provider"];
    let mut command = in_folder(&world::root(), &arguments);
    command.env("MAGIC_EDITS_STACK", "magic-edits-prod");
    let ran = ran(command, "").await;
    assert_eq!((ran.code, ran.out.as_str()), (0, "runware\n"), "{ran:?}");
}

async fn a_token_is_not_given_without_the_right_password(_: Place) {
    for (typed, said) in [("", "no password"), ("wrong\n", "the sign-in was refused")] {
        let command = in_folder(&world::root(), &["token", "nobody@example.com"]);
        let ran = ran(command, typed).await;
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
        assert!(ran.err.contains(said) && !ran.err.contains("wrong"), "{ran:?}");
    }
}
