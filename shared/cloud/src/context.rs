//! The one place that reads the clock and draws random bits.

use jiff::{SignedDuration, Timestamp};

use crate::Cloud;
use crate::time::sleep;

/// Where time and randomness come from.
#[derive(Clone)]
pub(crate) enum Context {
    /// The machine's clock and the operating system's randomness.
    System,
    /// A clock that the test moves, and random bits that follow from a seed.
    #[cfg(feature = "testing")]
    Memory(std::sync::Arc<crate::testing::World>),
}

impl Context {
    #[allow(clippy::disallowed_methods)] // this is where time comes from
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            #[cfg(feature = "testing")]
            Self::Memory(world) => world.clock.now(),
        }
    }

    /// Waits until the clock has moved by this much. In memory it is the clock that is moved.
    pub(crate) async fn wait(&self, time: SignedDuration) {
        #[cfg(feature = "testing")]
        if let Self::Memory(world) = self
            && crate::testing::simulation::now().is_none()
        {
            world.clock.advance(time);
            return;
        }
        sleep(time.unsigned_abs()).await;
    }
}

impl Cloud {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.context.now()
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
