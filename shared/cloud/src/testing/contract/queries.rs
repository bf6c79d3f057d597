//! Queries of the table and of its indexes.

use super::{Space, item_of, number, text};
use crate::table::{Index, Key, Query, Range};

pub(super) async fn hold(space: &Space<'_>) {
    sort_keys_are_ordered_by_their_bytes(space).await;
    pages_follow_each_other(space).await;
    a_page_ends_at_a_megabyte(space).await;
    an_index_holds_the_items_that_have_its_key(space).await;
    an_index_is_paged_within_equal_sort_keys(space).await;
    an_index_by_the_tables_sort_key_is_paged_in_its_order(space).await;
    queries_that_cannot_be_are_refused(space).await;
}

async fn sort_keys_are_ordered_by_their_bytes(space: &Space<'_>) {
    let ordered = ["10", "9", "A", "PHOTO#1", "PHOTO#2", "PHOTO~", "a", "é"];
    for sk in ordered.iter().rev() {
        space.put(&space.key("order", sk), [("name", text(*sk))]).await;
    }
    space.put(&space.key("order2", "1"), []).await;
    let all = || Query::table(space.partition("order")).consistent();
    let cases = [
        (all(), &ordered[..]),
        (all().begins_with("PHOTO#"), &ordered[3..5]),
        (all().between("9", "PHOTO#2"), &ordered[1..5]),
        (all().range(Range::UpTo("A".to_owned())), &ordered[..3]),
        (all().begins_with("X"), &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(space.sort_keys(&query, 0).await, expected, "{query:?}");
        let mut backward = expected.to_vec();
        backward.reverse();
        assert_eq!(space.sort_keys(&query.backward(), 0).await, backward);
    }
}

async fn pages_follow_each_other(space: &Space<'_>) {
    for index in 0..5 {
        let key = space.key("pages", &format!("E#{index}"));
        space
            .put(&key, [("name", text("n")), ("number", number(index))])
            .await;
    }
    let all = || {
        Query::table(space.partition("pages"))
            .begins_with("E#")
            .consistent()
    };
    let page = space.table.query(&all().limit(2)).await.unwrap();
    assert_eq!((page.items.len(), page.count), (2, 2));
    assert_eq!(page.next, Some(space.key("pages", "E#1").into_item()));
    let rest = Query {
        after: page.next,
        ..all()
    };
    assert_eq!(space.sort_keys(&rest, 0).await, ["E#2", "E#3", "E#4"]);

    // The item to begin after need not exist.
    let after = all().after(Some(space.key("pages", "E#25")));
    assert_eq!(space.sort_keys(&after, 0).await, ["E#3", "E#4"]);
    let before = all().backward().after(Some(space.key("pages", "E#25")));
    assert_eq!(space.sort_keys(&before, 0).await, ["E#2", "E#1", "E#0"]);

    let names = space.table.query(&all().limit(1).only(&["name"])).await.unwrap();
    let name = ("name".to_owned(), text("n"));
    assert_eq!(names.items, [[name].into_iter().collect()]);
}

async fn a_page_ends_at_a_megabyte(space: &Space<'_>) {
    for sk in ["1", "2", "3", "4"] {
        let long = text("x".repeat(300 * 1_024));
        space.put(&space.key("long", sk), [("long", long)]).await;
    }
    let query = Query::table(space.partition("long")).consistent();
    let page = space.table.query(&query).await.unwrap();
    assert!(page.items.len() < 4, "{} items at once", page.items.len());
    assert!(page.next.is_some());
    assert_eq!(space.sort_keys(&query, 0).await, ["1", "2", "3", "4"]);
}

async fn an_index_holds_the_items_that_have_its_key(space: &Space<'_>) {
    let status = space.partition("queued");
    let open = space.partition("open");
    let edit = |sk: &str, due_at: Option<&str>| {
        let key = space.key("indexed", sk);
        let mut item = item_of(
            &key,
            [
                ("status_pk", text(&status)),
                ("status_sk", text(sk)),
                ("photo_id", text("p")),
            ],
        );
        if let Some(due_at) = due_at {
            item.insert("open_pk".to_owned(), text(&open));
            item.insert("due_at".to_owned(), text(due_at));
        }
        item
    };
    for item in [edit("1", Some("30")), edit("2", None), edit("3", Some("10"))] {
        let put = space.table.put(item, &crate::table::Condition::Always);
        assert!(put.await.unwrap());
    }
    let by_status = Query::index(Index::ByStatus, &status);
    assert_eq!(space.sort_keys(&by_status, 3).await, ["1", "2", "3"]);
    let photos = by_status.clone().limit(1).only(&["photo_id"]);
    let photo = ("photo_id".to_owned(), text("p"));
    let page = space.table.query(&photos).await.unwrap();
    assert_eq!(page.items, [[photo].into_iter().collect()]);

    // Sparse, ordered by its own sort key, and keys alone.
    let open_edits = Query::index(Index::OpenEdits, &open);
    assert_eq!(space.sort_keys(&open_edits, 2).await, ["3", "1"]);
    let due = open_edits.clone().range(Range::UpTo("10".to_owned()));
    let page = space.table.query(&due).await.unwrap();
    let mut names: Vec<&str> = page.items[0].keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["due_at", "open_pk", "pk", "sk"]);

    // Without the index's key the item leaves the index.
    let put = space.table.put(edit("3", None), &crate::table::Condition::Always);
    assert!(put.await.unwrap());
    assert_eq!(space.sort_keys(&open_edits, 1).await, ["1"]);
}

