//! Single writes and batches.

use super::{Space, item_of, map, number, text};
use crate::table::{Condition, Key, MAX_BATCH_GET, MAX_BATCH_WRITE, Update, Value};

pub(super) async fn hold(space: &Space<'_>) {
    a_put_replaces_the_whole_item(space).await;
    an_update_leaves_other_attributes_alone(space).await;
    an_update_makes_a_missing_item(space).await;
    an_update_inside_a_map_needs_the_map(space).await;
    a_delete_of_a_missing_item_succeeds(space).await;
    what_no_item_can_be_is_refused(space).await;
    batches_take_what_fits(space).await;
}

async fn a_put_replaces_the_whole_item(space: &Space<'_>) {
    let key = space.key("put", "1");
    let first = item_of(&key, [("a", text("x")), ("b", number(1))]);
    let second = item_of(&key, [("a", text("y"))]);
    let put = |item| space.table.put(item, &Condition::Absent);
    assert!(put(first.clone()).await.unwrap());
    assert!(!put(second.clone()).await.unwrap(), "the item exists");
    assert_eq!(space.get(&key).await, Some(first));
    let put = space.table.put(second.clone(), &Condition::Exists);
    assert!(put.await.unwrap());
    assert_eq!(space.get(&key).await, Some(second));
}

async fn an_update_leaves_other_attributes_alone(space: &Space<'_>) {
    let key = space.key("update", "1");
    let policy = map([("enabled", Value::Bool(true)), ("limit", number(3))]);
    space
        .put(
            &key,
            [("kept", text("k")), ("count", number(5)), ("policy", policy)],
        )
        .await;
    let mut update = Update::default()
        .set("policy.enabled", Value::Bool(false))
        .set("policy.message", Value::Null(true))
        .set("name", text("n"))
        .add("count", -2)
        .add("made", 0);
    update.set_if_absent = vec![("kept".into(), text("other")), ("new".into(), text("other"))];
    let policy = map([
        ("enabled", Value::Bool(false)),
        ("limit", number(3)),
        ("message", Value::Null(true)),
    ]);
    let expected = item_of(
        &key,
        [
            ("kept", text("k")),
            ("new", text("other")),
            ("name", text("n")),
            ("count", number(3)),
            ("made", number(0)),
            ("policy", policy),
        ],
    );
    let exists = Condition::Exists;
    let written = space.table.update(&key, &update, &exists).await.unwrap();
    assert_eq!(written.as_ref(), Some(&expected), "the answer is the new item");
    assert_eq!(space.get(&key).await, Some(expected.clone()));
    let refused = Condition::eq("name", text("m"));
    let written = space.table.update(&key, &update, &refused).await.unwrap();
    assert_eq!(written, None);
    assert_eq!(space.get(&key).await, Some(expected), "nothing was written");
}

async fn an_update_makes_a_missing_item(space: &Space<'_>) {
    let key = space.key("update", "2");
    let mut update = Update::default().add("count", 7);
    update.set_if_absent = vec![("name".into(), text("n"))];
    let exists = Condition::Exists;
    assert_eq!(space.table.update(&key, &update, &exists).await.unwrap(), None);
    assert_eq!(space.get(&key).await, None);
    let always = Condition::Always;
    let written = space.table.update(&key, &update, &always).await.unwrap();
    let expected = item_of(&key, [("count", number(7)), ("name", text("n"))]);
    assert_eq!(written, Some(expected));
}

async fn an_update_inside_a_map_needs_the_map(space: &Space<'_>) {
    let key = space.key("update", "3");
    space.put(&key, [("name", text("n"))]).await;
    for path in ["policy.enabled", "name.enabled"] {
        let update = Update::default().set(path, number(1)).add("count", 1);
        let written = space.table.update(&key, &update, &Condition::Always).await;
        assert!(written.is_err(), "{path}");
    }
    assert_eq!(space.get(&key).await, Some(item_of(&key, [("name", text("n"))])));
}

async fn a_delete_of_a_missing_item_succeeds(space: &Space<'_>) {
    let key = space.key("delete", "1");
    let delete = |condition| async move {
        space
            .table
            .delete(&space.key("delete", "1"), &condition)
            .await
            .unwrap()
    };
    assert!(delete(Condition::Always).await);
    assert!(!delete(Condition::Exists).await);
    space.put(&key, [("version", number(2))]).await;
    assert!(!delete(Condition::eq("version", number(1))).await);
    assert!(delete(Condition::eq("version", number(2))).await);
    assert_eq!(space.get(&key).await, None);
}

async fn what_no_item_can_be_is_refused(space: &Space<'_>) {
    let key = space.key("invalid", "1");
    let always = Condition::Always;
    space.put(&key, [("name", text("n"))]).await;
    let added = Update::default().add("name", 1);
    let two_paths = Update::default().set("a", number(1)).set("a.b", number(2));
    let updates = [
        ("ADD to a text", added),
        ("an update of two paths that overlap", two_paths),
        (
            "an update of a path twice",
            Update::default().set("a", number(1)).add("a", 2),
        ),
        ("an update of the key", Update::default().set("sk", text("2"))),
    ];
    for (why, update) in updates {
        space.refused(why, &space.table.update(&key, &update, &always).await);
    }
    let empty = Key::new(space.partition("invalid"), "");
    space.refused("a read of an empty sort key", &space.table.get(&empty).await);
    let items = [
        ("an item with an empty sort key", item_of(&empty, [])),
        (
            "an item whose key of an index is empty",
            item_of(&key, [("status_pk", text(""))]),
        ),
        (
            "an item whose key of an index is a number",
            item_of(&key, [("due_at", number(1))]),
        ),
        (
            "an item with a number that is none",
            item_of(&key, [("n", Value::N("x".to_owned()))]),
        ),
        (
            "an item of more than 400 KB",
            item_of(&key, [("a", text("x".repeat(400 * 1_024)))]),
        ),
    ];
    for (why, item) in items {
        space.refused(why, &space.table.put(item, &always).await);
    }
}

async fn batches_take_what_fits(space: &Space<'_>) {
    let keys: Vec<Key> = (0..=MAX_BATCH_GET)
        .map(|index| space.key("batch", &format!("{index:03}")))
        .collect();
    for key in &keys[..3] {
        space.put(key, []).await;
    }
    let batch = space.table.batch_get(&keys[..MAX_BATCH_GET]).await.unwrap();
    let mut found: Vec<Key> = batch.items.iter().filter_map(Key::of).collect();
    found.sort();
    assert_eq!(found, keys[..3], "missing items are left out");
    let left = space.table.batch_delete(&keys[..MAX_BATCH_WRITE]).await.unwrap();
    assert_eq!(left, []);
    assert_eq!(space.get(&keys[0]).await, None);

    let twice = [keys[0].clone(), keys[0].clone()];
    space.refused("a batch read of 101 keys", &space.table.batch_get(&keys).await);
    space.refused(
        "a batch read of a key twice",
        &space.table.batch_get(&twice).await,
    );
    space.refused("a batch read of no key", &space.table.batch_get(&[]).await);
    let most = &keys[..=MAX_BATCH_WRITE];
    space.refused("a batch delete of 26 keys", &space.table.batch_delete(most).await);
    space.refused(
        "a batch delete of a key twice",
        &space.table.batch_delete(&twice).await,
    );
}
