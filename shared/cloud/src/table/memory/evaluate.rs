//! Conditions and updates, evaluated by DynamoDB's rules.

use std::cmp::Ordering;

use super::number::Decimal;
use crate::table::{Condition, Index, Item, Key, Path, Update, Value, text};

/// Largest item, in bytes.
const MAX_ITEM: usize = 400 * 1_024;
/// Longest partition key and sort key, in bytes.
const MAX_PARTITION_KEY: usize = 2_048;
const MAX_SORT_KEY: usize = 1_024;

/// Why DynamoDB would refuse a request however often it is sent.
pub(super) type Invalid = &'static str;

/// Whether the condition holds of an item, or of a missing one.
pub(crate) fn holds(condition: &Condition, item: Option<&Item>) -> bool {
    let value = |path: &Path| item.and_then(|item| at(item, path));
    let compare = |path: &Path, right: &Value| value(path).and_then(|left| order(left, right));
    match condition {
        Condition::Always => true,
        Condition::Exists => item.is_some(),
        Condition::Absent => item.is_none(),
        Condition::Missing(path) => value(path).is_none(),
        Condition::IsNull(path) => matches!(value(path), Some(Value::Null(_))),
        Condition::Eq(path, right) => value(path).is_some_and(|left| equal(left, right)),
        Condition::Ne(path, right) => !value(path).is_some_and(|left| equal(left, right)),
        Condition::Lt(path, right) => compare(path, right) == Some(Ordering::Less),
        Condition::Le(path, right) => matches!(compare(path, right), Some(Ordering::Less | Ordering::Equal)),
        Condition::Ge(path, right) => {
            matches!(compare(path, right), Some(Ordering::Greater | Ordering::Equal))
        }
        Condition::And(one, other) => holds(one, item) && holds(other, item),
        Condition::Or(one, other) => holds(one, item) || holds(other, item),
    }
}

/// Refuses a condition that can be evaluated of no item.
pub(super) fn check_condition(condition: &Condition) -> Result<(), Invalid> {
    match condition {
        Condition::Lt(_, value) | Condition::Le(_, value) | Condition::Ge(_, value) => match value {
            Value::S(_) | Value::N(_) | Value::B(_) => check_value(value),
            _ => Err("only texts, numbers and bytes have an order"),
        },
        Condition::Eq(_, value) | Condition::Ne(_, value) => check_value(value),
        Condition::And(one, other) | Condition::Or(one, other) => {
            check_condition(one)?;
            check_condition(other)
        }
        _ => Ok(()),
    }
}

/// Refuses an update that can be made to no item.
pub(super) fn check_update(update: &Update) -> Result<(), Invalid> {
    let set = update.set.iter().chain(&update.set_if_absent);
    for (path, value) in set.clone() {
        check_value(value)?;
        if matches!(path.steps().next(), Some("pk" | "sk")) {
            return Err("an update cannot change the key");
        }
    }
    let paths: Vec<Vec<&str>> = set
        .map(|(path, _)| path)
        .chain(update.add.iter().map(|(path, _)| path))
        .chain(&update.remove)
        .map(|path| path.steps().collect())
        .collect();
    if paths.is_empty() {
        return Err("the update is empty");
    }
    for (index, one) in paths.iter().enumerate() {
        let overlaps = |other: &Vec<&str>| one.starts_with(other) || other.starts_with(one);
        if paths[index + 1..].iter().any(overlaps) {
            return Err("two paths of the update overlap");
        }
    }
    Ok(())
}

/// The item after an update; a missing one is made.
pub(super) fn updated(key: &Key, before: Option<&Item>, update: &Update) -> Result<Item, Invalid> {
    let mut item = before.cloned().unwrap_or_else(|| key.clone().into_item());
    // Every clause sees the item as it was before.
    for (path, value) in &update.set {
        set(&mut item, path, value.clone())?;
    }
    for (path, value) in &update.set_if_absent {
        if before.is_none_or(|before| at(before, path).is_none()) {
            set(&mut item, path, value.clone())?;
        }
    }
    for (path, amount) in &update.add {
        let sum = match before.and_then(|before| at(before, path)) {
            None => i128::from(*amount),
            Some(Value::N(number)) => Decimal::parse(number)
                .and_then(|number| number.whole())
                .map(|number| number + i128::from(*amount))
                .ok_or("this twin adds to whole numbers only")?,
            Some(_) => return Err("ADD needs a number"),
        };
        set(&mut item, path, Value::N(sum.to_string()))?;
    }
    for path in &update.remove {
        let mut steps = path.steps();
        match (steps.next(), steps.next()) {
            (Some(name), None) => item.remove(name),
            _ => return Err("this twin removes whole attributes only"),
        };
    }
    Ok(item)
}

