//! What only the twin can show: conflicts, faults and delays on purpose.

use std::time::Duration;

use crate::calls::Call;
use crate::table::{
    CancellationReason, Condition, Item, Key, Query, TransactError, Update, Value, Write, number,
};
use crate::testing::{Fault, Memory, Rule, table_contract};
use crate::{Cloud, PortError, within};

const LATENCY: Duration = Duration::from_millis(10);

fn key(sk: &str) -> Key {
    Key::new("p", sk)
}

fn adding(sk: &str) -> Write {
    Write::update(key(sk), Update::default().add("count", 1))
}

fn count(memory: &Memory, sk: &str) -> Option<Value> {
    memory.table.item("p", sk)?.remove("count")
}

async fn transact(cloud: &Cloud, writes: &[Write], token: &str) -> Result<(), TransactError> {
    cloud.table.transact(writes, token).await
}

#[tokio::test]
async fn the_twin_keeps_the_contract_of_the_table() {
    let (cloud, memory) = Cloud::in_memory();
    assert_eq!(table_contract(&cloud).await, [] as [&str; 0]);
    assert_eq!(memory.table.items(), [] as [Item; 0]);
}

#[tokio::test]
async fn of_two_transactions_on_one_item_at_a_time_the_second_is_cancelled() {
    let (cloud, memory) = Cloud::in_memory();
    memory.table.transactions_take(Some(LATENCY));
    let writes = [adding("1"), adding("2")];
    let second_writes = [adding("3"), adding("2")];
    let (first, second) = tokio::join!(
        biased;
        transact(&cloud, &writes, "a"),
        transact(&cloud, &second_writes, "b")
    );
    first.unwrap();
    let Err(TransactError::Cancelled(reasons)) = second else {
        panic!("{second:?}");
    };
    let conflict = CancellationReason::TransactionConflict;
    assert_eq!(reasons, [CancellationReason::None, conflict]);
    assert_eq!(count(&memory, "2"), Some(number(1)));
    assert_eq!(count(&memory, "3"), None);
    transact(&cloud, &second_writes, "b").await.unwrap();
    assert_eq!(count(&memory, "2"), Some(number(2)));
}

#[tokio::test]
async fn a_single_write_waits_until_a_transaction_frees_its_item() {
    let (cloud, memory) = Cloud::in_memory();
    memory.table.transactions_take(Some(LATENCY));
    let (put_key, writes) = (key("1"), [adding("1")]);
    let (transacted, put) = tokio::join!(
        biased;
        transact(&cloud, &writes, "a"),
        cloud.table.put(put_key.clone().into_item(), &Condition::Always)
    );
    transacted.unwrap();
    assert!(put.unwrap());
    assert_eq!(
        count(&memory, "1"),
        None,
        "the put came second, and replaced the item"
    );
    assert!(memory.calls()["dynamodb.PutItem"] > 1);
}

#[tokio::test]
async fn a_single_write_gives_up_when_its_request_has_no_time_left() {
    let (cloud, memory) = Cloud::in_memory();
    memory.table.transactions_take(Some(Duration::from_secs(60)));
    let item = key("1").into_item();
    let writes = [adding("1")];
    let put = async { cloud.table.put(item, &Condition::Always).await };
    let put = within(20 * LATENCY, put);
    let (transacted, put) = tokio::join!(
        biased;
        tokio::time::timeout(40 * LATENCY, transact(&cloud, &writes, "a")),
        put
    );
    assert!(transacted.is_err());
    assert!(matches!(put, Some(Err(PortError::Unavailable(_))) | None));
    assert_eq!(count(&memory, "1"), None);
}

#[tokio::test]
async fn a_transaction_whose_sender_died_occupies_nothing() {
    let (cloud, memory) = Cloud::in_memory();
    memory.table.transactions_take(Some(Duration::from_secs(60)));
    let writes = [adding("1")];
    let sent = transact(&cloud, &writes, "a");
    assert!(tokio::time::timeout(LATENCY, sent).await.is_err());
    memory.table.transactions_take(None);
    transact(&cloud, &[adding("1")], "b").await.unwrap();
    assert_eq!(count(&memory, "1"), Some(number(1)));
}

#[tokio::test]
async fn a_token_is_forgotten_after_ten_minutes() {
    let (cloud, memory) = Cloud::in_memory();
    transact(&cloud, &[adding("1")], "a").await.unwrap();
    memory.clock.advance(jiff::SignedDuration::from_mins(9));
    transact(&cloud, &[adding("1")], "a").await.unwrap();
    assert_eq!(count(&memory, "1"), Some(number(1)));
    memory.clock.advance(jiff::SignedDuration::from_mins(2));
    transact(&cloud, &[adding("1")], "a").await.unwrap();
    assert_eq!(count(&memory, "1"), Some(number(2)));
}

