//! Numbers as text (dashboard contract §2): the one place in the core where a float exists.
//!
//! Owns the rule that turns a float into digits. Must not know: where the number stood.
#![allow(clippy::disallowed_types)] // the contract turns floats into text; nothing else here may hold one

use alloc::string::{String, ToString};
use nearest::nearest;

/// At and above this magnitude a whole float is written without a decimal.
const WHOLE_WITH_DECIMAL_MAX: f64 = 1e15;

/// The text of a float token: whole values below 1e15 with one decimal, everything else as the shortest digits that
/// read back to the same value, never with an exponent.
pub fn float_text(token: &str) -> String {
    let value = nearest(token);
    if !value.is_finite() {
        return non_finite_text(value);
    }
    if value.abs() < WHOLE_WITH_DECIMAL_MAX && is_whole(value) {
        return value.to_string() + ".0"; // the shortest digits of a whole value have no point
    }
    value.to_string()
}

/// Whether a number's value is zero, however it is spelled; `1e-999` is too small to be anything else.
pub fn is_zero(token: &str) -> bool {
    nearest(token).to_bits() << 1 == 0 // the sign does not count
}

/// `no_std` has no `f64::fract`; below 1e15 the cast is exact.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::float_cmp)]
fn is_whole(value: f64) -> bool {
    value as i64 as f64 == value
}

/// A token such as `1e999` overflows to infinity when read.
fn non_finite_text(value: f64) -> String {
    String::from(if value < 0.0 { "-inf" } else { "inf" })
}

mod nearest;

#[cfg(test)]
mod tests {
    use super::float_text;

    #[track_caller]
    fn check(token: &str, text: &str) {
        assert_eq!(float_text(token), text, "{token}");
    }

    #[test]
    fn floats_become_digits_without_an_exponent() {
        check("1.0", "1.0");
        check("1e14", "100000000000000.0");
        check("-0.0", "-0.0");
        check("1e15", "1000000000000000");
        check("1e21", "1000000000000000000000");
        check("1e-7", "0.0000001");
        check("9223372036854775808", "9223372036854776000");
        check("18446744073709551615", "18446744073709552000");
        check("0.1", "0.1");
        check("2.5", "2.5");
    }

    /// What lies a hair beside the middle of two floats, where the library alone would round the wrong way.
    #[test]
    fn long_tokens_are_read_exactly() {
        check("103079215104.00394439697265625", "103079215104.00394");
        check("103079215104.003944396972656249", "103079215104.00394");
        check("103079215104.003944396972656251", "103079215104.00395");
        check("9007199254740993.0000000000000", "9007199254740992");
        check("9007199254740993.0000000000001", "9007199254740994");
        check("0.000000000000000000000000000001", "0.000000000000000000000000000001");
        check("123456789012345678901234567890", "123456789012345680000000000000");
        check("-0.00000000000000000000000000", "-0.0");
        check("0.00000000000000000000000000e99999999999999999999", "0.0");
        check("1.00000000000000000000000000e99999999999999999999", "inf");
        check("1.00000000000000000000000000e-99999999999999999999", "0.0");
    }
}
