//! The contract's functions by their public names (dashboard contract §1): JSON text in, JSON text out.
//!
//! Owns the list of functions. Every world's binding calls these, so they behave alike everywhere. Must not know: any
//! rule; each function hands its arguments to the file that owns it.

use crate::arguments::{NOTHING, expect_events, expect_options, mismatch, of_list, read, read_all, read_options};
use crate::dedupe_key::Seed;
use crate::emit::{self, Target};
use crate::error::{Code, Error};
use crate::json::write::{into_text, quoted};
use crate::json::{Node, Tape};
use crate::log::MemoryLog;
use crate::shapes;
use crate::view::{HistoryOptions, JobsView, ViewOptions};
use crate::{normalise, text, validate};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// A list that is already in memory needs no smaller bound than the view's own.
const EVENT_BYTES_MAX: u32 = (1 << 29) - 1;

/// Nobody seeks in a view that lives for one call, so its history needs no checkpoints.
const KEEP_EVENTS: Option<HistoryOptions> = Some(HistoryOptions {
    checkpoint_events: u32::MAX,
});

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

/// The events of a list without those whose dedupe key has come before; order kept.
///
/// # Errors
/// The first invalid event's error, duplicates included.
pub fn dashboard_job_dedupe_events(events: &str) -> Result<String, Error> {
    let mut out = Vec::new();
    fold(expect_events(events)?, KEEP_EVENTS)?.write_events(&mut out)?;
    Ok(into_text(out))
}

/// Folds a list of events into cards.
///
/// # Errors
/// The first invalid event's error, duplicates included.
pub fn dashboard_jobs_snapshot(events: &str, options: Option<&str>) -> Result<String, Error> {
    let events = expect_events(events)?;
    let mut tape = Tape::new();
    let options = read_options(&mut tape, options)?;
    Ok(shapes::snapshot(&fold(events, None)?, options))
}

/// Folds a list of events into cards and shows both; with the option `emit`, appends each unique event to the log
/// first, each time it is called.
///
/// # Errors
/// The first invalid event's error, duplicates included; with `emit`, those of [`dashboard_job_emit`]. What was
/// appended before an error stays.
pub fn dashboard_jobs_view(
    log: &mut MemoryLog,
    at_ms: i64,
    events: &str,
    options: Option<&str>,
) -> Result<String, Error> {
    let events = expect_events(events)?;
    let mut tape = Tape::new();
    let options = read_options(&mut tape, options)?;
    let view = fold(events, KEEP_EVENTS)?;
    let emits = options
        .and_then(|options| options.get("emit"))
        .is_some_and(emit::is_truthy);
    let receipts = if emits {
        emit_all(Target { log, at_ms }, &view, options)?
    } else {
        Vec::new()
    };
    shapes::view(&view, options, &receipts)
}

/// Emits the unique events of a view, in order. Folding them before or after makes no difference: it cannot fail.
fn emit_all(mut target: Target<'_>, view: &JobsView, options: Option<Node<'_>>) -> Result<Vec<Vec<u8>>, Error> {
    let mut receipts = Vec::new();
    let mut tape = Tape::new();
    for event in (1..=view.head()).filter_map(|position| view.event_json(position)) {
        let mut receipt = Vec::new();
        let event = read(&mut tape, event, "event")?;
        emit::emit(&mut target, event, options, &mut receipt)?;
        receipts.push(receipt);
    }
    Ok(receipts)
}

/// The one fold, over a list given as text.
fn fold(events: &str, history: Option<HistoryOptions>) -> Result<JobsView, Error> {
    let mut view = JobsView::new(ViewOptions {
        history,
        event_bytes_max: EVENT_BYTES_MAX,
        ..ViewOptions::default()
    });
    view.push(events.as_bytes()).map_err(|error| {
        if error.path().is_empty() {
            error.named("events")
        } else {
            error
        }
    })?;
    Ok(view)
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
    let options = expect_options(options)?;
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
            let [kind, input, options] = of_list(list)?;
            normalise::event(kind, input, options)
        }
        "dashboard_job_validate" => {
            let [event] = of_list(list)?;
            let event = event.ok_or_else(|| mismatch("event", "an object", None))?;
            validate::check(event)?;
            Ok(event.raw().to_owned())
        }
        "dashboard_job_dedupe_key" => Ok(dedupe_key(of_list(list)?)),
        "dashboard_job_dedupe_events" => {
            let [events] = of_list(list)?;
            dashboard_job_dedupe_events(raw(events))
        }
        "dashboard_jobs_snapshot" => {
            let [events, options] = of_list(list)?;
            dashboard_jobs_snapshot(raw(events), options.map(Node::raw))
        }
        "dashboard_jobs_view" => {
            let [events, options] = of_list(list)?;
            dashboard_jobs_view(log, at_ms, raw(events), options.map(Node::raw))
        }
        "dashboard_job_emit" => {
            let [event, options] = of_list(list)?;
            job_emit(Target { log, at_ms }, event, options)
        }
        "topic_records" => {
            let [topic] = of_list(list)?;
            topic_records(log, topic)
        }
        _ => Err(Error::new(
            Code::FunctionUnknown,
            "function",
            "expected the name of a function of the contract",
        )),
    }
}

