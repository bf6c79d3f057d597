//! Prints the OpenAPI document: `cargo run -p web --example openapi > openapi.json`

#[allow(clippy::print_stdout, clippy::expect_used)] // a generator
fn main() {
    println!(
        "{}",
        web::openapi::document()
            .to_pretty_json()
            .expect("the document is JSON")
    );
}
