//! Accounting months and hours, always in UTC.

use jiff::Timestamp;

/// The accounting month of a time, in UTC: `2026-11`.
pub fn month_of(at: Timestamp) -> String {
    // An RFC 3339 time in UTC begins with its year and month.
    at.to_string().chars().take(7).collect()
}

/// The hour of a time, in UTC: `2026-11-22T14`.
pub fn hour_of(at: Timestamp) -> String {
    at.to_string().chars().take(13).collect()
}

/// Seconds until the hour of a time is over: 1 to 3,600.
pub fn seconds_left_in_hour(at: Timestamp) -> u32 {
    3_600 - u32::try_from(at.as_second().rem_euclid(3_600)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_ends_on_the_hour() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(hour_of(at("2026-11-22T14:59:59Z")), "2026-11-22T14");
        assert_eq!(seconds_left_in_hour(at("2026-11-22T14:59:59.9Z")), 1);
        assert_eq!(seconds_left_in_hour(at("2026-11-22T14:00:00Z")), 3_600);
    }

    #[test]
    fn a_month_rolls_over_in_utc() {
        assert_eq!(month_of("2026-11-30T23:59:59.999Z".parse().unwrap()), "2026-11");
        assert_eq!(month_of("2026-12-01T00:30:00+01:00".parse().unwrap()), "2026-11");
        assert_eq!(month_of("2026-12-01T00:00:00Z".parse().unwrap()), "2026-12");
    }
}
