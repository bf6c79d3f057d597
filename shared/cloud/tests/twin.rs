//! A context in memory, as tests of other crates use it.

#![allow(clippy::unwrap_used)] // helpers are no test functions

use std::time::Duration;

use cloud::testing::{Fault, Options, Queue, Rule, UrlError};
use cloud::{Call, Cloud, ObjectError};
use domain::audit::{Action, Actor, Deed};
use domain::budget::{BudgetCaps, Tenant};
use domain::message::SubmitMessage;
use domain::{EditId, EventId, ProviderName, TenantId};
use futures::future::join_all;
use jiff::SignedDuration;

fn tenant(id: &str) -> Tenant {
    Tenant {
        id: id.parse().unwrap(),
        name: "Studio".to_owned(),
        budget: BudgetCaps::default(),
        watermark: None,
    }
}

fn submit(cloud: &Cloud) -> SubmitMessage {
    SubmitMessage::V1 {
        tenant_id: tenant_id(),
        event_id: "event".parse::<EventId>().unwrap(),
        edit_id: EditId::new(cloud.now(), cloud.random()),
        held_at: None,
    }
}

fn deed() -> Deed {
    Actor::operator("tests").did(Action::TenantChanged)
}

fn tenant_id() -> TenantId {
    "studio".parse().unwrap()
}

#[tokio::test]
async fn what_the_store_writes_it_reads_and_lists() {
    let (cloud, memory) = Cloud::in_memory();
    for id in ["b", "a"] {
        cloud.save_tenant(&tenant(id), &deed()).await.unwrap();
    }
    let id = "a".parse().unwrap();
    assert_eq!(cloud.tenant(&id).await.unwrap(), Some(tenant("a")));
    let page = cloud.tenants_page(None, 10).await.unwrap();
    assert_eq!(page, [tenant("a"), tenant("b")]);
    let rest = cloud.tenants_page(Some(&id), 10).await.unwrap();
    assert_eq!(rest, [tenant("b")]);
    let calls = memory.calls();
    assert_eq!(calls[Call::TransactWriteItems.name()], 2);
    assert_eq!(calls["dynamodb.Query"], 2);
    assert_eq!(memory.invalid_requests(), [] as [&str; 0]);
}

#[tokio::test]
async fn transactions_that_conflict_are_tried_again_until_all_have_passed() {
    let (cloud, memory) = Cloud::in_memory();
    memory.table.transactions_take(Some(Duration::from_millis(2)));
    let tenant = tenant("studio");
    let deed = deed();
    let saved = join_all((0..4).map(|_| cloud.save_tenant(&tenant, &deed))).await;
    assert!(saved.iter().all(Result::is_ok), "{saved:?}");
    assert!(memory.calls()["dynamodb.TransactWriteItems"] > 4);
}

#[tokio::test]
async fn a_batch_that_is_left_undone_is_asked_for_again() {
    let (cloud, memory) = Cloud::in_memory();
    cloud.save_tenant(&tenant("a"), &deed()).await.unwrap();
    memory
        .faults
        .add(Rule::new(Call::BatchGetItem, Fault::Busy).times(2));
    assert_eq!(cloud.tenants_page(None, 10).await.unwrap().len(), 1);
    assert_eq!(memory.calls()["dynamodb.BatchGetItem"], 3);
}

