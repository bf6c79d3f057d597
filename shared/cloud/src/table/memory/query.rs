//! Queries by DynamoDB's rules.

use std::collections::BTreeMap;

use super::evaluate::{Invalid, item_size, position, projected, text_at};
use crate::table::{Index, Item, Key, Page, Query, Range, Select};

/// A query reads no more than this, in bytes.
const MAX_READ: usize = 1_024 * 1_024;

pub(super) fn query(items: &BTreeMap<Key, Item>, query: &Query) -> Result<Page, Invalid> {
    check(query)?;
    let mut rows = rows(items, query);
    if query.backward {
        rows.reverse();
    }
    let after = query
        .after
        .as_ref()
        .map(|after| start(after, query))
        .transpose()?;
    let begun = |row: &Row<'_>| match &after {
        None => true,
        Some((sort, key)) if query.backward => (row.sort, row.key) < (sort.as_str(), key),
        Some((sort, key)) => (row.sort, row.key) > (sort.as_str(), key),
    };
    let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
    let (mut page, mut read) = (Page::default(), 0);
    let mut last: Option<&Item> = None;
    for row in rows.into_iter().filter(begun) {
        let item = match query.index {
            None => row.item.clone(),
            Some(index) => projected(row.item, index),
        };
        read += item_size(&item);
        if last.is_some() && read > MAX_READ {
            page.next = last.and_then(|item| position(item, query.index));
            break;
        }
        last = Some(row.item);
        page.count += 1;
        match query.select {
            Select::All => page.items.push(item),
            Select::Only(names) => {
                let kept = item
                    .into_iter()
                    .filter(|(name, _)| names.contains(&name.as_str()));
                page.items.push(kept.collect());
            }
        }
        // At the limit DynamoDB does not look whether there is more.
        if page.count as usize == limit {
            page.next = position(row.item, query.index);
            break;
        }
    }
    Ok(page)
}

struct Row<'a> {
    sort: &'a str,
    key: &'a Key,
    item: &'a Item,
}

/// The partition's items within the range, in the order of their sort keys.
fn rows<'a>(items: &'a BTreeMap<Key, Item>, query: &Query) -> Vec<Row<'a>> {
    let row = |(key, item): (&'a Key, &'a Item)| {
        let (partition, sort) = match query.index.map(Index::key) {
            None => (key.pk.as_str(), key.sk.as_str()),
            // Sparse: an item without both attributes is not in the index.
            Some((partition, sort)) => (text_at(item, partition)?, text_at(item, sort)?),
        };
        let found = partition == query.partition && within(&query.range, sort);
        found.then_some(Row { sort, key, item })
    };
    let mut rows: Vec<Row<'_>> = match query.index {
        None => items
            .range(Key::new(&query.partition, "")..)
            .take_while(|(key, _)| key.pk == query.partition)
            .filter_map(row)
            .collect(),
        Some(_) => items.iter().filter_map(row).collect(),
    };
    rows.sort_by(|one, other| (one.sort, one.key).cmp(&(other.sort, other.key)));
    rows
}

fn within(range: &Range, sort: &str) -> bool {
    match range {
        Range::All => true,
        Range::BeginsWith(prefix) => sort.starts_with(prefix.as_str()),
        Range::Between(first, last) => (first.as_str()..=last.as_str()).contains(&sort),
        Range::UpTo(last) => sort <= last.as_str(),
    }
}

fn check(query: &Query) -> Result<(), Invalid> {
    let empty = match &query.range {
        Range::All => false,
        Range::BeginsWith(bound) | Range::UpTo(bound) => bound.is_empty(),
        Range::Between(first, last) => first.is_empty() || last.is_empty(),
    };
    if query.partition.is_empty() || empty {
        return Err("a key condition has an empty text");
    }
    if matches!(&query.range, Range::Between(first, last) if first > last) {
        return Err("the lower bound is above the upper bound");
    }
    if query.limit == Some(0) {
        return Err("the limit is 0");
    }
    if query.consistent && query.index.is_some() {
        return Err("an index cannot be read consistently");
    }
    if let (Some(index), Select::Only(names)) = (query.index, query.select)
        && index.holds_keys_alone()
    {
        let (partition, sort) = index.key();
        if !names
            .iter()
            .all(|name| ["pk", "sk", partition, sort].contains(name))
        {
            return Err("the index does not hold an attribute");
        }
    }
    Ok(())
}

/// The position to begin after.
fn start(after: &Item, query: &Query) -> Result<(String, Key), Invalid> {
    let invalid = "the start key is no key";
    let whole = position(after, query.index).ok_or(invalid)?;
    let key = Key::of(after).ok_or(invalid)?;
    if whole != *after {
        return Err(invalid);
    }
    let (partition, sort) = query.index.map_or(("pk", "sk"), Index::key);
    let sort = text_at(after, sort).ok_or(invalid)?;
    if text_at(after, partition) != Some(&query.partition) || !within(&query.range, sort) {
        return Err("the start key is outside of the query");
    }
    Ok((sort.to_owned(), key))
}
