//! fal's double as a process of its own, for clients that are not written in Rust. Prints the address of its queue and
//! serves until its input ends; then prints the requests that it got, one line each.

// Its purpose is to print.
#![allow(clippy::print_stdout)]

use std::io::{self, Read};

use doubles::fal::{Behaviour, Server};
use serde_json::json;

fn main() -> io::Result<()> {
    let server = Server::start_blocking(0, Behaviour::default());
    server.when_prompt(
        "nothing nice",
        [Behaviour::failing(422, "content_policy_violation")],
    );
    println!("{}", server.base_url());
    io::stdin().read_to_end(&mut Vec::new())?;
    for request in server.requests() {
        let told = json!({
            "id": request.id,
            "endpoint": request.endpoint,
            "prompt": request.prompt,
            "statuses": request.statuses,
            "results": request.results,
            "cancelled": request.cancelled,
        });
        println!("{told}");
    }
    Ok(())
}
