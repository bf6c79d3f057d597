//! Functions that are invoked, by their own names.

use domain::EditId;
use serde_json::Value;

use crate::Place;

impl Place {
    /// The answer of a function to a payload, which must succeed.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Value {
        match self.try_invoke(function, payload).await {
            Ok(answer) => answer,
            Err(error) => panic!("{function} {payload}: {error}"),
        }
    }

    /// The answer of a function, or its error with `errorType` and `errorMessage`.
    pub async fn try_invoke(&self, function: &str, payload: &Value) -> Result<Value, Value> {
        match self.in_process() {
            Some(memory) => memory.invoke(&self.cloud, function, payload).await,
            None => self.stack().try_invoke(function, payload).await,
        }
    }
}

/// What an answer says of an edit; `None` where it is not among its items.
pub fn item_of(answer: &Value, id: EditId) -> Option<&Value> {
    let items = answer["items"].as_array().expect("the answer has items");
    items.iter().find(|item| item["id"] == id.to_string())
}
