//! Time and randomness, handed in.

use jiff::Timestamp;

/// Where time and randomness come from: the only way that either gets into the rules.
pub trait Context: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// 128 random bits, fit for secrets.
    fn random(&self) -> u128;
}

/// The accounting month of a time, in UTC: `2026-11`.
pub fn month_of(at: Timestamp) -> String {
    // An RFC 3339 time in UTC begins with its year and month.
    at.to_string().chars().take(7).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_rolls_over_in_utc() {
        assert_eq!(month_of("2026-11-30T23:59:59.999Z".parse().unwrap()), "2026-11");
        assert_eq!(month_of("2026-12-01T00:30:00+01:00".parse().unwrap()), "2026-11");
        assert_eq!(month_of("2026-12-01T00:00:00Z".parse().unwrap()), "2026-12");
    }
}
