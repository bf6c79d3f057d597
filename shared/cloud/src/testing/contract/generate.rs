//! Items, conditions and updates that are made up, over few names and values, so that they often meet.

use fastrand::Rng;

use super::{Item, Value, map, number, text};
#[cfg(test)]
use crate::table::Update;
use crate::table::{Condition, Path};

const PATHS: [&str; 6] = ["a", "b", "status", "m.x", "m.y", "m.x.deep"];

pub(crate) fn item(random: &mut Rng) -> Item {
    // One attribute is always there, for emulators take two missing ones for equal.
    let mut item = Item::from([("a".to_owned(), value(random))]);
    for name in ["b", "status"] {
        if random.u8(..4) > 0 {
            item.insert(name.to_owned(), value(random));
        }
    }
    if random.bool() {
        let x = if random.bool() {
            map([("deep", scalar(random))])
        } else {
            value(random)
        };
        item.insert("m".to_owned(), map([("x", x)]));
    }
    item
}

/// A condition that DynamoDB takes; with depth, one of several.
pub(crate) fn condition(random: &mut Rng, depth: u8) -> Condition {
    if depth > 0 && random.u8(..3) > 0 {
        let (one, other) = (condition(random, depth - 1), condition(random, depth - 1));
        return if random.bool() {
            one.and(other)
        } else {
            one.or(other)
        };
    }
    let path = |random: &mut Rng| Path::from(PATHS[random.usize(..PATHS.len())]);
    match random.u8(..9) {
        0 => Condition::Exists,
        1 => Condition::Absent,
        2 => Condition::Missing(path(random)),
        3 => Condition::IsNull(path(random)),
        4 => Condition::Ne(path(random), value(random)),
        5 => Condition::Lt(path(random), ordered(random)),
        6 => Condition::Le(path(random), ordered(random)),
        7 => Condition::Ge(path(random), ordered(random)),
        _ => Condition::Eq(path(random), value(random)),
    }
}

#[cfg(test)]
pub(crate) fn update(random: &mut Rng) -> Update {
    let mut update = Update::default();
    for name in ["a", "b", "c", "status", "m.x"] {
        match random.u8(..4) {
            0 => update = update.set(name, value(random)),
            1 => update.set_if_absent.push((name.into(), value(random))),
            2 => update = update.add(name, random.i64(-3..3)),
            _ => {}
        }
    }
    update
}

/// A client token that no other part of the run uses.
pub(super) fn token(run: &str, part: &str, index: u64) -> String {
    let seed = format!("{run}{part}{index}").bytes().fold(0_u64, |seed, byte| {
        seed.wrapping_mul(1_099_511_628_211) ^ u64::from(byte)
    });
    format!("{:032x}", Rng::with_seed(seed).u128(..))
}

fn value(random: &mut Rng) -> Value {
    match random.u8(..8) {
        0 => Value::Null(true),
        1 => Value::Bool(random.bool()),
        2 => Value::L(vec![scalar(random), scalar(random)]),
        3 => map([("k", scalar(random))]),
        _ => scalar(random),
    }
}

/// A value that has an order.
fn ordered(random: &mut Rng) -> Value {
    scalar(random)
}

fn scalar(random: &mut Rng) -> Value {
    if random.bool() {
        number(random.i64(-2..12))
    } else {
        text(["", "1", "10", "9", "B", "a", "é"][random.usize(..7)])
    }
}
