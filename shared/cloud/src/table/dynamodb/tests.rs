//! Rendered expressions say what the values say: they are read back by DynamoDB's grammar.

use std::collections::HashMap;

use proptest::prelude::*;

use super::expression::Placeholders;
use crate::table::memory::holds;
use crate::table::{Condition, Index, Item, Path, Query, Range, Update, Value, number, text};
use crate::testing::contract;

/// Tokens of an expression: names, placeholders, operators, brackets and commas.
struct Reader<'a> {
    tokens: Vec<&'a str>,
    next: usize,
    names: HashMap<String, String>,
    values: Item,
}

impl<'a> Reader<'a> {
    fn new(expression: &'a str, placeholders: Placeholders) -> Self {
        let mut tokens = Vec::new();
        for word in expression.split(' ') {
            let mut rest = word;
            while let Some(at) = rest.find(['(', ')', ',']) {
                tokens.extend([&rest[..at], &rest[at..=at]]);
                rest = &rest[at + 1..];
            }
            tokens.push(rest);
        }
        tokens.retain(|token| !token.is_empty());
        let (names, values) = placeholders.finish();
        Self {
            tokens,
            next: 0,
            names: names.unwrap_or_default(),
            values: values.unwrap_or_default(),
        }
    }

    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.next).copied()
    }

    fn take(&mut self) -> &'a str {
        self.next += 1;
        self.tokens[self.next - 1]
    }

    fn expect(&mut self, token: &str) {
        assert_eq!(self.take(), token, "in {:?}", self.tokens);
    }

    fn path(&mut self) -> Path {
        let steps = self.take().split('.');
        let names: Vec<&str> = steps
            .map(|step| self.names.get(step).map_or(step, String::as_str))
            .collect();
        Path::from(names.join("."))
    }

    fn value(&mut self) -> Value {
        let placeholder = self.take();
        self.values[placeholder].clone()
    }

    /// AND binds closer than OR.
    fn any(&mut self) -> Condition {
        let mut condition = self.all();
        while self.peek() == Some("OR") {
            self.take();
            condition = condition.or(self.all());
        }
        condition
    }

    fn all(&mut self) -> Condition {
        let mut condition = self.one();
        while self.peek() == Some("AND") {
            self.take();
            condition = condition.and(self.one());
        }
        condition
    }

    fn one(&mut self) -> Condition {
        match self.peek() {
            Some("(") => {
                self.take();
                let condition = self.any();
                self.expect(")");
                condition
            }
            Some(function @ ("attribute_exists" | "attribute_not_exists" | "attribute_type")) => {
                self.take();
                self.expect("(");
                let path = self.path();
                let item = path == Path::from("pk");
                let condition = match function {
                    "attribute_exists" if item => Condition::Exists,
                    "attribute_not_exists" if item => Condition::Absent,
                    "attribute_not_exists" => Condition::Missing(path),
                    "attribute_type" => {
                        self.expect(",");
                        assert_eq!(self.value(), text("NULL"));
                        Condition::IsNull(path)
                    }
                    other => panic!("{other} of {path:?}"),
                };
                self.expect(")");
                condition
            }
            _ => {
                let (path, operator) = (self.path(), self.take());
                let value = self.value();
                match operator {
                    "=" => Condition::Eq(path, value),
                    "<>" => Condition::Ne(path, value),
                    "<" => Condition::Lt(path, value),
                    "<=" => Condition::Le(path, value),
                    ">=" => Condition::Ge(path, value),
                    other => panic!("unknown operator {other}"),
                }
            }
        }
    }

    fn update(&mut self) -> Update {
        let mut update = Update::default();
        let mut clause = "";
        while let Some(token) = self.peek() {
            if ["SET", "ADD", "REMOVE", ","].contains(&token) {
                let token = self.take();
                clause = if token == "," { clause } else { token };
                continue;
            }
            let path = self.path();
            if clause == "REMOVE" {
                update.remove.push(path);
                continue;
            }
            if clause == "ADD" {
                let amount = self.value();
                update.add.push((path, amount.as_n().unwrap().parse().unwrap()));
                continue;
            }
            self.expect("=");
            if self.peek() == Some("if_not_exists") {
                self.take();
                self.expect("(");
                assert_eq!(self.path(), path);
                self.expect(",");
                let value = self.value();
                update.set_if_absent.push((path, value));
                self.expect(")");
            } else {
                let value = self.value();
                update.set.push((path, value));
            }
        }
        update
    }
}

proptest! {
    #[test]
    fn a_rendered_condition_holds_of_the_same_items(seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let condition = contract::condition(&mut random, 4);
        let mut placeholders = Placeholders::default();
        let rendered = placeholders.condition(&condition).unwrap();
        let read = Reader::new(&rendered, placeholders).any();
        for item in [None, Some(contract::item(&mut random)), Some(contract::item(&mut random))] {
            prop_assert_eq!(holds(&read, item.as_ref()), holds(&condition, item.as_ref()), "{}", rendered);
        }
    }

    #[test]
    fn a_rendered_update_changes_the_same_attributes(seed: u64) {
        let update = contract::update(&mut fastrand::Rng::with_seed(seed));
        let mut placeholders = Placeholders::default();
        match placeholders.update(&update) {
            None => prop_assert_eq!(update, Update::default()),
            Some(rendered) => prop_assert_eq!(Reader::new(&rendered, placeholders).update(), update),
        }
    }
}

#[test]
fn a_condition_that_always_holds_renders_to_no_expression() {
    let mut placeholders = Placeholders::default();
    let always = Condition::Always;
    let composed = Condition::And(Box::new(always.clone()), Box::new(always.clone()));
    assert_eq!(placeholders.condition(&composed), None);
    let either = Condition::Exists.or(always);
    assert_eq!(placeholders.condition(&either), None);
    assert_eq!(placeholders.finish(), (None, None));
}

#[test]
fn condition_and_update_of_one_request_share_names_and_not_values() {
    let mut placeholders = Placeholders::default();
    let condition = Condition::Exists
        .and(Condition::eq("package.key", text("gold")))
        .and(Condition::lt("package.version", number(2)));
    let update = Update::default().set("package", text("x")).add("version", 1);
    assert_eq!(
        placeholders.condition(&condition).unwrap(),
        "((attribute_exists(pk)) AND (#n0.#n1 = :v0)) AND (#n0.#n2 < :v1)"
    );
    assert_eq!(placeholders.update(&update).unwrap(), "SET #n0 = :v2 ADD #n2 :v3");
    let (names, values) = placeholders.finish();
    assert_eq!(names.unwrap()["#n2"], "version");
    assert_eq!(values.unwrap()[":v3"], number(1));
}

#[test]
fn a_key_condition_names_the_key_of_its_index() {
    let rendered = |query: &Query| Placeholders::default().key_condition(query);
    let table = Query::table("p");
    assert_eq!(rendered(&table), "pk = :v0");
    assert_eq!(
        rendered(&table.begins_with("E#")),
        "pk = :v0 AND begins_with(sk, :v1)"
    );
    let open = Query::index(Index::OpenEdits, "p");
    assert_eq!(
        rendered(&open.clone().between("a", "b")),
        "open_pk = :v0 AND due_at BETWEEN :v1 AND :v2"
    );
    assert_eq!(
        rendered(&open.range(Range::UpTo("b".to_owned()))),
        "open_pk = :v0 AND due_at <= :v1"
    );
    assert_eq!(
        rendered(&Query::index(Index::ByGuest, "p").begins_with("E#")),
        "guest = :v0 AND begins_with(sk, :v1)"
    );
}
