use super::*;

#[test]
fn the_checked_in_document_is_what_the_code_says() {
    let generated = document().to_pretty_json().unwrap();
    assert!(
        generated.trim() == CHECKED_IN.trim(),
        "openapi.json is out of date: run `cargo run -p web --example openapi > openapi.json`"
    );
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let mut ids: Vec<_> = endpoints().iter().map(|endpoint| endpoint.id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

/// The routes that API Gateway gets.
fn routes() -> Vec<(String, String)> {
    let template = include_str!("../../../../template.yaml");
    let value = |line: &str, name: &str| {
        let rest = line.split_once(&format!("{name}: "))?.1;
        Some(rest.split([',', ' ']).next()?.trim_matches('"').to_owned())
    };
    let routes = template.lines().filter_map(|line| {
        let path = value(line, "Path")?;
        Some((value(line, "Method")?, path.strip_prefix("/api/v1")?.to_owned()))
    });
    let mut routes: Vec<_> = routes.collect();
    routes.sort();
    routes
}

#[test]
fn every_route_of_the_template_is_documented_and_the_reverse() {
    let documented = endpoints().into_iter().map(|endpoint| {
        let method = format!("{:?}", endpoint.method).to_uppercase();
        (method, endpoint.path.to_owned())
    });
    let mut documented: Vec<_> = documented.collect();
    documented.sort();
    assert_eq!(routes(), documented);
}

#[test]
fn the_document_asks_for_a_jwt_where_organisers_call() {
    for endpoint in endpoints() {
        let guarded = endpoint.path.starts_with("/tenant") || endpoint.path.starts_with("/admin");
        assert_eq!(guarded, endpoint.access == Access::Jwt, "{}", endpoint.path);
    }
}