fn raw(argument: Option<Node<'_>>) -> &str {
    argument.map_or(NOTHING, Node::raw)
}

fn topic_records(log: &MemoryLog, topic: Option<Node<'_>>) -> Result<String, Error> {
    let name = topic.and_then(Node::string);
    let name = name.ok_or_else(|| mismatch("topic", "a string", topic))?;
    let mut out = Vec::new();
    emit::write_topic(&mut out, log, &name);
    Ok(into_text(out))
}

#[cfg(test)]
mod tests {
    use super::{call, dashboard_job_event, dashboard_job_validate, dashboard_jobs_snapshot, dashboard_jobs_view};
    use crate::Error;
    use crate::log::MemoryLog;
    use alloc::format;
    use alloc::string::String;

    const AT_MS: i64 = 1;

    fn event(kind: &str, job: &str) -> String {
        let input = format!(r#"{{"job_id":"{job}","run_id":"r","timestamp":"t"}}"#);
        dashboard_job_event(&format!("\"{kind}\""), &input, None).unwrap()
    }

    #[track_caller]
    fn check_refused(answer: Result<String, Error>, code: &str, path: &str) {
        let error = answer.expect_err("a refusal");
        assert_eq!((error.code(), error.path()), (code, path), "{error}");
    }

    #[test]
    fn arguments_are_json_texts() {
        check_refused(dashboard_job_event("run.queued", "{}", None), "json_invalid", "kind");
        check_refused(dashboard_job_event("null", "{", None), "json_invalid", "input");
        check_refused(dashboard_job_event("null", "{}", Some("")), "json_invalid", "options");
        check_refused(dashboard_job_validate("[]"), "shape", "event");
        check_refused(dashboard_jobs_snapshot(" {}", None), "shape", "events");
        check_refused(dashboard_jobs_snapshot("[", None), "json_invalid", "events");
        check_refused(dashboard_jobs_snapshot("[1]", Some("[]")), "shape", "options");
        check_refused(dashboard_jobs_snapshot("[1]", Some("null")), "shape", "event");
    }

    #[test]
    fn calls_know_their_functions_and_arguments() {
        let mut log = MemoryLog::new();
        let mut call = |function, args| call(&mut log, AT_MS, function, args);
        check_refused(call("dashboard_job", "[]"), "function_unknown", "function");
        check_refused(call("dashboard_job_event", "{}"), "arguments_invalid", "args");
        check_refused(call("dashboard_job_validate", "[1,2]"), "arguments_invalid", "args");
        check_refused(call("dashboard_job_validate", "[]"), "shape", "event");
        check_refused(call("dashboard_job_emit", "[]"), "shape", "event");
        check_refused(call("topic_records", "[1]"), "shape", "topic");
        let key = call("dashboard_job_dedupe_key", "[]").unwrap();
        assert_eq!(key, r#""dashboard_job:545c38b0922de19734fbffde62792c37""#);
    }

    #[test]
    fn emission_repeats_counts_per_topic_and_is_not_rolled_back() {
        let mut log = MemoryLog::new();
        let event = event("run.queued", "j");
        let events = format!("[{event},{event}]");
        let options = Some(r#"{"emit":true,"topic":"a"}"#);
        for place in 1..=2 {
            let view = dashboard_jobs_view(&mut log, AT_MS, &events, options).unwrap();
            assert!(view.contains(&format!(r#""event_log_id":{place},"#)), "{view}");
        }
        let receipt = super::dashboard_job_emit(&mut log, AT_MS, &event, None).unwrap();
        let expected = format!(
            r#"{{"schema":"harn.dashboard_job_event_emit_receipt.v1","topic":"dashboard.jobs.events","kind":"dashboard_job_event","event_log_id":1,"event":{event}}}"#
        );
        assert_eq!(receipt, expected);
        assert_eq!(log.head().seq, 3);
    }

    #[test]
    fn a_refusal_appends_nothing_and_a_bad_topic_needs_an_event() {
        let mut log = MemoryLog::new();
        let bad_topic = Some(r#"{"emit":1,"topic":7}"#);
        assert!(dashboard_jobs_view(&mut log, AT_MS, "[]", bad_topic).is_ok());
        let events = format!("[{}]", event("run.queued", "j"));
        check_refused(
            dashboard_jobs_view(&mut log, AT_MS, &events, bad_topic),
            "topic_type",
            "options.topic",
        );
        let events = format!("[{},{{}}]", event("run.queued", "j"));
        check_refused(
            dashboard_jobs_view(&mut log, AT_MS, &events, Some(r#"{"emit":1}"#)),
            "shape",
            "event.schema",
        );
        assert_eq!(log.head().seq, 0);
    }
}
