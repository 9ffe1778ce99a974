//! Where the items of a body begin and end.
//!
//! Owns the three forms (one object, an array, NDJSON), the guess when nobody said which, and the offsets that errors
//! are placed by. Items are slices of the body: whatever is stored later is what was sent. Must not know what an
//! item means.

use super::{Fault, Refusal};
use jobfold_core::Error;
use jobfold_core::json::{Node, Tape};

/// The form of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON text: an object, or an array of them.
    One,
    /// One JSON array; each item is an event. Found, never asked for.
    Array,
    /// NDJSON: one JSON text a line, blank lines ignored.
    Lines,
    /// Not stated: find out.
    Guess,
}

/// One item and where it begins, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub text: &'a str,
    pub offset: u64,
}

/// A body taken apart. Its form is never [`Form::Guess`].
#[derive(Debug)]
pub(super) struct Splitting<'a> {
    pub form: Form,
    pub items: Vec<Piece<'a>>,
}

/// Takes a body apart.
pub(super) fn split(body: &[u8], form: Form, items_max: usize) -> Result<Splitting<'_>, Refusal> {
    let lines = match form {
        Form::Lines => true,
        Form::One | Form::Array => false,
        Form::Guess => looks_like_lines(body),
    };
    if body.trim_ascii().is_empty() {
        return Err(empty());
    }
    let splitting = if lines {
        split_lines(body, items_max)
    } else {
        split_document(body, items_max)
    }?;
    if splitting.items.is_empty() {
        return Err(empty());
    }
    Ok(splitting)
}

/// NDJSON is taken for granted when a whole JSON text ends where the first line does and something follows.
fn looks_like_lines(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    let Some(end) = body.iter().position(|byte| *byte == b'\n') else {
        return false;
    };
    let (first, rest) = body.split_at(end);
    !rest.trim_ascii().is_empty() && Tape::new().read(first.trim_ascii_end()).is_ok()
}

fn split_document(body: &[u8], items_max: usize) -> Result<Splitting<'_>, Refusal> {
    let mut tape = Tape::new();
    let root = tape.read(body).map_err(|error| json_refusal(&error, 0, None))?;
    if !root.is_array() {
        let items = vec![piece(body, root)];
        return Ok(Splitting { form: Form::One, items });
    }
    let items: Vec<Piece<'_>> = root.items().take(items_max + 1).map(|node| piece(body, node)).collect();
    if items.len() > items_max {
        return Err(Refusal::TooMany { limit: items_max });
    }
    let form = Form::Array;
    Ok(Splitting { form, items })
}

fn piece<'a>(body: &'a [u8], node: Node<'_>) -> Piece<'a> {
    let raw = node.raw();
    // Both point into the same body, so their distance is the item's place.
    let start = raw.as_ptr() as usize - body.as_ptr() as usize;
    Piece {
        text: checked_text(&body[start..start + raw.len()]),
        offset: start as u64,
    }
}

/// Text whose encoding the reader has just checked.
fn checked_text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn split_lines(body: &[u8], items_max: usize) -> Result<Splitting<'_>, Refusal> {
    let mut tape = Tape::new();
    let mut items: Vec<Piece<'_>> = Vec::new();
    let mut start = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let indent = line.len() - line.trim_ascii_start().len();
        let text = line.trim_ascii();
        let offset = (start + indent) as u64;
        start += line.len();
        if text.is_empty() {
            continue;
        }
        if items.len() == items_max {
            return Err(Refusal::TooMany { limit: items_max });
        }
        let ordinal = items.len() as u64 + 1;
        tape.read(text)
            .map_err(|error| json_refusal(&error, offset, Some(ordinal)))?;
        let text = checked_text(text);
        items.push(Piece { text, offset });
    }
    let form = Form::Lines;
    Ok(Splitting { form, items })
}

fn json_refusal(error: &Error, start: u64, item: Option<u64>) -> Refusal {
    Refusal::Unreadable(Fault {
        code: error.code(),
        pointer: String::new(),
        detail: error.detail().to_owned(),
        item,
        offset: Some(start + error.offset().unwrap_or(0)),
    })
}

fn empty() -> Refusal {
    Refusal::Unreadable(Fault {
        code: "body_empty",
        pointer: String::new(),
        detail: "body holds no events, expected at least one".to_owned(),
        item: None,
        offset: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, form: Form, expected: Form, items: &[(&str, u64)]) {
        let splitting = split(body.as_bytes(), form, 10).unwrap();
        assert_eq!(splitting.form, expected);
        let found: Vec<(&str, u64)> = splitting.items.iter().map(|piece| (piece.text, piece.offset)).collect();
        assert_eq!(found, items);
    }

    #[test]
    fn items_are_slices_of_the_body() {
        check(" {\"a\": 1.0} ", Form::One, Form::One, &[("{\"a\": 1.0}", 1)]);
        check("[ {} ,{ }]", Form::One, Form::Array, &[("{}", 2), ("{ }", 6)]);
        let lines = "{}\n\n  {\"é\":1}\r\n{}";
        check(
            lines,
            Form::Lines,
            Form::Lines,
            &[("{}", 0), ("{\"é\":1}", 6), ("{}", 16)],
        );
    }

    #[test]
    fn an_unstated_form_is_found_out() {
        check("{\"a\":\n1}\n", Form::Guess, Form::One, &[("{\"a\":\n1}", 0)]);
        check("{}\n", Form::Guess, Form::One, &[("{}", 0)]);
        check("\n{}\n{}", Form::Guess, Form::Lines, &[("{}", 1), ("{}", 4)]);
        check("[{}]", Form::Guess, Form::Array, &[("{}", 1)]);
    }

    #[test]
    fn faults_carry_their_place() {
        let refusal = split(b"{}\n{\"a\":}\n", Form::Lines, 10).unwrap_err();
        let Refusal::Unreadable(fault) = refusal else {
            panic!("{refusal:?}")
        };
        assert_eq!(
            (fault.code, fault.item, fault.offset),
            ("json_invalid", Some(2), Some(8))
        );
    }

    #[test]
    fn bounds_are_kept() {
        assert_eq!(
            split(b"[1,2,3]", Form::One, 2).unwrap_err(),
            Refusal::TooMany { limit: 2 }
        );
        assert_eq!(
            split(b"1\n2\n3", Form::Lines, 2).unwrap_err(),
            Refusal::TooMany { limit: 2 }
        );
        for empty in ["", " \n", "[]"] {
            assert!(split(empty.as_bytes(), Form::Guess, 2).is_err(), "{empty:?}");
        }
    }
}
