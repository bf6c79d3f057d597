//! Prints the OpenAPI document: `cargo run -p api --example openapi > openapi.json`

#[allow(clippy::print_stdout, clippy::expect_used)] // a generator
fn main() {
    let document = api::openapi::document();
    println!("{}", document.to_pretty_json().expect("the document is JSON"));
}
