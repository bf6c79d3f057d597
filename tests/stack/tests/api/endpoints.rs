//! The endpoints of `openapi.json`: a new one is tested at once.

use reqwest::Method;
use serde_json::Value;
use world::root;

/// An endpoint of `openapi.json`.
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    /// Below `/api/v1`, with parameters in braces.
    pub(crate) path: String,
}

impl Endpoint {
    /// The path with these values for its parameters.
    pub(crate) fn path_with(&self, values: &[(&str, &str)]) -> String {
        let filled = values.iter().fold(self.path.clone(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value)
        });
        assert!(!filled.contains('{'), "a value is missing here: {filled}");
        filled
    }
}

/// The endpoints whose path has this prefix.
pub(crate) fn endpoints_below(prefix: &str) -> Vec<Endpoint> {
    let text = std::fs::read_to_string(root().join("openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let below = paths.iter().filter(|(path, _)| path.starts_with(prefix));
    let found = below.flat_map(|(path, operations)| {
        let methods = operations.as_object().unwrap().keys();
        methods.map(|method| Endpoint {
            method: method.to_uppercase().parse().unwrap(),
            path: path.clone(),
        })
    });
    found.collect()
}
