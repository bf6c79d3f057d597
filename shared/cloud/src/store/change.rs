//! Changes of single attributes: what else an item holds may be somebody else's to write.

use crate::PortError;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, TransactWriteItem, Update};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::{Item, Key, number, text};
use super::read::parse;
use super::transaction::Condition;
use crate::Cloud;
use crate::error::{unavailable, unreadable};

/// Sets attributes of an item, and makes the item where there is none.
pub(crate) struct Change {
    key: Key,
    set: Item,
    set_if_absent: Item,
    add: Option<(&'static str, AttributeValue)>,
    condition: Condition,
}

impl Change {
    /// Sets every field of `value`.
    pub(crate) fn of(key: Key, value: impl Serialize) -> Result<Self, PortError> {
        Ok(Self {
            key,
            set: fields(value)?,
            set_if_absent: Item::new(),
            add: None,
            condition: Condition::default(),
        })
    }

    /// Leaves a field as it is in the table; an item without it gets it.
    pub(crate) fn keeping(mut self, name: &str) -> Self {
        if let Some(value) = self.set.remove(name) {
            self.set_if_absent.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds to a number and sets nothing.
    pub(crate) fn adding_to(key: Key, name: &'static str, amount: i64) -> Self {
        Self {
            key,
            set: Item::new(),
            set_if_absent: Item::new(),
            add: Some((name, number(amount))),
            condition: Condition::default(),
        }
    }

    /// Only under this condition.
    pub(crate) fn when(mut self, tests: Tests) -> Self {
        self.condition = tests.into();
        self
    }
}

/// What must hold of an item, all of it.
#[derive(Default)]
pub(crate) struct Tests {
    parts: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Tests {
    /// There is no such item.
    pub(crate) fn absent() -> Self {
        Self {
            parts: vec!["attribute_not_exists(pk)".to_owned()],
            ..Self::default()
        }
    }

    /// There is such an item.
    pub(crate) fn present() -> Self {
        Self {
            parts: vec!["attribute_exists(pk)".to_owned()],
            ..Self::default()
        }
    }

    /// The attribute at a path (`package.key`) compares like this (`=`, `<`, `<>`).
    pub(crate) fn and(mut self, path: &str, operator: &str, value: AttributeValue) -> Self {
        let path = self.path(path);
        let name = format!(":c{}", self.values.len());
        self.parts.push(format!("{path} {operator} {name}"));
        self.values.insert(name, value);
        self
    }

    /// The attribute is null.
    pub(crate) fn and_null(mut self, path: &str) -> Self {
        let path = self.path(path);
        self.parts.push(format!("attribute_type({path}, :null)"));
        self.values.insert(":null".to_owned(), text("NULL"));
        self
    }

    /// The attribute is missing.
    pub(crate) fn and_missing(mut self, path: &str) -> Self {
        let path = self.path(path);
        self.parts.push(format!("attribute_not_exists({path})"));
        self
    }

    /// There is no such item, or all this holds of it.
    pub(crate) fn or_absent(mut self) -> Self {
        let all = format!("attribute_not_exists(pk) OR ({})", self.parts.join(" AND "));
        self.parts = vec![all];
        self
    }

    fn path(&mut self, path: &str) -> String {
        let steps = path.split('.').map(|step| {
            let name = format!("#c_{step}");
            self.names.insert(name.clone(), step.to_owned());
            name
        });
        steps.collect::<Vec<_>>().join(".")
    }
}

impl From<Tests> for Condition {
    fn from(tests: Tests) -> Self {
        Self {
            expression: tests.parts.join(" AND "),
            names: (!tests.names.is_empty()).then_some(tests.names),
            values: (!tests.values.is_empty()).then_some(tests.values),
        }
    }
}

fn fields(value: impl Serialize) -> Result<Item, PortError> {
    serde_dynamo::to_item(value).map_err(unreadable("an item to write"))
}

impl Cloud {
    pub(crate) fn change(&self, change: Change) -> Result<TransactWriteItem, PortError> {
        let mut names = change.condition.names.unwrap_or_default();
        let mut values = change.condition.values.unwrap_or_default();
        let mut sets = Vec::new();
        let always = change.set.into_iter().map(|(name, value)| (name, value, true));
        let once = change
            .set_if_absent
            .into_iter()
            .map(|(name, value)| (name, value, false));
        for (index, (name, value, replaces)) in always.chain(once).enumerate() {
            sets.push(if replaces {
                format!("#s{index} = :s{index}")
            } else {
                format!("#s{index} = if_not_exists(#s{index}, :s{index})")
            });
            names.insert(format!("#s{index}"), name);
            values.insert(format!(":s{index}"), value);
        }
        let mut expression = String::new();
        if !sets.is_empty() {
            expression = format!("SET {}", sets.join(", "));
        }
        if let Some((name, amount)) = change.add {
            expression.push_str(" ADD #add :add");
            names.insert("#add".to_owned(), name.to_owned());
            values.insert(":add".to_owned(), amount);
        }
        let condition = change.condition.expression;
        let update = Update::builder()
            .table_name(&self.config.table)
            .set_key(Some(change.key.into_item()))
            .update_expression(expression.trim_start())
            .set_condition_expression((!condition.is_empty()).then_some(condition))
            .set_expression_attribute_names((!names.is_empty()).then_some(names))
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
            .build()
            .map_err(|_| PortError::Unreadable("an update".to_owned()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    pub(crate) fn delete(&self, key: Key, tests: Tests) -> Result<TransactWriteItem, PortError> {
        let condition = Condition::from(tests);
        let delete = Delete::builder()
            .table_name(&self.config.table)
            .set_key(Some(key.into_item()))
            .set_condition_expression((!condition.expression.is_empty()).then_some(condition.expression))
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values)
            .build()
            .map_err(|_| PortError::Unreadable("a delete".to_owned()))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    pub(crate) fn check(&self, key: Key, tests: Tests) -> Result<TransactWriteItem, PortError> {
        let condition = Condition::from(tests);
        let check = ConditionCheck::builder()
            .table_name(&self.config.table)
            .set_key(Some(key.into_item()))
            .condition_expression(condition.expression)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values)
            .build()
            .map_err(|_| PortError::Unreadable("a condition".to_owned()))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// An item as it stands in the table, consistently.
    pub(crate) async fn read_item(&self, key: Key) -> Result<Option<Item>, PortError> {
        let answer = self
            .dynamodb
            .get_item()
            .table_name(&self.config.table)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("dynamodb.GetItem"))?;
        Ok(answer.item)
    }

    /// A page of a partition's items whose sort key begins with a text, after one of them.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        page: PageOf,
        what: &'static str,
    ) -> Result<Vec<T>, PortError> {
        // What was seen last need not exist any more.
        let mut start = page.after.map(|sk| Key::new(page.pk.clone(), sk).into_item());
        let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let query = self
            .dynamodb
            .query()
            .table_name(&self.config.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(page.pk))
            .scan_index_forward(!page.newest_first)
            .consistent_read(true)
            .limit(i32::try_from(page.limit).unwrap_or(i32::MAX));
        let query = if let Some(until) = page.until {
            // A condition may name the sort key once, so the prefix is the lower bound.
            let first = if page.prefix.is_empty() { "0" } else { page.prefix };
            query
                .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :until")
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":until", text(until))
        } else if page.prefix.is_empty() {
            query
        } else {
            query
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", text(page.prefix))
        };
        let mut items = Vec::new();
        // A query ends at a megabyte, so one answer may be less than a page, and a page that is not full is the last.
        loop {
            let asked = query.clone().set_exclusive_start_key(start);
            let answer = asked.send().await.map_err(unavailable("dynamodb.Query"))?;
            items.extend(answer.items.into_iter().flatten());
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() || items.len() >= wanted {
                items.truncate(wanted);
                return items.into_iter().map(|item| parse(item, what)).collect();
            }
        }
    }
}

/// Which page.
#[derive(Default)]
pub(crate) struct PageOf {
    pub(crate) pk: String,
    /// Empty: the whole partition.
    pub(crate) prefix: &'static str,
    /// The last sort key that counts.
    pub(crate) until: Option<String>,
    /// Sort key of the item that was seen last.
    pub(crate) after: Option<String>,
    pub(crate) limit: u32,
    pub(crate) newest_first: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_name_every_step_of_a_path() {
        let tests = Tests::present()
            .and("package.key", "=", text("gold"))
            .and("slug", "<>", text("x"))
            .and_null("watermark");
        let condition = Condition::from(tests);
        assert_eq!(
            condition.expression,
            "attribute_exists(pk) AND #c_package.#c_key = :c0 AND #c_slug <> :c1 AND attribute_type(#c_watermark, :null)"
        );
        assert_eq!(condition.names.unwrap()["#c_key"], "key");
        assert_eq!(condition.values.unwrap()[":c0"], text("gold"));
    }

    #[test]
    fn an_absent_item_may_stand_for_one_that_passes() {
        let condition = Condition::from(Tests::default().and("event_id", "=", text("e")).or_absent());
        assert_eq!(
            condition.expression,
            "attribute_not_exists(pk) OR (#c_event_id = :c0)"
        );
    }
}
