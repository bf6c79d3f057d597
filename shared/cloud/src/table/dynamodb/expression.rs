//! Conditions and updates as DynamoDB's expressions. Every name and value goes through a placeholder, so no attribute
//! name can be a reserved word.

use std::collections::HashMap;

use crate::table::{Condition, Index, Item, Path, Query, Range, Select, Update, Value, number, text};

/// The placeholders of one request.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    names: Vec<String>,
    values: Vec<Value>,
}

impl Placeholders {
    /// `None` where the condition always holds.
    pub(super) fn condition(&mut self, condition: &Condition) -> Option<String> {
        Some(match condition {
            Condition::Always => return None,
            Condition::Exists => "attribute_exists(pk)".to_owned(),
            Condition::Absent => "attribute_not_exists(pk)".to_owned(),
            Condition::Missing(path) => format!("attribute_not_exists({})", self.path(path)),
            Condition::IsNull(path) => {
                format!(
                    "attribute_type({}, {})",
                    self.path(path),
                    self.value(text("NULL"))
                )
            }
            Condition::Eq(path, value) => self.compare(path, "=", value),
            Condition::Ne(path, value) => self.compare(path, "<>", value),
            Condition::Lt(path, value) => self.compare(path, "<", value),
            Condition::Le(path, value) => self.compare(path, "<=", value),
            Condition::Ge(path, value) => self.compare(path, ">=", value),
            Condition::And(one, other) => match (self.condition(one), self.condition(other)) {
                (Some(one), Some(other)) => format!("({one}) AND ({other})"),
                (one, other) => return one.or(other),
            },
            Condition::Or(one, other) => {
                format!("({}) OR ({})", self.condition(one)?, self.condition(other)?)
            }
        })
    }

    /// `None` where nothing changes.
    pub(super) fn update(&mut self, update: &Update) -> Option<String> {
        let mut set = Vec::new();
        for (path, value) in &update.set {
            set.push(format!("{} = {}", self.path(path), self.value(value.clone())));
        }
        for (path, value) in &update.set_if_absent {
            let (path, value) = (self.path(path), self.value(value.clone()));
            set.push(format!("{path} = if_not_exists({path}, {value})"));
        }
        let mut add = Vec::new();
        for (path, amount) in &update.add {
            add.push(format!("{} {}", self.path(path), self.value(number(*amount))));
        }
        let remove = update.remove.iter().map(|path| self.path(path)).collect();
        let clauses = [("SET", set), ("ADD", add), ("REMOVE", remove)];
        let clauses = clauses.into_iter().filter(|(_, changes)| !changes.is_empty());
        let clauses: Vec<_> = clauses
            .map(|(clause, changes)| format!("{clause} {}", changes.join(", ")))
            .collect();
        (!clauses.is_empty()).then(|| clauses.join(" "))
    }

    pub(super) fn key_condition(&mut self, query: &Query) -> String {
        let (pk, sk) = query.index.map_or(("pk", "sk"), Index::key);
        let partition = format!("{pk} = {}", self.value(text(&query.partition)));
        let range = match &query.range {
            Range::All => return partition,
            Range::BeginsWith(prefix) => format!("begins_with({sk}, {})", self.value(text(prefix))),
            Range::Between(first, last) => {
                format!(
                    "{sk} BETWEEN {} AND {}",
                    self.value(text(first)),
                    self.value(text(last))
                )
            }
            Range::UpTo(last) => format!("{sk} <= {}", self.value(text(last))),
        };
        format!("{partition} AND {range}")
    }

    pub(super) fn projection(&mut self, query: &Query) -> Option<String> {
        let Select::Only(attributes) = query.select else {
            return None;
        };
        let names = attributes.iter().map(|attribute| self.name(attribute));
        Some(names.collect::<Vec<_>>().join(", "))
    }

    /// What the expressions refer to: names and values, `None` where there are none, because DynamoDB refuses empty
    /// ones.
    pub(super) fn finish(self) -> (Option<HashMap<String, String>>, Option<Item>) {
        let names: HashMap<_, _> = (0..)
            .map(|index: usize| format!("#n{index}"))
            .zip(self.names)
            .collect();
        let values: HashMap<_, _> = (0..)
            .map(|index: usize| format!(":v{index}"))
            .zip(self.values)
            .collect();
        (
            (!names.is_empty()).then_some(names),
            (!values.is_empty()).then_some(values),
        )
    }

    fn compare(&mut self, path: &Path, operator: &str, value: &Value) -> String {
        format!("{} {operator} {}", self.path(path), self.value(value.clone()))
    }

    fn path(&mut self, path: &Path) -> String {
        let steps = path.steps().map(|step| self.name(step));
        steps.collect::<Vec<_>>().join(".")
    }

    fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().position(|known| known == name);
        let index = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#n{index}")
    }

    fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!(":v{}", self.values.len() - 1)
    }
}
