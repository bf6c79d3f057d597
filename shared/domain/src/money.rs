//! Money: integers in micro-USD, never floating point.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Serialize};

/// An amount in millionths of a US dollar. Negative where a difference is meant.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroUsd(i64);

impl MicroUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that a cost may have: 1,000 USD. More is a mistake in a catalogue or an answer.
    pub const MAX_COST: Self = Self(1_000_000_000);

    /// An amount of this many micro-USD.
    pub const fn new(micro_usd: i64) -> Self {
        Self(micro_usd)
    }

    /// The amount in micro-USD.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The amount in dollars, for arithmetic with a provider's decimals.
    pub fn as_dollars(self) -> f64 {
        // Exact up to nine billion dollars.
        #[allow(clippy::cast_precision_loss)]
        let micros = self.0 as f64;
        micros / 1e6
    }

    /// A provider's decimal dollars (`0.039`), rounded to the next micro-USD; `None` for what is no number. A negative or
    /// absurd figure stays one: [`crate::Edit::step`] decides what is booked, and notes what it did not believe.
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        // Saturates: more than an amount can hold is out of every bound.
        #[allow(clippy::cast_possible_truncation)]
        let micros = (dollars * 1e6).round() as i64;
        (!dollars.is_nan()).then_some(Self(micros))
    }

    /// This many times the amount.
    #[must_use]
    pub const fn times(self, factor: i64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl Add for MicroUsd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for MicroUsd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for MicroUsd {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for MicroUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:06} USD", micros / 1_000_000, micros % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_become_micro_dollars_without_drift() {
        assert_eq!(MicroUsd::from_dollars(0.039), Some(MicroUsd::new(39_000)));
        assert_eq!(MicroUsd::from_dollars(0.000_000_4), Some(MicroUsd::ZERO));
        assert_eq!(MicroUsd::from_dollars(-0.1), Some(MicroUsd::new(-100_000)));
        assert_eq!(MicroUsd::from_dollars(f64::NAN), None);
        assert_eq!(MicroUsd::from_dollars(1e300), Some(MicroUsd::new(i64::MAX)));
        assert_eq!(
            MicroUsd::from_dollars(f64::NEG_INFINITY),
            Some(MicroUsd::new(i64::MIN))
        );
    }

    #[test]
    fn an_amount_reads_as_dollars() {
        assert_eq!(MicroUsd::new(1_039_000).to_string(), "1.039000 USD");
        assert_eq!(MicroUsd::new(-5).to_string(), "-0.000005 USD");
    }
}
