//! Transactions.

use super::{Space, generate, number, text};
use crate::table::CancellationReason::{ConditionalCheckFailed, None as Innocent};
use crate::table::{Condition, Key, TransactError, Update, Write};

pub(super) async fn hold(space: &Space<'_>) {
    a_transaction_writes_all_or_nothing(space).await;
    a_client_token_writes_once(space).await;
    a_path_that_leads_nowhere_cancels_everything(space).await;
    transactions_that_cannot_be_are_refused(space).await;
}

fn adding(key: &Key, amount: i64) -> Write {
    Write::update(key.clone(), Update::default().add("count", amount))
}

async fn a_transaction_writes_all_or_nothing(space: &Space<'_>) {
    let [put, updated, deleted, checked] =
        ["put", "updated", "deleted", "checked"].map(|sk| space.key("transaction", sk));
    space.put(&deleted, []).await;
    space.put(&checked, [("version", number(1))]).await;
    let writes = |version: i64| {
        [
            Write::put(put.clone().into_item()).when(Condition::Absent),
            adding(&updated, 2),
            Write::delete(deleted.clone()).when(Condition::Exists),
            Write::check(checked.clone(), Condition::eq("version", number(version))),
        ]
    };
    let token = |index| generate::token(&space.name, "transaction", index);
    let refused = space.table.transact(&writes(2), &token(1)).await;
    let Err(TransactError::Cancelled(reasons)) = refused else {
        panic!("not cancelled: {refused:?}");
    };
    assert_eq!(reasons, [Innocent, Innocent, Innocent, ConditionalCheckFailed]);
    assert_eq!(space.get(&put).await, None);
    assert_eq!(space.get(&updated).await, None);

    space.table.transact(&writes(1), &token(2)).await.unwrap();
    assert!(space.get(&put).await.is_some());
    assert_eq!(space.number(&updated, "count").await, Some(2));
    assert_eq!(space.get(&deleted).await, None);

    let refused = space.table.transact(&writes(1), &token(3)).await;
    let Err(TransactError::Cancelled(reasons)) = refused else {
        panic!("not cancelled: {refused:?}");
    };
    let each = [ConditionalCheckFailed, Innocent, ConditionalCheckFailed, Innocent];
    assert_eq!(reasons, each, "every condition that does not hold is told");
    assert_eq!(space.number(&updated, "count").await, Some(2));
}

async fn a_client_token_writes_once(space: &Space<'_>) {
    let key = space.key("token", "1");
    let token = generate::token(&space.name, "token", 0);
    for _ in 0..2 {
        space.table.transact(&[adding(&key, 1)], &token).await.unwrap();
    }
    assert_eq!(space.number(&key, "count").await, Some(1));
    let other = space.table.transact(&[adding(&key, 2)], &token).await;
    space.refused("a transaction with the client token of another", &other);
    if other.is_err() {
        assert_eq!(space.number(&key, "count").await, Some(1));
    }
}

async fn a_path_that_leads_nowhere_cancels_everything(space: &Space<'_>) {
    let [one, other] = ["1", "2"].map(|sk| space.key("nowhere", sk));
    let nowhere = Update::default().set("a.b", text("x"));
    let writes = [adding(&one, 1), Write::update(other.clone(), nowhere)];
    let token = generate::token(&space.name, "nowhere", 0);
    let answer = space.table.transact(&writes, &token).await;
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(space.get(&one).await, None);
    assert_eq!(space.get(&other).await, None);
}

async fn transactions_that_cannot_be_are_refused(space: &Space<'_>) {
    let key = space.key("impossible", "1");
    let many: Vec<Write> = (0..101)
        .map(|index| adding(&space.key("impossible", &format!("{index:03}")), 1))
        .collect();
    let cases = [
        ("no write", vec![]),
        ("101 writes", many),
        ("an item twice", vec![adding(&key, 1), adding(&key, 2)]),
        (
            "an item written and checked",
            vec![adding(&key, 1), Write::check(key.clone(), Condition::Absent)],
        ),
        (
            "a check of nothing",
            vec![Write::check(key.clone(), Condition::Always)],
        ),
        (
            "an empty update",
            vec![Write::update(key.clone(), Update::default())],
        ),
    ];
    for (index, (why, writes)) in (0..).zip(cases) {
        let token = generate::token(&space.name, "impossible", index);
        let answer = space.table.transact(&writes, &token).await;
        space.refused(&format!("a transaction with {why}"), &answer);
    }
}
