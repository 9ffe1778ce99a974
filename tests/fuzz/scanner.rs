//! The JSON reader against `serde_json`.
//!
//! Owns the comparison and the complete list of differences: both accept the same texts and read the same values,
//! except that
//! - nesting may be 128 levels deep here and 127 there (`json_too_deep`, "recursion limit exceeded");
//! - a number beyond the range of a double is a float here, carried as it was written, and an error there;
//! - an integer outside signed 64 bit is a float here, and an unsigned one there while it fits.
//!
//! A lone surrogate, a byte that is not UTF-8 and a byte-order mark are refused by both. Must not know: events.

use crate::shape::{Edit, edited, soup};
use jobfold_core::json::{Kind, Node, Tape, write};
use jobfold_core::text;
use serde_json::Value;

fn compare(bytes: &[u8]) {
    let mut tape = Tape::new();
    let ours = tape.read(bytes);
    let theirs = serde_json::from_slice::<Value>(bytes);
    match (ours, theirs) {
        (Ok(node), Ok(value)) => same(node, &value),
        (Ok(node), Err(error)) => {
            let words = error.to_string();
            let stricter = words.starts_with("recursion limit exceeded") || words.starts_with("number out of range");
            assert!(stricter, "only serde_json refuses {node:?}: {words}\n{}", lossy(bytes));
        }
        (Err(error), Ok(_)) => panic!("only jobfold refuses: {error}\n{}", lossy(bytes)),
        (Err(error), Err(_)) => {
            assert!(matches!(error.code(), "json_invalid" | "json_too_deep"), "{error}");
            assert!(
                error.offset().is_some_and(|offset| offset <= bytes.len() as u64),
                "{error}"
            );
        }
    }
}

fn same(node: Node<'_>, value: &Value) {
    match (node.kind(), value) {
        (Kind::Null, Value::Null) => assert_eq!(node.raw(), "null"),
        (Kind::True, Value::Bool(true)) | (Kind::False, Value::Bool(false)) => {}
        (Kind::Int, Value::Number(number)) => assert_eq!(node.int(), number.as_i64(), "{}", node.raw()),
        (Kind::Float, Value::Number(number)) => {
            assert!(number.as_i64().is_none(), "{}", node.raw());
            float(node, number.as_f64().expect("a number has a value"));
        }
        (Kind::String | Kind::EscapedString, Value::String(content)) => string(node, content),
        (Kind::Array, Value::Array(items)) => {
            assert_eq!(node.items().count(), items.len());
            node.items().zip(items).for_each(|(node, value)| same(node, value));
        }
        (Kind::Object, Value::Object(members)) => {
            for (name, _) in node.members() {
                let name = name.string().expect("a name is a string");
                same(node.get(&name).expect("the name is there"), &members[&*name]);
            }
            assert!(members.keys().all(|name| node.get(name).is_some()));
        }
        (kind, value) => panic!("{kind:?} against {value}"),
    }
}

/// A string is the same text, and writing it gives a string that both read as the same text again.
fn string(node: Node<'_>, content: &str) {
    assert_eq!(node.string().as_deref(), Some(content));
    assert!(node.is_text(content));
    let written = write::quoted(content);
    assert_eq!(serde_json::from_str::<String>(&written).ok().as_deref(), Some(content));
}

