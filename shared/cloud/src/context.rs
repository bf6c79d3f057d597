//! The one place that reads the clock and draws random bits.

use jiff::Timestamp;

use crate::Cloud;

impl Cloud {
    /// The time now.
    #[allow(clippy::disallowed_methods)] // this is where time comes from
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// 128 random bits, fit for secrets.
    pub fn random(&self) -> u128 {
        random_bits()
    }
}

/// 128 bits from the operating system.
pub(crate) fn random_bits() -> u128 {
    let mut bits = [0; 16];
    #[allow(clippy::expect_used)] // without randomness nothing here can be done safely
    getrandom::fill(&mut bits).expect("the operating system gives random bits");
    u128::from_ne_bytes(bits)
}