async fn an_index_is_paged_within_equal_sort_keys(space: &Space<'_>) {
    let open = space.partition("same");
    for sk in ["1", "2", "3"] {
        let key = space.key("equal", sk);
        space
            .put(&key, [("open_pk", text(&open)), ("due_at", text("same"))])
            .await;
    }
    let query = Query::index(Index::OpenEdits, &open);
    let mut all = space.sort_keys(&query, 3).await;
    all.sort();
    let mut paged = space.sort_keys(&query.limit(1), 3).await;
    paged.sort();
    assert_eq!(
        (all.as_slice(), paged.as_slice()),
        (&["1", "2", "3"].map(str::to_owned)[..], &all[..])
    );
}

/// The sort key of this index is the table's own.
async fn an_index_by_the_tables_sort_key_is_paged_in_its_order(space: &Space<'_>) {
    let guest = space.partition("guest");
    for (partition, sk, guest) in [
        ("mine1", "EDIT#1", Some(&guest)),
        ("mine1", "EDIT#3", Some(&guest)),
        ("mine2", "EDIT#2", Some(&guest)),
        ("mine1", "PHOTO#1", Some(&guest)),
        ("mine1", "EDIT#4", None),
    ] {
        let guest = guest.map(|guest| ("guest", text(guest)));
        space
            .put(
                &space.key(partition, sk),
                guest.into_iter().chain([("name", text("n"))]),
            )
            .await;
    }
    let edits = Query::index(Index::ByGuest, &guest)
        .begins_with("EDIT#")
        .backward();
    assert_eq!(space.sort_keys(&edits, 3).await, ["EDIT#3", "EDIT#2", "EDIT#1"]);
    assert_eq!(
        space.sort_keys(&edits.clone().limit(1), 3).await,
        ["EDIT#3", "EDIT#2", "EDIT#1"]
    );
    // A start that is made from a key alone, whose item was never there.
    let mut after = space.key("mine1", "EDIT#25").into_item();
    after.insert("guest".to_owned(), text(&guest));
    let rest = edits.after_item(Some(after));
    assert_eq!(space.sort_keys(&rest, 2).await, ["EDIT#2", "EDIT#1"]);
    let page = space.table.query(&rest).await.unwrap();
    let mut names: Vec<&str> = page.items[0].keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["guest", "pk", "sk"]);
    let photos = Query::index(Index::ByGuest, &guest).begins_with("PHOTO#");
    assert_eq!(space.sort_keys(&photos, 1).await, ["PHOTO#1"]);
}

async fn queries_that_cannot_be_are_refused(space: &Space<'_>) {
    let partition = space.partition("order");
    let table = || Query::table(&partition);
    let elsewhere = Key::new(space.partition("order2"), "1");
    let queries = [
        (
            "a consistent read of an index",
            Query::index(Index::ByStatus, &partition).consistent(),
        ),
        ("bounds the wrong way round", table().between("b", "a")),
        ("a limit of 0", table().limit(0)),
        ("an empty prefix", table().begins_with("")),
        ("a start in another partition", table().after(Some(elsewhere))),
        (
            "a start outside of the range",
            table()
                .begins_with("PHOTO#")
                .after(Some(Key::new(&partition, "A"))),
        ),
        (
            "an attribute that the index does not hold",
            Query::index(Index::OpenEdits, &partition).only(&["photo_id"]),
        ),
        (
            "a start without the index's key",
            Query::index(Index::ByStatus, &partition).after(Some(Key::new(&partition, "A"))),
        ),
    ];
    for (why, query) in queries {
        space.refused(&format!("a query with {why}"), &space.table.query(&query).await);
    }
}
