//! The contract's functions by their public names (dashboard contract §1): JSON text in, JSON text out.
//!
//! Owns how arguments are read: each is a JSON text of its own, a missing optional one and `null` are the same. Every
//! world's binding calls these, so the functions behave alike everywhere. Must not know: any rule; each function
//! hands its arguments to the file that owns it.

use crate::dedupe_key::Seed;
use crate::emit::{self, Target};
use crate::error::{Code, Error};
use crate::json::write::{into_text, quoted};
use crate::json::{Node, Tape};
use crate::log::MemoryLog;
use crate::{normalise, text, validate};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The text of an argument that was left out.
const NOTHING: &str = "null";

/// Makes an event from a kind, an input and options.
///
/// # Errors
/// Every code of normalising and validation; `json_invalid` and `json_too_deep` name the argument.
pub fn dashboard_job_event(kind: &str, input: &str, options: Option<&str>) -> Result<String, Error> {
    let mut tapes = [Tape::new(), Tape::new(), Tape::new()];
    let [kind, input, options] = read_all(
        &mut tapes,
        [
            (kind, "kind"),
            (input, "input"),
            (options.unwrap_or(NOTHING), "options"),
        ],
    )?;
    normalise::event(Some(kind), Some(input), Some(options))
}

/// Checks an event and answers the very text it was given.
///
/// # Errors
/// Every code of validation.
pub fn dashboard_job_validate(event: &str) -> Result<String, Error> {
    validate::check(read(&mut Tape::new(), event, "event")?)?;
    Ok(event.to_owned())
}

/// The dedupe key of an event with these five members, as the text of a JSON string.
///
/// # Errors
/// `json_invalid` and `json_too_deep`, naming the argument.
pub fn dashboard_job_dedupe_key(
    kind: &str,
    job_id: &str,
    run_id: Option<&str>,
    timestamp: Option<&str>,
    source_id: Option<&str>,
) -> Result<String, Error> {
    let mut tapes = [const { Tape::new() }; 5];
    let nodes = read_all(
        &mut tapes,
        [
            (kind, "kind"),
            (job_id, "job_id"),
            (run_id.unwrap_or(NOTHING), "run_id"),
            (timestamp.unwrap_or(NOTHING), "timestamp"),
            (source_id.unwrap_or(NOTHING), "source_id"),
        ],
    )?;
    Ok(dedupe_key(nodes.map(Some)))
}