#[tokio::test]
async fn a_fault_strikes_before_or_after_the_write() {
    let (cloud, memory) = Cloud::in_memory();
    memory.fail(Call::TransactWriteItems, 1);
    assert!(transact(&cloud, &[adding("1")], "a").await.is_err());
    assert_eq!(count(&memory, "1"), None);
    memory.lose_answers(Call::TransactWriteItems, 1);
    assert!(transact(&cloud, &[adding("1")], "a").await.is_err());
    assert_eq!(count(&memory, "1"), Some(number(1)));
    transact(&cloud, &[adding("1")], "a").await.unwrap();
    assert_eq!(count(&memory, "1"), Some(number(1)), "the token was seen");
}

#[tokio::test]
async fn a_rule_strikes_only_the_calls_that_it_is_about() {
    let (cloud, memory) = Cloud::in_memory();
    let rule = Rule::new(Call::GetItem, Fault::Refused)
        .about("p/2")
        .after(1)
        .times(2);
    memory.faults.add(rule);
    let get = |sk: &'static str| {
        let cloud = cloud.clone();
        async move { cloud.table.get(&key(sk)).await.is_ok() }
    };
    assert!(get("1").await);
    assert_eq!(
        [get("2").await, get("2").await, get("2").await, get("2").await],
        [true, false, false, true]
    );
    assert_eq!(memory.faults.pending(), 0);
}

#[tokio::test]
async fn a_busy_batch_is_left_undone() {
    let (cloud, memory) = Cloud::in_memory();
    memory.table.insert(key("1").into_item());
    for call in [Call::BatchGetItem, Call::BatchWriteItem] {
        memory.faults.add(Rule::new(call, Fault::Busy));
    }
    let keys = [key("1")];
    let batch = cloud.table.batch_get(&keys).await.unwrap();
    assert_eq!((batch.items.len(), batch.unprocessed), (0, keys.to_vec()));
    assert_eq!(cloud.table.batch_delete(&keys).await.unwrap(), keys);
    assert_eq!(cloud.table.batch_get(&keys).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_held_call_waits_while_others_overtake_it() {
    let (cloud, memory) = Cloud::in_memory();
    let held = memory.faults.hold(Call::PutItem, "p/1");
    let slow = tokio::spawn({
        let cloud = cloud.clone();
        async move { cloud.table.put(key("1").into_item(), &Condition::Absent).await }
    });
    held.reached().await;
    assert!(memory.table.item("p", "1").is_none());
    let put = cloud.table.put(key("1").into_item(), &Condition::Absent);
    assert!(put.await.unwrap(), "the rule was for one call");
    held.release();
    assert!(!slow.await.unwrap().unwrap(), "the other call was faster");
}

#[tokio::test]
async fn a_table_that_falls_behind_is_seen_by_consistent_reads_alone() {
    let (cloud, memory) = Cloud::in_memory();
    memory.table.fall_behind();
    let put = cloud.table.put(key("1").into_item(), &Condition::Always);
    assert!(put.await.unwrap());
    let found = |query: Query| {
        let cloud = cloud.clone();
        async move { cloud.table.query(&query).await.unwrap().count }
    };
    assert_eq!(found(Query::table("p").consistent()).await, 1);
    assert_eq!(found(Query::table("p")).await, 0);
    memory.table.catch_up();
    assert_eq!(found(Query::table("p")).await, 1);
}

#[tokio::test]
async fn numbers_come_back_in_one_form() {
    let (cloud, _) = Cloud::in_memory();
    let mut item = key("1").into_item();
    item.insert("n".to_owned(), Value::N("01.50e1".to_owned()));
    cloud.table.put(item, &Condition::Always).await.unwrap();
    let item = cloud.table.get(&key("1")).await.unwrap().unwrap();
    assert_eq!(item["n"], Value::N("15".to_owned()));
}

#[tokio::test]
async fn an_invalid_request_is_told_to_the_test() {
    let (cloud, memory) = Cloud::in_memory();
    assert!(cloud.table.get(&key("")).await.is_err());
    let invalid = memory.invalid_requests();
    assert_eq!(
        invalid,
        ["dynamodb.GetItem: a key attribute is empty or too long"]
    );
}

#[tokio::test]
async fn an_item_goes_when_its_time_to_live_is_over() {
    let (_, memory) = Cloud::in_memory();
    let mut item = key("1").into_item();
    item.insert(
        "expires_at".to_owned(),
        number(memory.clock.now().as_second() + 60),
    );
    memory.table.insert(item);
    memory.table.delete_expired();
    assert!(memory.table.item("p", "1").is_some());
    memory.clock.advance(jiff::SignedDuration::from_secs(60));
    memory.table.delete_expired();
    assert!(memory.table.item("p", "1").is_none());
}
