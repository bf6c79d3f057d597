//! What an endpoint needs outside of this package: its part of `template.yaml`, and its sample in `events/`.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use api::{FUNCTIONS, Function, Route, routes};
use serde_norway::Value;

/// Method, path, and whether API Gateway asks for a JWT.
type Served = BTreeSet<(String, String, bool)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The template's resources, with their tags (`!Sub`, `!Ref`, …) taken off.
fn resources() -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let template = untagged(serde_norway::from_str(&text).unwrap());
    serde_norway::from_value(template["Resources"].clone()).unwrap()
}

fn untagged(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => untagged(tagged.value),
        Value::Sequence(items) => items.into_iter().map(untagged).collect(),
        Value::Mapping(fields) => Value::Mapping(
            fields
                .into_iter()
                .map(|(name, value)| (name, untagged(value)))
                .collect(),
        ),
        plain => plain,
    }
}

/// `guest-create-edit` is `GuestCreateEdit…` in the template.
fn logical_name(function: &str) -> String {
    let words = function
        .split('-')
        .map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}

fn routes_of(function: &Function) -> Vec<Route> {
    let routes = routes().into_iter();
    routes.filter(|route| route.function == function.name).collect()
}

/// The routes of a function in the template.
fn served(function: &Value) -> Served {
    let events = function["Properties"]["Events"]
        .as_mapping()
        .into_iter()
        .flatten();
    let http = events.filter(|(_, event)| event["Type"] == "HttpApi");
    http.map(|(_, event)| {
        let text = |name: &str| event["Properties"][name].as_str().unwrap_or_default().to_owned();
        let jwt = event["Properties"]["Auth"]["Authorizer"] == "Organiser";
        (text("Method"), text("Path"), jwt)
    })
    .collect()
}

fn event(route: &Route) -> String {
    let name: String = route
        .operation
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect();
    let auth = if route.access.needs_jwt() {
        ", Auth: { Authorizer: Organiser }"
    } else {
        ""
    };
    format!(
        "        {name}:\n          Type: HttpApi\n          Properties: {{ ApiId: !Ref Api, Method: {}, Path: \
         \"/api/v1{}\", PayloadFormatVersion: \"2.0\"{auth} }}\n",
        route.method, route.path
    )
}

/// All that the template must hold for a function; the role still lacks what the function may do.
fn whole(function: &Function) -> String {
    let (name, logical) = (function.name, logical_name(function.name));
    let events: String = routes_of(function).iter().map(event).collect();
    format!(
        r#"
  {logical}LogGroup:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /aws/lambda/magic-edits-${{Stage}}-{name}
      RetentionInDays: !Ref LogRetentionDays

  {logical}Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{{ Effect: Allow, Principal: {{ Service: lambda.amazonaws.com }}, Action: "sts:AssumeRole" }}]
      Policies:
        - PolicyName: {name}
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{ Sid: WriteLogs, Effect: Allow, Action: [logs:CreateLogStream, logs:PutLogEvents], Resource: !GetAtt {logical}LogGroup.Arn }}

  {logical}Function:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub magic-edits-${{Stage}}-{name}
      Description: "…"
      CodeUri: target/lambda/api/
      Handler: {name}
      Role: !GetAtt {logical}Role.Arn
      LoggingConfig: {{ LogGroup: !Ref {logical}LogGroup }}
      Events:
{events}"#
    )
}

