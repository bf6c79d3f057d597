//! Conditions: chosen ones, and many that are made up.

use super::{Space, condition, generate, item, item_of, map, number, text};
use crate::table::memory::holds;
use crate::table::{CancellationReason, Condition, Key, TransactError, Value, Write};

/// Conditions that are made up.
const GENERATED: u64 = 150;

pub(super) async fn hold(space: &Space<'_>) {
    a_missing_item_has_no_attributes(space).await;
    conditions_look_at_type_and_value(space).await;
    the_twin_evaluates_as_the_table_does(space).await;
}

/// Whether the table takes the condition to hold, by a transaction that writes nothing.
async fn holds_of(space: &Space<'_>, key: &Key, condition: &Condition, token: &str) -> bool {
    let check = [Write::check(key.clone(), condition.clone())];
    match space.table.transact(&check, token).await {
        Ok(()) => true,
        Err(TransactError::Cancelled(reasons)) => {
            assert_eq!(
                reasons,
                [CancellationReason::ConditionalCheckFailed],
                "{condition:?}"
            );
            false
        }
        Err(error) => panic!("{error:?} for {condition:?}"),
    }
}

async fn expect(space: &Space<'_>, key: &Key, cases: Vec<(Condition, bool)>) {
    for (index, (condition, expected)) in cases.into_iter().enumerate() {
        let token = generate::token(&space.name, &key.sk, index as u64);
        let held = holds_of(space, key, &condition, &token).await;
        assert_eq!(held, expected, "{condition:?} of {}", key.sk);
    }
}

async fn a_missing_item_has_no_attributes(space: &Space<'_>) {
    let cases = vec![
        (Condition::Exists, false),
        (Condition::Absent, true),
        (Condition::missing("a"), true),
        (Condition::missing("a.b"), true),
        (Condition::is_null("a"), false),
        (Condition::eq("a", number(0)), false),
        (Condition::ne("a", number(0)), true),
        (Condition::lt("a", number(9)), false),
        (Condition::le("a", number(9)), false),
        (Condition::ge("a", number(9)), false),
        (Condition::Absent.or(Condition::eq("a", number(1))), true),
        (Condition::Exists.and(Condition::missing("a")), false),
    ];
    expect(space, &space.key("condition", "missing"), cases).await;
}

async fn conditions_look_at_type_and_value(space: &Space<'_>) {
    let key = space.key("condition", "present");
    let package = map([("key", text("gold")), ("version", number(10))]);
    let attributes = [
        ("package", package.clone()),
        ("count", number(10)),
        ("text", text("10")),
        ("null", Value::Null(true)),
        ("list", Value::L(vec![number(1), text("b")])),
    ];
    space.put(&key, attributes).await;
    let cases = vec![
        (Condition::Exists, true),
        (Condition::missing("null"), false),
        (Condition::missing("package.other"), true),
        (Condition::missing("count.other"), true),
        (Condition::is_null("null"), true),
        (Condition::is_null("count"), false),
        (Condition::eq("package.key", text("gold")), true),
        (Condition::eq("package", package), true),
        (Condition::eq("count", text("10")), false),
        (Condition::ne("count", text("10")), true),
        (Condition::ne("count", number(10)), false),
        (Condition::eq("count", Value::N("10.0".to_owned())), true),
        (Condition::lt("count", number(9)), false),
        (Condition::lt("count", number(100)), true),
        (Condition::lt("text", text("9")), true),
        (Condition::le("count", number(10)), true),
        (Condition::ge("count", number(10)), true),
        (Condition::ge("count", number(9)), true),
        (Condition::ge("count", number(100)), false),
        (Condition::ge("count", text("9")), false),
        (Condition::lt("count", number(10)), false),
        (Condition::lt("count", text("9")), false),
        (Condition::eq("list", Value::L(vec![number(1), text("b")])), true),
        (Condition::eq("list", Value::L(vec![text("b"), number(1)])), false),
    ];
    expect(space, &key, cases).await;
}

async fn the_twin_evaluates_as_the_table_does(space: &Space<'_>) {
    for seed in 0..GENERATED {
        let mut random = fastrand::Rng::with_seed(seed);
        let key = space.key("generated", &format!("{seed:03}"));
        let stored = item_of(&key, []).into_iter().chain(item(&mut random)).collect();
        let condition = condition(&mut random, 3);
        space.table.put(stored, &Condition::Always).await.unwrap();
        let stored = space.get(&key).await;
        let token = generate::token(&space.name, "generated", seed);
        let held = holds_of(space, &key, &condition, &token).await;
        assert_eq!(
            held,
            holds(&condition, stored.as_ref()),
            "{condition:?} of {stored:?}"
        );
    }
}
