//! A second, slow fold to compare the core with: `serde_json` values and the contract's sentences, nothing clever.
//!
//! Owns an independent reading of the dashboard contract §2 to §7. It shares no code with the core and must not: two
//! readers who agree are worth more than one who is fast. Lives in tests only. Must not know: positions, views.

mod fold;
mod normalise;
mod validate;

pub use fold::{cards, dedupe};
pub use normalise::normalise;
pub use validate::{Fault, validate};

use serde_json::Value;

/// A member's value, with `null` and missing alike.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// A member's text, trimmed; empty when it is missing or no text.
fn trimmed<'a>(object: &'a Value, name: &str) -> &'a str {
    member(object, name).and_then(Value::as_str).unwrap_or("").trim()
}
