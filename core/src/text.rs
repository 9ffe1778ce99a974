//! How a JSON value becomes text (dashboard contract §2).
//!
//! Owns the coercion, the trim and the `"null"` rule; every chain, key and comparison of the contract goes through
//! here. Must not know: which member the value came from.

use crate::json::number::float_text;
use crate::json::{Kind, Node};
use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;

/// The word for `null` inside the text of a list or an object.
const NIL: &str = "nil";

/// The text of a value as it stands, untrimmed; `null` has none.
pub fn coerced(node: Node<'_>) -> Cow<'_, str> {
    match node.kind() {
        Kind::Null => Cow::Borrowed(""),
        Kind::String | Kind::EscapedString => node.string().unwrap_or_default(),
        Kind::True | Kind::False | Kind::Int => Cow::Borrowed(node.raw()),
        Kind::Float => Cow::Owned(float_text(node.raw())),
        Kind::Array | Kind::Object => {
            let mut out = String::new();
            write_item(&mut out, node);
            Cow::Owned(out)
        }
    }
}

/// The text of a value, trimmed; a missing value has the empty text.
pub fn trimmed(node: Option<Node<'_>>) -> Cow<'_, str> {
    node.map_or(Cow::Borrowed(""), |node| trim(coerced(node)))
}

/// The trimmed text, unless it is empty: what a text chain looks for.
pub fn usable(node: Node<'_>) -> Option<Cow<'_, str>> {
    Some(trim(coerced(node))).filter(|text| !text.is_empty())
}

/// Removes Unicode `White_Space` from both ends. This is not JavaScript's trim, which keeps U+0085 and strips U+FEFF.
pub fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => {
            let kept = text.trim();
            if kept.len() == text.len() {
                Cow::Owned(text)
            } else {
                Cow::Owned(kept.to_owned())
            }
        }
    }
}

/// The `"null"` rule for text: a record loses members that are empty or exactly `null`.
pub fn vanishes(text: &str) -> bool {
    text.is_empty() || text == "null"
}

/// The `"null"` rule for raw values: `null`, the empty string and the string `null` are lost, all else stays.
pub fn node_vanishes(node: Node<'_>) -> bool {
    node.is_null() || node.is_text("") || node.is_text("null")
}

/// Appends a value as it reads inside a list or an object. Depth is bounded by [`crate::json::DEPTH_MAX`].
fn write_item(out: &mut String, node: Node<'_>) {
    match node.kind() {
        Kind::Null => out.push_str(NIL),
        Kind::Array => write_list(out, node),
        Kind::Object => write_object(out, node),
        _ => out.push_str(&coerced(node)),
    }
}

fn write_list(out: &mut String, node: Node<'_>) {
    out.push('[');
    for (index, item) in node.items().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_item(out, item);
    }
    out.push(']');
}

/// Names are sorted by code point, which for UTF-8 is the order of bytes; of a repeated name the last value counts.
fn write_object(out: &mut String, node: Node<'_>) {
    let mut members: Vec<(Cow<'_, str>, Node<'_>)> = node
        .members()
        .map(|(name, value)| (name.string().unwrap_or_default(), value))
        .collect();
    members.sort_by(|a, b| a.0.cmp(&b.0)); // stable, so a repeated name keeps its order
    out.push('{');
    let mut first = true;
    for (index, (name, value)) in members.iter().enumerate() {
        if members.get(index + 1).is_some_and(|next| next.0 == *name) {
            continue;
        }
        if !first {
            out.push_str(", ");
        }
        first = false;
        out.push_str(name);
        out.push_str(": ");
        write_item(out, *value);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::{node_vanishes, trim, trimmed, usable, vanishes};
    use crate::json::Tape;
    use alloc::borrow::Cow;

    #[track_caller]
    fn check(json: &str, text: &str) {
        let mut tape = Tape::new();
        let node = tape.read(json.as_bytes()).unwrap();
        assert_eq!(trimmed(Some(node)), text, "{json}");
        assert_eq!(usable(node).is_some(), !text.is_empty(), "{json}");
    }

    #[test]
    fn scalars_become_text() {
        check("null", "");
        check(r#"" a b ""#, "a b");
        check(r#""\u00a0\u0085x\u3000""#, "x");
        check("true", "true");
        check("false", "false");
        check("0", "0");
        check("-9223372036854775808", "-9223372036854775808");
        check("9007199254740993", "9007199254740993");
        check("9223372036854775808", "9223372036854776000");
        check("-0", "-0.0");
        check("2.50", "2.5");
    }

    #[test]
    fn lists_and_objects_become_text() {
        check("[]", "[]");
        check("{}", "{}");
        check(r#"["a", " b", null, [true, 1.0]]"#, "[a,  b, nil, [true, 1.0]]");
        check(r#"{"z":1,"a":"q","m":null}"#, "{a: q, m: nil, z: 1}");
        check(r#"{"\ud83d\ude00":1,"\uffee":2}"#, "{\u{ffee}: 2, \u{1f600}: 1}");
        check(r#"{"a":1,"b":2,"a":3}"#, "{a: 3, b: 2}");
    }

    #[test]
    fn trimming_follows_white_space_and_nothing_else() {
        for kept in ['\u{1c}', '\u{1f}', '\u{180e}', '\u{200b}', '\u{feff}'] {
            assert_eq!(trim(Cow::Owned(kept.into())).chars().next(), Some(kept), "{kept:?}");
        }
        for removed in
            "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}".chars()
        {
            assert!(trim(Cow::Owned(removed.into())).is_empty(), "{removed:?}");
        }
    }

    #[test]
    fn only_empty_and_null_vanish() {
        let mut tape = Tape::new();
        let node = tape
            .read(br#"[null, "", "null", "nu\u006cl", " null", "Null", "nil", 0, false, {}, []]"#)
            .unwrap();
        let lost: std::vec::Vec<bool> = node.items().map(node_vanishes).collect();
        assert_eq!(
            lost,
            [true, true, true, true, false, false, false, false, false, false, false]
        );
        assert!(vanishes("") && vanishes("null") && !vanishes("nil"));
    }
}