/// Refuses an item that the table cannot hold; otherwise answers it as the table holds it.
pub(super) fn stored(mut item: Item) -> Result<Item, Invalid> {
    let key_part = |name: &str, most: usize| match item.get(name) {
        Some(Value::S(value)) if (1..=most).contains(&value.len()) => Ok(()),
        Some(Value::S(_)) => Err("a key attribute is empty or too long"),
        Some(_) => Err("a key attribute is no text"),
        None => Err("a key attribute is missing"),
    };
    key_part("pk", MAX_PARTITION_KEY)?;
    key_part("sk", MAX_SORT_KEY)?;
    for (partition, sort) in Index::ALL.map(Index::key) {
        for (name, most) in [(partition, MAX_PARTITION_KEY), (sort, MAX_SORT_KEY)] {
            // An item without the attribute is not in the index.
            if item.contains_key(name) {
                key_part(name, most)?;
            }
        }
    }
    for value in item.values_mut() {
        check_value(value)?;
        normalise(value);
    }
    if item_size(&item) > MAX_ITEM {
        return Err("the item is larger than 400 KB");
    }
    Ok(item)
}

/// Refuses a key that no item can have.
pub(super) fn check_key(key: &Key) -> Result<(), Invalid> {
    let fits = (1..=MAX_PARTITION_KEY).contains(&key.pk.len()) && (1..=MAX_SORT_KEY).contains(&key.sk.len());
    fits.then_some(()).ok_or("a key attribute is empty or too long")
}

/// Bytes that an item takes.
pub(super) fn item_size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size(value)).sum()
}

fn size(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(number) => Decimal::parse(number).map_or(0, |number| number.size()),
        Value::B(bytes) => bytes.as_ref().len(),
        Value::Ss(texts) => texts.iter().map(String::len).sum(),
        Value::L(list) => 3 + list.iter().map(|value| 1 + size(value)).sum::<usize>(),
        Value::M(map) => {
            let entries = map.iter().map(|(name, value)| 1 + name.len() + size(value));
            3 + entries.sum::<usize>()
        }
        _ => 1,
    }
}

fn at<'a>(item: &'a Item, path: &Path) -> Option<&'a Value> {
    let mut steps = path.steps();
    let mut value = item.get(steps.next()?)?;
    for step in steps {
        value = value.as_m().ok()?.get(step)?;
    }
    Some(value)
}

fn set(item: &mut Item, path: &Path, value: Value) -> Result<(), Invalid> {
    let steps: Vec<&str> = path.steps().collect();
    let (last, outer) = steps.split_last().ok_or("a path is empty")?;
    let mut map = item;
    for step in outer {
        let Some(Value::M(inner)) = map.get_mut(*step) else {
            return Err("a path leads through something that is no map");
        };
        map = inner;
    }
    map.insert((*last).to_owned(), value);
    Ok(())
}

/// Numbers are equal by value, sets in any order.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::N(_), Value::N(_)) => order(one, other) == Some(Ordering::Equal),
        (Value::L(one), Value::L(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::M(one), Value::M(other)) => {
            let same =
                |(name, value): (&String, &Value)| other.get(name).is_some_and(|other| equal(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        (Value::Ss(one), Value::Ss(other)) => {
            one.len() == other.len() && one.iter().all(|text| other.contains(text))
        }
        _ => one == other,
    }
}

/// Only values of one type have an order: texts by their bytes, numbers by value.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::S(one), Value::S(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
        (Value::B(one), Value::B(other)) => Some(one.as_ref().cmp(other.as_ref())),
        (Value::N(one), Value::N(other)) => Some(Decimal::parse(one)?.cmp(&Decimal::parse(other)?)),
        _ => None,
    }
}

fn check_value(value: &Value) -> Result<(), Invalid> {
    match value {
        Value::N(number) if Decimal::parse(number).is_none() => Err("a number is no number"),
        Value::Ss(texts) if texts.is_empty() => Err("a set is empty"),
        Value::Null(false) => Err("NULL must be true"),
        Value::Ns(_) | Value::Bs(_) => Err("this twin has no sets of numbers or bytes"),
        Value::L(list) => list.iter().try_for_each(check_value),
        Value::M(map) => map.values().try_for_each(check_value),
        _ => Ok(()),
    }
}

/// DynamoDB gives numbers back in one form.
fn normalise(value: &mut Value) {
    match value {
        Value::N(number) => {
            if let Some(decimal) = Decimal::parse(number) {
                *number = decimal.canonical();
            }
        }
        Value::L(list) => list.iter_mut().for_each(normalise),
        Value::M(map) => map.values_mut().for_each(normalise),
        _ => {}
    }
}

/// The part of an item that an index holds.
pub(super) fn projected(item: &Item, index: Index) -> Item {
    if !index.holds_keys_alone() {
        return item.clone();
    }
    let (partition, sort) = index.key();
    let kept = item
        .iter()
        .filter(|(name, _)| ["pk", "sk", partition, sort].contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The text of an attribute.
pub(super) fn text_at<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The position of an item in the table or in an index.
pub(super) fn position(item: &Item, index: Option<Index>) -> Option<Item> {
    let mut position = Key::of(item)?.into_item();
    if let Some((partition, sort)) = index.map(Index::key) {
        for name in [partition, sort] {
            position.insert(name.to_owned(), text(text_at(item, name)?));
        }
    }
    Some(position)
}
