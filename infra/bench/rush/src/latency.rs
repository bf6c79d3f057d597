//! How long AWS takes for a call, in one region, as its own documentation and public measurements give it.

use std::sync::Mutex;
use std::time::Duration;

use cloud::Call;

/// How long a transaction occupies its items.
pub(crate) const TRANSACTION: Duration = Duration::from_millis(15);

/// The time from the call to its effect; for a transaction, the way there.
pub(crate) fn of_calls() -> impl Fn(Call) -> Duration + Send + Sync + 'static {
    let random = Mutex::new(fastrand::Rng::with_seed(7));
    move |call| {
        let usual = match call {
            Call::TransactWriteItems => 3.0,
            Call::GetItem | Call::Query => 4.0,
            Call::BatchGetItem | Call::PutItem | Call::UpdateItem | Call::DeleteItem => 6.0,
            Call::SendMessage | Call::PutEvents => 12.0,
            _ => 20.0,
        };
        // Every tenth call takes some four times as long, as on a network.
        let mut random = random.lock().unwrap();
        let slow = if random.u32(..10) == 0 { 4.0 } else { 1.0 };
        Duration::from_secs_f64(usual * slow * (0.7 + 0.6 * random.f64()) / 1_000.0)
    }
}
