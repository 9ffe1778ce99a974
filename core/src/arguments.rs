//! How the contract's functions read their arguments (dashboard contract §1).
//!
//! Owns that each argument is a JSON text, that an error names the argument at fault, and that a missing optional
//! argument and `null` are the same. Must not know: what any function does.

use crate::error::{Code, Error};
use crate::json::{Node, Tape};
use alloc::format;
use alloc::vec::Vec;

/// The text of an argument that was left out.
pub(crate) const NOTHING: &str = "null";

/// Reads one argument.
pub(crate) fn read<'a>(tape: &'a mut Tape, json: &'a str, name: &'static str) -> Result<Node<'a>, Error> {
    tape.read(json.as_bytes()).map_err(|error| error.named(name))
}

/// Reads several arguments, each onto its own tape; the first fault is the answer.
pub(crate) fn read_all<'a, const COUNT: usize>(
    tapes: &'a mut [Tape; COUNT],
    arguments: [(&'a str, &'static str); COUNT],
) -> Result<[Node<'a>; COUNT], Error> {
    let mut nodes = Vec::with_capacity(COUNT);
    for (tape, (json, name)) in tapes.iter_mut().zip(arguments) {
        nodes.push(read(tape, json, name)?);
    }
    nodes.try_into().map_err(|_| refused(format!("expected {COUNT} texts")))
}

/// Reads options given as text.
pub(crate) fn read_options<'a>(tape: &'a mut Tape, options: Option<&'a str>) -> Result<Option<Node<'a>>, Error> {
    expect_options(Some(read(tape, options.unwrap_or(NOTHING), "options")?))
}

/// Options are an object, or nothing.
pub(crate) fn expect_options(options: Option<Node<'_>>) -> Result<Option<Node<'_>>, Error> {
    match options.filter(|node| !node.is_null()) {
        Some(node) if !node.is_object() => Err(mismatch("options", "an object or null", Some(node))),
        options => Ok(options),
    }
}

/// Events are a list; a view takes more forms, but the contract's functions do not.
pub(crate) fn expect_events(events: &str) -> Result<&str, Error> {
    if events.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('[') {
        return Ok(events);
    }
    let mut tape = Tape::new();
    let actual = read(&mut tape, events, "events")?;
    Err(mismatch("events", "a list", Some(actual)))
}

/// The items of an argument list, padded with nothing to the number that a function takes.
pub(crate) fn of_list<const COUNT: usize>(list: Node<'_>) -> Result<[Option<Node<'_>>; COUNT], Error> {
    if !list.is_array() {
        return Err(refused(format!("expected a list, got {}", list.kind().name())));
    }
    let mut given = [None; COUNT];
    for (index, item) in list.items().enumerate() {
        match given.get_mut(index) {
            Some(place) => *place = Some(item),
            None => return Err(refused(format!("expected at most {COUNT} arguments"))),
        }
    }
    Ok(given)
}

/// The refusal of an argument that is of the wrong type.
pub(crate) fn mismatch(path: &'static str, expected: &str, actual: Option<Node<'_>>) -> Error {
    let actual = actual.map_or("nothing", |node| node.kind().name());
    Error::new(Code::Shape, path, format!("expected {expected}, got {actual}"))
}

fn refused(detail: alloc::string::String) -> Error {
    Error::new(Code::ArgumentsInvalid, "args", detail)
}
