//! Accounting months and hours, always in UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The accounting month of a time, in UTC: `2026-11`.
pub fn month_of(at: Timestamp) -> String {
    // An RFC 3339 time in UTC begins with its year and month.
    at.to_string().chars().take(7).collect()
}

/// A month as it is written, `2026-11`.
///
/// # Errors
/// The text is none; the error says how one is written.
pub fn read_month(text: &str) -> Result<String, &'static str> {
    let is_short = text.len() == "2026-11".len();
    let first: Option<Date> = format!("{text}-01").parse().ok().filter(|_| is_short);
    first
        .map(|_| text.to_owned())
        .ok_or("a month is written as 2026-11")
}

/// The hour of a time, in UTC: `2026-11-22T14`.
pub fn hour_of(at: Timestamp) -> String {
    at.to_string().chars().take(13).collect()
}

/// Seconds until the hour of a time is over: 1 to 3,600.
pub fn seconds_left_in_hour(at: Timestamp) -> u32 {
    3_600 - u32::try_from(at.as_second().rem_euclid(3_600)).unwrap_or(0)
}

/// Seconds until the accounting month of a time is over; at least 1.
pub fn seconds_left_in_month(at: Timestamp) -> u32 {
    let here = at.to_zoned(TimeZone::UTC);
    let next = here
        .first_of_month()
        .and_then(|first| first.start_of_day())
        .and_then(|first| first.checked_add(1.month()));
    // There is a next month until the year 9999.
    let left = next.map_or(1, |next| next.timestamp().as_second() - at.as_second());
    u32::try_from(left).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_year_and_a_month() {
        assert_eq!(read_month("2026-10"), Ok("2026-10".to_owned()));
        for wrong in ["", "2026", "2026-13", "2026-1", "10-2026", "2026-10-01", "26-10"] {
            assert!(read_month(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_hour_ends_on_the_hour() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(hour_of(at("2026-11-22T14:59:59Z")), "2026-11-22T14");
        assert_eq!(seconds_left_in_hour(at("2026-11-22T14:59:59.9Z")), 1);
        assert_eq!(seconds_left_in_hour(at("2026-11-22T14:00:00Z")), 3_600);
    }

    #[test]
    fn a_month_ends_with_its_last_day() {
        let left = |text: &str| seconds_left_in_month(text.parse().unwrap());
        assert_eq!(left("2026-11-30T23:59:59.9Z"), 1);
        assert_eq!(left("2026-12-31T23:59:00Z"), 60);
        assert_eq!(left("2028-02-01T00:00:00Z"), 29 * 86_400);
    }

    #[test]
    fn a_month_rolls_over_in_utc() {
        assert_eq!(month_of("2026-11-30T23:59:59.999Z".parse().unwrap()), "2026-11");
        assert_eq!(month_of("2026-12-01T00:30:00+01:00".parse().unwrap()), "2026-11");
        assert_eq!(month_of("2026-12-01T00:00:00Z".parse().unwrap()), "2026-12");
    }
}