/// What the template lacks of a function, each with what to do about it.
fn lacking(function: &Function, resources: &BTreeMap<String, Value>) -> Vec<String> {
    let (name, logical) = (function.name, logical_name(function.name));
    let parts = [
        ("LogGroup", "AWS::Logs::LogGroup"),
        ("Role", "AWS::IAM::Role"),
        ("Function", "AWS::Serverless::Function"),
    ];
    let missing = parts
        .map(|(part, kind)| (format!("{logical}{part}"), kind))
        .into_iter();
    let missing =
        missing.filter(|(resource, kind)| resources.get(resource).is_none_or(|found| found["Type"] != *kind));
    let missing: Vec<_> = missing.map(|(resource, _)| resource).collect();
    if !missing.is_empty() {
        let (missing, whole) = (missing.join(", "), whole(function));
        return vec![format!(
            "{missing} missing. The whole function (the role may write logs only):\n{whole}"
        )];
    }
    let mut lacking = Vec::new();
    let log_group = &resources[&format!("{logical}LogGroup")]["Properties"]["LogGroupName"];
    let properties = &resources[&format!("{logical}Function")]["Properties"];
    let full_name = format!("magic-edits-${{Stage}}-{name}");
    for (property, found, expected) in [
        (
            "LogGroup's LogGroupName",
            log_group,
            format!("/aws/lambda/{full_name}"),
        ),
        (
            "Function's FunctionName",
            &properties["FunctionName"],
            full_name.clone(),
        ),
        (
            "Function's CodeUri",
            &properties["CodeUri"],
            "target/lambda/api/".to_owned(),
        ),
        ("Function's Handler", &properties["Handler"], name.to_owned()),
        (
            "Function's Role",
            &properties["Role"],
            format!("{logical}Role.Arn"),
        ),
        (
            "Function's LoggingConfig",
            &properties["LoggingConfig"]["LogGroup"],
            format!("{logical}LogGroup"),
        ),
    ] {
        if *found != *expected {
            lacking.push(format!(
                "{logical}{property} is {found:?} and must be `{expected}`"
            ));
        }
    }
    let served = served(&resources[&format!("{logical}Function")]);
    let rows = routes_of(function);
    let key = |route: &Route| {
        (
            route.method.to_owned(),
            format!("/api/v1{}", route.path),
            route.access.needs_jwt(),
        )
    };
    for route in rows.iter().filter(|route| !served.contains(&key(route))) {
        lacking.push(format!(
            "{logical}Function lacks a route. Add to its Events:\n{}",
            event(route)
        ));
    }
    let rows: Served = rows.iter().map(key).collect();
    for (method, path, jwt) in served.difference(&rows) {
        lacking.push(format!(
            "{logical}Function has a route that no row of `{name}` has: {method} {path} (JWT: {jwt})"
        ));
    }
    lacking
}

#[test]
fn the_template_deploys_every_function_with_its_routes() {
    let resources = resources();
    let lacking: Vec<_> = FUNCTIONS
        .iter()
        .flat_map(|function| lacking(function, &resources))
        .collect();
    assert!(lacking.is_empty(), "template.yaml:\n\n{}", lacking.join("\n\n"));
}

#[test]
fn the_template_routes_to_functions_of_this_package_only() {
    for (name, resource) in resources() {
        if !served(&resource).is_empty() || resource["Properties"]["CodeUri"] == "target/lambda/api/" {
            assert!(
                FUNCTIONS
                    .iter()
                    .any(|function| format!("{}Function", logical_name(function.name)) == name),
                "template.yaml has {name}, which `FUNCTIONS` in functions/api/src/lib.rs does not list"
            );
        }
    }
}

#[test]
fn every_function_has_a_sample_event_of_one_of_its_routes() {
    for function in FUNCTIONS {
        let file = format!("events/{}.json", function.name);
        let Ok(sample) = std::fs::read_to_string(root().join(&file)) else {
            panic!("{file} is missing. Copy a neighbour's and change route, path and parameters.");
        };
        let sample: serde_json::Value = serde_json::from_str(&sample).unwrap();
        let keys = routes_of(function)
            .into_iter()
            .map(|route| format!("{} /api/v1{}", route.method, route.path));
        let keys: Vec<_> = keys.collect();
        let key = sample["routeKey"].as_str().unwrap_or_default();
        assert!(
            keys.iter().any(|known| known == key),
            "the `routeKey` of {file} is `{key}`; its routes are {keys:?}"
        );
    }
}