/// A float's text has no exponent and reads back to the same value.
fn float(node: Node<'_>, value: f64) {
    let digits = text::trimmed(Some(node));
    assert!(!digits.contains(['e', 'E']), "{digits}");
    let exact: f64 = node.raw().parse().expect("a number reads as a double");
    assert_eq!(
        digits.parse::<f64>().map(f64::to_bits),
        Ok(exact.to_bits()),
        "{}",
        node.raw()
    );
    // serde_json's own reading may be off by the last bit.
    assert!((exact - value).abs() <= exact.abs() * 1e-15, "{exact} against {value}");
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn agrees_with_serde_json() {
    bolero::check!()
        .with_iterations(3_000)
        .with_type::<(Vec<u8>, u16, Vec<Edit>)>()
        .for_each(|(bytes, choice, edits)| {
            compare(bytes);
            compare(&soup(bytes));
            compare(&edited(*choice, edits));
        });
}

/// Numbers of every spelling, which random bytes seldom make.
#[test]
fn reads_numbers_as_serde_json_does() {
    bolero::check!()
        .with_iterations(3_000)
        .with_type::<(bool, Vec<u8>, Option<Vec<u8>>, Option<(u8, Vec<u8>)>)>()
        .for_each(|(minus, whole, fraction, exponent)| {
            let digits = |bytes: &[u8], most: usize| -> String {
                bytes
                    .iter()
                    .take(most)
                    .map(|byte| char::from(b'0' + byte % 10))
                    .collect()
            };
            let mut token = String::from(if *minus { "-" } else { "" });
            token.push_str(&digits(whole, 60));
            if let Some(fraction) = fraction {
                token.push('.');
                token.push_str(&digits(fraction, 60));
            }
            if let Some((sign, exponent)) = exponent {
                token.push_str(["e", "E", "e+", "E-", "e-"][usize::from(sign % 5)]);
                token.push_str(&digits(exponent, if sign % 2 == 0 { 3 } else { 30 }));
            }
            compare(token.as_bytes());
            compare(format!("[{token}]").as_bytes());
        });
}

/// The hardest numbers to read: exactly between two doubles, and a hair beside.
#[test]
fn reads_what_lies_between_two_doubles() {
    bolero::check!()
        .with_iterations(100)
        .with_type::<(u64, u8)>()
        .for_each(|(bits, magnitude)| {
            // Half of the values have a magnitude that people write.
            let bits = bits & !(1 << 63);
            let low = match magnitude % 2 {
                0 => f64::from_bits(bits),
                _ => f64::from_bits((bits & ((1 << 52) - 1)) | ((1_000 + u64::from(*magnitude) / 4) << 52)),
            };
            let high = f64::from_bits(low.to_bits() + 1);
            if !high.is_finite() {
                return;
            }
            let middle = middle(low, high);
            for token in [
                middle.clone(),
                format!("{middle}1"),
                format!("-{middle}000"),
                below(&middle),
            ] {
                let mut tape = Tape::new();
                let text = text::trimmed(Some(tape.read(token.as_bytes()).expect("a number is json"))).into_owned();
                let (ours, exact) = (text.parse::<f64>(), token.parse::<f64>());
                assert_eq!(ours.map(f64::to_bits), exact.map(f64::to_bits), "{token}");
            }
        });
}

/// The decimal digits of the value halfway between two doubles, all of them.
fn middle(low: f64, high: f64) -> String {
    const FRACTION: usize = 1_075;
    let (low, high) = (format!("{low:.FRACTION$}"), format!("{high:.FRACTION$}"));
    let digits = |text: &str| -> Vec<u8> {
        text.bytes()
            .filter(u8::is_ascii_digit)
            .map(|digit| digit - b'0')
            .collect()
    };
    let (low, high) = (digits(&low), digits(&high));
    let padding = high.len() - low.len();
    let mut sums = high.clone();
    for (sum, digit) in sums[padding..].iter_mut().zip(&low) {
        *sum += digit;
    }
    // Halving from the left carries no further than one digit, whatever the sums are.
    let (mut rest, mut half) = (0, Vec::with_capacity(sums.len() + 1));
    for sum in sums.iter().copied().chain([0]) {
        let value = u32::from(sum) + 10 * rest;
        half.push(value / 2);
        rest = value % 2;
    }
    for index in (1..half.len()).rev() {
        half[index - 1] += half[index] / 10;
        half[index] %= 10;
    }
    let point = high.len() - FRACTION;
    let text = |digits: &[u32]| {
        digits
            .iter()
            .filter_map(|digit| char::from_digit(*digit, 10))
            .collect::<String>()
    };
    let whole = text(&half[..point]);
    let whole = whole.trim_start_matches('0');
    format!(
        "{}.{}",
        if whole.is_empty() { "0" } else { whole },
        text(&half[point..])
    )
}

/// The same digits, the last one that is not zero made smaller by one.
fn below(token: &str) -> String {
    let at = token
        .rfind(|digit: char| ('1'..='9').contains(&digit))
        .expect("a middle is above zero");
    let digit = token.as_bytes()[at] - 1;
    format!("{}{}{}", &token[..at], char::from(digit), &token[at + 1..])
}

#[test]
fn nesting_is_bounded_one_level_later() {
    let nested = |levels: usize| format!("{}0{}", "[".repeat(levels), "]".repeat(levels)).into_bytes();
    for levels in 120..140 {
        compare(&nested(levels));
        let mut tape = Tape::new();
        let ours = tape.read(&nested(levels)).map(|_| ()).map_err(|error| error.code());
        assert_eq!(ours, if levels <= 128 { Ok(()) } else { Err("json_too_deep") });
        let theirs = serde_json::from_slice::<Value>(&nested(levels));
        assert_eq!(theirs.is_ok(), levels <= 127);
    }
}

#[test]
fn numbers_beyond_doubles_are_carried() {
    let mut tape = Tape::new();
    let node = tape.read(b"[1e999,-1e999]").expect("any number is json");
    assert!(node.items().all(|item| item.kind() == Kind::Float));
    assert!(serde_json::from_slice::<Value>(b"1e999").is_err());
}
