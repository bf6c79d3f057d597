//! The one place that reads the clock and draws random bits.

use jiff::Timestamp;

use crate::Cloud;

/// Where time and randomness come from.
#[derive(Clone)]
pub(crate) enum Context {
    /// The machine's clock and the operating system's randomness.
    System,
    /// A clock that the test moves, and random bits that follow from a seed.
    #[cfg(feature = "testing")]
    Memory(std::sync::Arc<crate::testing::World>),
}

impl Cloud {
    /// The time now.
    #[allow(clippy::disallowed_methods)] // this is where time comes from
    pub fn now(&self) -> Timestamp {
        match &self.context {
            Context::System => Timestamp::now(),
            #[cfg(feature = "testing")]
            Context::Memory(world) => world.clock.now(),
        }
    }

    /// 128 random bits, fit for secrets.
    pub fn random(&self) -> u128 {
        match &self.context {
            Context::System => random_bits(),
            #[cfg(feature = "testing")]
            Context::Memory(world) => world.random(),
        }
    }
}

/// 128 bits from the operating system.
fn random_bits() -> u128 {
    let mut bits = [0; 16];
    #[allow(clippy::expect_used)] // without randomness nothing here can be done safely
    getrandom::fill(&mut bits).expect("the operating system gives random bits");
    u128::from_ne_bytes(bits)
}