fn dedupe_key(members: [Option<Node<'_>>; 5]) -> String {
    let [kind, job_id, run_id, timestamp, source_id] = members.map(text::trimmed);
    let seed = Seed {
        kind: &kind,
        job_id: &job_id,
        run_id: &run_id,
        timestamp: &timestamp,
        source_id: &source_id,
    };
    quoted(&seed.dedupe_key())
}

/// Appends one event to the log, each time it is called, and answers its receipt. `at_ms` is the host's word for now,
/// in Unix milliseconds.
///
/// # Errors
/// Every code of validation; `topic_type`, `topic_empty`, `topic_invalid`; `event_too_large` for what the log refuses.
pub fn dashboard_job_emit(
    log: &mut MemoryLog,
    at_ms: i64,
    event: &str,
    options: Option<&str>,
) -> Result<String, Error> {
    let mut tapes = [Tape::new(), Tape::new()];
    let [event, options] = read_all(&mut tapes, [(event, "event"), (options.unwrap_or(NOTHING), "options")])?;
    job_emit(Target { log, at_ms }, Some(event), Some(options))
}

fn job_emit(mut target: Target<'_>, event: Option<Node<'_>>, options: Option<Node<'_>>) -> Result<String, Error> {
    let event = event.ok_or_else(|| mismatch("event", "an object", None))?;
    let options = options_of(options)?;
    let mut out = Vec::new();
    emit::emit(&mut target, event, options, &mut out)?;
    Ok(into_text(out))
}

/// Calls a function of the contract by its name, with its arguments as one JSON list; missing trailing ones are
/// `null`. Besides the contract's functions there is `topic_records` \[topic\], which lists a topic of the log.
///
/// # Errors
/// Those of the function; `function_unknown`; `arguments_invalid` when `args` is no list or too long.
pub fn call(log: &mut MemoryLog, at_ms: i64, function: &str, args: &str) -> Result<String, Error> {
    let mut tape = Tape::new();
    let list = read(&mut tape, args, "args")?;
    match function {
        "dashboard_job_event" => {
            let [kind, input, options] = arguments(list)?;
            normalise::event(kind, input, options)
        }
        "dashboard_job_validate" => {
            let [event] = arguments(list)?;
            let event = event.ok_or_else(|| mismatch("event", "an object", None))?;
            validate::check(event)?;
            Ok(event.raw().to_owned())
        }
        "dashboard_job_dedupe_key" => Ok(dedupe_key(arguments(list)?)),
        "dashboard_job_emit" => {
            let [event, options] = arguments(list)?;
            job_emit(Target { log, at_ms }, event, options)
        }
        "topic_records" => {
            let [topic] = arguments(list)?;
            topic_records(log, topic)
        }
        _ => Err(Error::new(
            Code::FunctionUnknown,
            "function",
            "expected the name of a function of the contract",
        )),
    }
}

fn topic_records(log: &MemoryLog, topic: Option<Node<'_>>) -> Result<String, Error> {
    let name = topic.and_then(Node::string);
    let name = name.ok_or_else(|| mismatch("topic", "a string", topic))?;
    let mut out = Vec::new();
    emit::write_topic(&mut out, log, &name);
    Ok(into_text(out))
}

/// The items of an argument list, padded with nothing to the number that the function takes.
fn arguments<'a, const COUNT: usize>(list: Node<'a>) -> Result<[Option<Node<'a>>; COUNT], Error> {
    let refuse = |detail| Error::new(Code::ArgumentsInvalid, "args", detail);
    if !list.is_array() {
        return Err(refuse(format!("expected a list, got {}", list.kind().name())));
    }
    let mut given = [None; COUNT];
    for (index, item) in list.items().enumerate() {
        let slot = given.get_mut(index);
        *slot.ok_or_else(|| refuse(format!("expected at most {COUNT} arguments")))? = Some(item);
    }
    Ok(given)
}

/// Options: an object, or nothing.
fn options_of(options: Option<Node<'_>>) -> Result<Option<Node<'_>>, Error> {
    match options.filter(|node| !node.is_null()) {
        Some(node) if !node.is_object() => Err(mismatch("options", "an object or null", Some(node))),
        options => Ok(options),
    }
}

fn mismatch(path: &'static str, expected: &str, actual: Option<Node<'_>>) -> Error {
    let actual = actual.map_or("nothing", |node| node.kind().name());
    Error::new(Code::Shape, path, format!("expected {expected}, got {actual}"))
}

fn read_all<'a, const COUNT: usize>(
    tapes: &'a mut [Tape; COUNT],
    arguments: [(&'a str, &'static str); COUNT],
) -> Result<[Node<'a>; COUNT], Error> {
    let mut nodes = Vec::with_capacity(COUNT);
    for (tape, (json, name)) in tapes.iter_mut().zip(arguments) {
        nodes.push(read(tape, json, name)?);
    }
    nodes
        .try_into()
        .map_err(|_| Error::new(Code::ArgumentsInvalid, "args", "expected one text for each argument"))
}

/// Reads one argument; an error of its JSON names it.
fn read<'a>(tape: &'a mut Tape, json: &'a str, name: &'static str) -> Result<Node<'a>, Error> {
    tape.read(json.as_bytes()).map_err(|error| {
        let named = Error::new(error.kind(), name, error.detail().to_owned());
        match error.offset() {
            Some(offset) => named.at_offset(offset),
            None => named,
        }
    })
}
