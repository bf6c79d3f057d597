//! Functions that are invoked, by their own names.

use std::time::Duration;

use domain::EditId;
use serde_json::Value;

use crate::Stack;

/// The longest that a function may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// The answer of the function in `functions/<folder>` to a payload, which must succeed.
pub async fn invoke(stack: &Stack, folder: &str, payload: &Value) -> Value {
    let (failed, answer) = try_invoke(stack, folder, payload).await;
    assert!(!failed, "{folder} {payload}: {answer}");
    answer
}

/// Whether the function failed, and its answer or error.
pub async fn try_invoke(stack: &Stack, folder: &str, payload: &Value) -> (bool, Value) {
    let (endpoint, name) = (&stack.described.endpoint_url, stack.function(folder));
    let request = stack
        .http
        .post(format!("{endpoint}/2015-03-31/functions/{name}/invocations"))
        .header("authorization", stack.authorization("lambda"))
        .timeout(PATIENCE)
        .body(payload.to_string());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{folder} is there");
    let failed = answer.headers().contains_key("x-amz-function-error");
    (failed, answer.json().await.unwrap())
}

/// What an answer says of an edit; `None` where it is not among its items.
pub fn item_of(answer: &Value, id: EditId) -> Option<&Value> {
    let items = answer["items"].as_array().expect("the answer has items");
    items.iter().find(|item| item["id"] == id.to_string())
}
