//! A rush on one event or one tenant, simulated: the real handlers over the twin, DynamoDB's rule that two transactions
//! on one item at a time cancel one, latencies as AWS has them, and time that jumps from one wait to the next. A minute of
//! it takes seconds, and it ends by itself.

// A simulation ends with a message, as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod figures;
mod latency;
mod life;
mod scene;

use figures::Figures;
use scene::Scene;

fn main() {
    let figures: Vec<Figures> = Scene::all().iter().map(Scene::play).collect();
    if std::env::args().any(|argument| argument == "--json") {
        println!("{}", serde_json::to_string(&figures).unwrap());
    } else {
        print!("{}", Figures::table(&figures));
    }
}