#[tokio::test]
async fn a_presigned_upload_takes_exactly_what_was_signed() {
    let (cloud, memory) = Cloud::in_memory();
    let put = cloud.presign_put("photos/1.jpg", "image/jpeg", 3).await.unwrap();
    assert_eq!(put.method, "PUT");
    assert!(put.url.starts_with("memory://bucket/photos/1.jpg?"));
    assert_eq!(put.expires_at, cloud.now() + SignedDuration::from_mins(15));
    let headers = [("content-type", "image/jpeg"), ("content-length", "3")];
    assert_eq!(
        put.headers,
        headers.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let upload = |mime_type, body| memory.objects.upload(&put.url, mime_type, body);
    assert_eq!(upload("image/png", "abc"), Err(UrlError::Mismatch));
    assert_eq!(upload("image/jpeg", "abcd"), Err(UrlError::Mismatch));
    upload("image/jpeg", "abc").unwrap();

    let get = cloud.presign_get("photos/1.jpg").await.unwrap();
    assert_eq!((get.method, get.headers.len()), ("GET", 0));
    assert_eq!(memory.objects.fetch(&get.url).unwrap().body, "abc");
    assert_eq!(memory.objects.fetch(&put.url), Err(UrlError::Unsigned));
    memory.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(upload("image/jpeg", "abc"), Err(UrlError::Expired));
    memory.clock.advance(get.expires_at.duration_since(cloud.now()));
    assert_eq!(memory.objects.fetch(&get.url), Err(UrlError::Expired));
}

#[tokio::test]
async fn an_object_is_read_only_up_to_the_size_that_the_caller_takes() {
    let (cloud, memory) = Cloud::in_memory();
    cloud.put_object("a", "12345".into(), "text/plain").await.unwrap();
    assert_eq!(cloud.get_object("a", 5).await.unwrap(), "12345");
    let read = cloud.get_object("a", 4).await;
    assert!(matches!(read, Err(ObjectError::TooLarge(5))), "{read:?}");
    cloud
        .remove_objects(&["a".to_owned(), "b".to_owned()])
        .await
        .unwrap();
    assert!(!cloud.object_exists("a").await.unwrap());
    let read = cloud.get_object("a", 5).await;
    assert!(matches!(read, Err(ObjectError::Missing)), "{read:?}");
    assert_eq!(memory.objects.keys(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_message_that_is_delivered_again_comes_back_when_its_time_is_over() {
    let (cloud, memory) = Cloud::in_memory();
    let delay = Duration::from_secs(5);
    cloud.send_submit(None, &submit(&cloud), delay).await.unwrap();
    assert_eq!(memory.queues.take_due(), []);
    memory.clock.advance(SignedDuration::from_secs(5));
    let taken = memory.queues.take_due();
    let [first] = taken.as_slice() else {
        panic!("{taken:?}");
    };
    assert_eq!(
        (&first.queue, first.delay, first.receives),
        (&Queue::Submit, delay, 1)
    );
    assert_eq!(first.group, "studio");

    let arn = "arn:aws:sqs:eu-central-1:123456789012:submit";
    let again = Duration::from_secs(20);
    cloud
        .deliver_again(arn, &first.receipt_handle, again)
        .await
        .unwrap();
    assert_eq!(memory.queues.take_due(), []);
    memory.clock.advance(SignedDuration::from_secs(20));
    let taken = memory.queues.take_due();
    assert_eq!((taken.len(), taken[0].receives), (1, 2));
    assert_eq!(taken[0].body, first.body);
    let stale = cloud.deliver_again(arn, &first.receipt_handle, again).await;
    assert!(stale.is_err(), "a receipt handle is good for one receive");
}

#[tokio::test]
async fn many_messages_go_ten_in_a_call_and_to_the_named_queue() {
    let (cloud, memory) = Cloud::in_memory();
    let messages: Vec<_> = (0..25).map(|_| submit(&cloud)).collect();
    memory.faults.add(Rule::new(Call::SendMessageBatch, Fault::Busy));
    let sent = cloud.send_submits(Some("standby"), &messages).await.unwrap();
    assert_eq!(sent, 15, "the first ten were not taken");
    let taken = memory.queues.take();
    assert_eq!(taken.len(), 15);
    assert!(
        taken
            .iter()
            .all(|sent| sent.queue == Queue::Named("standby".to_owned()))
    );
    assert_eq!(memory.calls()["sqs.SendMessageBatch"], 3);
}

#[tokio::test]
async fn a_key_is_listed_without_being_decrypted() {
    let (cloud, memory) = Cloud::in_memory();
    cloud.put_api_key(ProviderName::Fal, "secret").await.unwrap();
    assert_eq!(cloud.providers_with_key().await.unwrap(), [ProviderName::Fal]);
    assert!(cloud.api_key(ProviderName::Runware).await.unwrap().is_none());
    assert!(cloud.api_key(ProviderName::Fal).await.unwrap().is_some());
    let values: Vec<String> = memory.parameters.all().into_values().collect();
    assert_eq!(values, ["secret"]);
    cloud.remove_api_key(ProviderName::Fal).await.unwrap();
    assert!(memory.parameters.all().is_empty());
}

#[tokio::test]
async fn each_environment_has_its_own_caches() {
    let max_age = Duration::from_secs(20);
    let (cloud, memory) = Cloud::in_memory_with(Options {
        max_age,
        ..Options::default()
    });
    let loads = || memory.calls().get("ssm.GetParameter").copied().unwrap_or(0);
    for _ in 0..2 {
        cloud.api_key(ProviderName::Fal).await.unwrap();
        cloud.clone().api_key(ProviderName::Fal).await.unwrap();
    }
    assert_eq!(loads(), 1);
    memory.cloud(max_age).api_key(ProviderName::Fal).await.unwrap();
    assert_eq!(loads(), 2);
    memory.clock.advance(SignedDuration::from_secs(20));
    cloud.api_key(ProviderName::Fal).await.unwrap();
    assert_eq!(loads(), 3);
}

#[tokio::test]
async fn randomness_follows_from_the_seed() {
    let draw = |seed| {
        let options = Options {
            seed,
            ..Options::default()
        };
        let (cloud, _) = Cloud::in_memory_with(options);
        [cloud.random(), cloud.random()]
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    assert_ne!(draw(7)[0], draw(7)[1]);
}
