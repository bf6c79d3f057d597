//! A part of an entry that may be left out.

use std::marker::PhantomData;

use domain::Problem;
use garde::Validate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::entries::fitting;

/// What an entry says of a part.
#[derive(Debug, Default)]
pub(super) enum Part<I> {
    /// Nothing: it stays as it is.
    #[default]
    Stays,
    /// Null: there shall be none.
    Goes,
    /// Fields that change; the others stay.
    Changes(Map<String, Value>, PhantomData<I>),
}

impl<'de, I> Deserialize<'de> for Part<I>
where
    I: DeserializeOwned + Validate<Context = ()>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(members) = Option::<Map<String, Value>>::deserialize(deserializer)? else {
            return Ok(Self::Goes);
        };
        fitting::<I, D::Error>(Value::Object(members.clone()))?;
        Ok(Self::Changes(members, PhantomData))
    }
}

impl<I: DeserializeOwned + Validate<Context = ()>> Part<I> {
    /// What the entry makes of what is there, both in the form of the API.
    pub(super) fn over(&self, before: Option<Value>) -> Result<Option<I>, Problem> {
        match (self, before) {
            (Self::Goes, _) | (Self::Stays, None) => Ok(None),
            (Self::Stays, Some(before)) => api::json_value(before).map(Some),
            (Self::Changes(members, _), before) => {
                let mut all = match before {
                    Some(Value::Object(before)) => before,
                    _ => Map::new(),
                };
                all.extend(members.clone());
                api::json_value(Value::Object(all)).map(Some)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use api::admin::tenants::BudgetInput;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    struct Entry {
        #[serde(default)]
        budget: Part<BudgetInput>,
    }

    fn caps(entry: Value) -> Option<(Option<i64>, Option<i64>)> {
        let entry: Entry = serde_json::from_value(entry).unwrap();
        let before = json!({ "soft_cap_micro_usd": 4, "hard_cap_micro_usd": 5 });
        let after = entry.budget.over(Some(before)).unwrap();
        after.map(|budget| (budget.soft_cap_micro_usd, budget.hard_cap_micro_usd))
    }

    #[test]
    fn absent_stays_null_goes_and_the_rest_changes_field_by_field() {
        assert_eq!(caps(json!({})), Some((Some(4), Some(5))));
        assert_eq!(caps(json!({ "budget": null })), None);
        assert_eq!(
            caps(json!({ "budget": { "hard_cap_micro_usd": 9 } })),
            Some((Some(4), Some(9)))
        );
        assert_eq!(
            caps(json!({ "budget": { "soft_cap_micro_usd": null } })),
            Some((None, Some(5)))
        );
    }

    #[test]
    fn what_the_api_would_refuse_is_not_read() {
        for wrong in [
            json!({ "hard_cap_microusd": 5 }),
            json!({ "hard_cap_micro_usd": -1 }),
            json!({ "hard_cap_micro_usd": "5" }),
            json!(5),
        ] {
            let entry = serde_json::from_value::<Entry>(json!({ "budget": wrong.clone() }));
            assert!(entry.is_err(), "{wrong}");
        }
    }
}
