//! DynamoDB's numbers: decimal, of up to 38 digits.

use std::cmp::Ordering;

/// Digits that a number keeps.
const MAX_DIGITS: usize = 38;
/// A number is smaller than 10 to the power of this, and not closer to 0 than 10 to the power of -130.
const MAX_EXPONENT: i32 = 126;
const MIN_EXPONENT: i32 = -129;

/// 0.d₁d₂d₃… × 10^exponent, without zeros at either end of the digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i32,
}

impl Decimal {
    /// `None` where it is no number, or none that DynamoDB holds.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let leading = all().take_while(|digit| *digit == b'0').count();
        let mut digits: Vec<u8> = all().skip(leading).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                exponent: 0,
            });
        }
        let shift = i32::try_from(whole.len()).ok()? - i32::try_from(leading).ok()?;
        let exponent = exponent.checked_add(shift)?;
        let fits = digits.len() <= MAX_DIGITS && (MIN_EXPONENT..=MAX_EXPONENT).contains(&exponent);
        fits.then_some(Self {
            negative,
            digits,
            exponent,
        })
    }

    /// The form in which DynamoDB gives the number back.
    pub(super) fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = String::from_utf8_lossy(&self.digits);
        let count = self.digits.len();
        match usize::try_from(self.exponent) {
            _ if count == 0 => "0".to_owned(),
            Ok(whole) if whole >= count => format!("{sign}{digits}{}", "0".repeat(whole - count)),
            Ok(0) => format!("{sign}0.{digits}"),
            Ok(whole) => format!("{sign}{}.{}", &digits[..whole], &digits[whole..]),
            Err(_) => format!(
                "{sign}0.{}{digits}",
                "0".repeat(self.exponent.unsigned_abs() as usize)
            ),
        }
    }

    /// The number as a whole one, if it is one.
    pub(super) fn whole(&self) -> Option<i128> {
        self.canonical().parse().ok()
    }

    /// Bytes that the number takes of an item's size.
    pub(super) fn size(&self) -> usize {
        self.digits.len().div_ceil(2) + 1 + usize::from(self.negative)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        };
        let size = || (self.exponent, &self.digits).cmp(&(other.exponent, &other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => size(),
            _ => size().reverse(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_compare_by_value_and_not_by_text() {
        let ordered = [
            "-100", "-20", "-3.5", "-0.04", "0", "0.004", "0.04", "3.5", "20", "100", "1e30",
        ];
        for pair in ordered.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        for (one, other) in [("1.50", "1.5"), ("1e2", "100"), ("-0", "0"), ("0012", "12")] {
            assert_eq!(decimal(one), decimal(other));
        }
    }

    #[test]
    fn a_text_that_is_no_number_is_refused() {
        for text in ["", "-", "1,5", "NaN", "1e", ".", "1e200", &"9".repeat(39)] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_keep_their_value_and_order(one: i64, other: i64) {
            prop_assert_eq!(decimal(&one.to_string()).canonical(), one.to_string());
            prop_assert_eq!(decimal(&one.to_string()).whole(), Some(i128::from(one)));
            prop_assert_eq!(decimal(&one.to_string()).cmp(&decimal(&other.to_string())), one.cmp(&other));
        }

        #[test]
        fn the_canonical_form_is_the_same_number(number: f32) {
            if let Some(parsed) = Decimal::parse(&number.to_string()) {
                prop_assert_eq!(decimal(&parsed.canonical()), parsed);
            }
        }
    }
}
