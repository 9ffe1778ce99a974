//! Number tokens of more than 19 significant digits.
//!
//! Owns their exact reading: the first 19 digits leave at most two floats to choose from, and comparing the token with
//! the middle between them decides, in whole numbers of any size. Must not know: what the float is for.

use super::exact;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Digits that fit 64 bits whatever they are.
const DIGITS_SHORT: usize = 19;
/// More significant digits than the middle of two floats can have; one more digit stands for all that follow.
const DIGITS_THAT_MATTER: usize = 768;
/// Beyond this, in powers of ten, a number is zero or infinite; it also bounds the sums made of it.
const EXPONENT_MAX: i64 = 1 << 40;

/// A token's parts: its value is `digits` times ten to the `exponent`.
pub(super) struct Long {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Long {
    /// The parts of a token, when it has more than 19 significant digits.
    pub(super) fn of(token: &str) -> Option<Self> {
        if token.len() <= DIGITS_SHORT {
            return None;
        }
        let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let significant = whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit);
        let significant = significant.map(|digit| digit - b'0').skip_while(|digit| *digit == 0);
        let mut long = Self {
            negative: token.starts_with('-'),
            digits: Vec::new(),
            exponent: read_exponent(exponent) - i64::try_from(fraction.len()).unwrap_or(EXPONENT_MAX),
        };
        for digit in significant {
            if long.digits.len() < DIGITS_THAT_MATTER {
                long.digits.push(digit);
                continue;
            }
            if long.digits.len() == DIGITS_THAT_MATTER {
                long.digits.push(0);
            } else {
                long.exponent += 1;
            }
            long.digits[DIGITS_THAT_MATTER] |= u8::from(digit > 0);
        }
        (long.digits.len() > DIGITS_SHORT).then_some(long)
    }

    /// The nearest float; of two that are equally near, the even one.
    pub(super) fn nearest(&self) -> f64 {
        let (head, tail) = self.digits.split_at(DIGITS_SHORT);
        let head = head.iter().fold(0u64, |value, digit| value * 10 + u64::from(*digit));
        let exponent = self.exponent + i64::try_from(tail.len()).unwrap_or(EXPONENT_MAX);
        let below = exact(&format!("{head}e{exponent}"));
        let above = exact(&format!("{}e{exponent}", head + 1));
        let up = below.to_bits() != above.to_bits()
            && match self.against_middle(below) {
                Ordering::Less => false,
                Ordering::Equal => below.to_bits() & 1 == 1,
                Ordering::Greater => true,
            };
        let value = if up { above } else { below };
        if self.negative { -value } else { value }
    }

    /// How this number compares with the middle between `below` and the next float. Both are near it, so the powers
    /// are bounded by the range of floats and the digits that matter.
    fn against_middle(&self, below: f64) -> Ordering {
        let bits = below.to_bits();
        let (field, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
        let mantissa = if field == 0 { fraction } else { fraction | (1 << 52) };
        let binary = i64::try_from(field.max(1)).unwrap_or(0) - 1_076;
        let mut own = Whole::default();
        for digit in &self.digits {
            own.scale(10, u32::from(*digit));
        }
        let mut middle = Whole::of(2 * mantissa + 1);
        // own * 10^exponent against middle * 2^binary: the power of five goes to one side, that of two to the other.
        let fives = if self.exponent < 0 { &mut middle } else { &mut own };
        (0..self.exponent.unsigned_abs()).for_each(|_| fives.scale(5, 0));
        let twos = self.exponent - binary;
        let shifted = if twos < 0 { &mut middle } else { &mut own };
        (0..twos.unsigned_abs()).for_each(|_| shifted.scale(2, 0));
        own.compare(&middle)
    }
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

    fn compare(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}
