//! Reading a number token as the nearest float.
//!
//! Owns an exact reading in little code: a guess by floats, which is at most some steps off, and then comparisons with
//! the middles between neighbouring floats, in whole numbers of any size, which alone decide. The standard library does
//! the same faster with ten kilobytes of tables that every page would have to load; numbers are turned into text too
//! rarely for that. Must not know: what the float is for.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Digits that fit 64 bits whatever they are.
const DIGITS_IN_GUESS: usize = 19;
/// More significant digits than the middle of two floats can have; one more digit stands for all that follow.
const DIGITS_THAT_MATTER: usize = 768;
/// Bounds the sums made of exponents.
const EXPONENT_MAX: i64 = 1 << 40;
/// A value with its first digit above this power of ten is infinite, below the other one zero.
const MAGNITUDE_MAX: i64 = 310;
const MAGNITUDE_MIN: i64 = -326;
/// The bits of infinity, which follow those of the largest float.
const INFINITY_BITS: u64 = 0x7ff << 52;

/// Powers of ten that are floats exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The nearest float to a JSON number token; of two that are equally near, the even one.
pub(super) fn nearest(token: &str) -> f64 {
    let decimal = Decimal::of(token.trim_start_matches('-'));
    let value = decimal.nearest();
    if token.starts_with('-') { -value } else { value }
}

/// A number's value is `digits` times ten to the `exponent`. There is no zero in front.
struct Decimal {
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn of(token: &str) -> Self {
        let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut decimal = Self {
            digits: Vec::new(),
            exponent: read_exponent(exponent) - length(fraction.len()),
        };
        let significant = whole
            .bytes()
            .chain(fraction.bytes())
            .map(|digit| digit.wrapping_sub(b'0'));
        for digit in significant.skip_while(|digit| *digit == 0) {
            decimal.push(digit);
        }
        decimal
    }

    /// Digits beyond those that matter are told apart only from none at all.
    fn push(&mut self, digit: u8) {
        if self.digits.len() < DIGITS_THAT_MATTER {
            self.digits.push(digit);
            return;
        }
        if self.digits.len() == DIGITS_THAT_MATTER {
            self.digits.push(0);
        } else {
            self.exponent += 1;
        }
        self.digits[DIGITS_THAT_MATTER] |= u8::from(digit > 0);
    }

    fn nearest(&self) -> f64 {
        let magnitude = self.exponent + length(self.digits.len());
        if self.digits.is_empty() || magnitude < MAGNITUDE_MIN {
            return 0.0;
        }
        if magnitude > MAGNITUDE_MAX {
            return f64::INFINITY;
        }
        let mut bits = self.guess().to_bits();
        while bits < INFINITY_BITS && self.is_beyond_middle(bits) {
            bits += 1;
        }
        while bits > 0 && !self.is_beyond_middle(bits - 1) {
            bits -= 1;
        }
        f64::from_bits(bits)
    }

    /// A float near the value: the first digits, scaled with one rounding for every 22 powers of ten.
    #[allow(clippy::cast_precision_loss)] // a guess
    fn guess(&self) -> f64 {
        let head = &self.digits[..self.digits.len().min(DIGITS_IN_GUESS)];
        let mut exponent = self.exponent + length(self.digits.len() - head.len());
        let mut value = head.iter().fold(0u64, |value, digit| value * 10 + u64::from(*digit)) as f64;
        while exponent != 0 {
            let step = exponent.unsigned_abs().min(22);
            let power = TENS[usize::try_from(step).unwrap_or(0)];
            if exponent > 0 {
                value *= power;
                exponent -= step.cast_signed();
            } else {
                value /= power;
                exponent += step.cast_signed();
            }
        }
        value
    }

    /// Whether this number rounds to a float above the one with these bits: it lies beyond the middle between that
    /// float and the next, or on it, when the next one is even.
    fn is_beyond_middle(&self, bits: u64) -> bool {
        let (field, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
        let mantissa = if field == 0 { fraction } else { fraction | (1 << 52) };
        // The middle is (2 * mantissa + 1) * 2^binary.
        let binary = i64::try_from(field.max(1)).unwrap_or(0) - 1_076;
        let mut own = Whole::default();
        for digit in &self.digits {
            own.scale(10, u32::from(*digit));
        }
        let mut middle = Whole::of(2 * mantissa + 1);
        // own * 10^exponent against middle * 2^binary: the power of five goes to one side, that of two to the other.
        let fives = if self.exponent < 0 { &mut middle } else { &mut own };
        fives.scale_by_power(5, 13, self.exponent.unsigned_abs());
        let twos = self.exponent - binary;
        let shifted = if twos < 0 { &mut middle } else { &mut own };
        shifted.scale_by_power(2, 31, twos.unsigned_abs());
        match own.compare(&middle) {
            Ordering::Less => false,
            Ordering::Equal => bits & 1 == 1,
            Ordering::Greater => true,
        }
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(EXPONENT_MAX)
}

fn read_exponent(text: &str) -> i64 {
    let magnitude = text.trim_start_matches(['+', '-']).bytes().fold(0i64, |value, digit| {
        (value * 10 + i64::from(digit.wrapping_sub(b'0'))).min(EXPONENT_MAX)
    });
    if text.starts_with('-') { -magnitude } else { magnitude }
}

/// A whole number of any size, lowest limb first, without zeros on top.
#[derive(Default)]
struct Whole(Vec<u32>);

#[allow(clippy::cast_possible_truncation)] // the upper half is carried on
impl Whole {
    fn of(value: u64) -> Self {
        let mut limbs = vec![value as u32, (value >> 32) as u32];
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Self(limbs)
    }

    /// Multiplies and adds.
    fn scale(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Multiplies by `base` to the `power`; `base` to the `at_once` is the largest step that fits a limb.
    fn scale_by_power(&mut self, base: u32, at_once: u32, mut power: u64) {
        while power > 0 {
            let step = power.min(u64::from(at_once)) as u32;
            self.scale(base.pow(step), 0);
            power -= u64::from(step);
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use proptest::prelude::*;
    use std::string::ToString;

    /// The standard library is the oracle.
    #[track_caller]
    fn check(token: &str) {
        let expected: f64 = token.parse().expect("a number");
        assert_eq!(nearest(token).to_bits(), expected.to_bits(), "{token}");
    }

    #[test]
    fn edges_of_the_range() {
        for token in [
            "0",
            "-0",
            "0.0e5",
            "1",
            "2.5",
            "1e22",
            "1e23",
            "9007199254740993",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.797693134862315808e308",
            "1e308",
            "1e309",
            "1e999999999999999999999",
            "1e-400",
            "123456789012345678901234567890",
            "103079215104.003944396972656251",
            "0.000001e-310",
            "8.5e-322",
        ] {
            check(token);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(
            digits in "[1-9][0-9]{0,30}", fraction in "[0-9]{1,30}", exponent in -345i32..320,
        ) {
            check(&std::format!("{digits}.{fraction}e{exponent}"));
            check(&std::format!("{digits}e{exponent}"));
        }

        #[test]
        fn reads_every_float_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            check(&value.to_string());
        }

        #[test]
        fn decides_middles(bits in 0u64..(0x7fe << 52)) {
            // The exact middle of two neighbours, which has up to 768 digits, and its own neighbours in the last digit.
            let (low, high) = (f64::from_bits(bits), f64::from_bits(bits + 1));
            let middle = std::format!("{:.1100}", low / 2.0 + high / 2.0);
            check(&middle);
            let mut digits = std::format!("{low:.1100}");
            digits.push('1');
            check(&digits);
        }
    }
}
