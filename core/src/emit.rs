//! Emission (dashboard contract §8): an event becomes a record of the log, and the host gets a receipt.
//!
//! Owns the topic's rules, the record's headers and the receipt. Must not know: the view that asked for it.

use crate::error::{Code, Error};
use crate::json::number::is_zero;
use crate::json::write::{self, ObjectWriter};
use crate::json::{Kind, Node};
use crate::log::{LogError, MemoryLog, Record};
use crate::text;
use crate::validate::{self, EVENT_SCHEMA};
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Where events go when nobody names a topic.
pub const TOPIC_DEFAULT: &str = "dashboard.jobs.events";
/// The kind of every emitted record.
pub const RECORD_KIND: &str = "dashboard_job_event";
/// The schema of a receipt.
pub const RECEIPT_SCHEMA: &str = "harn.dashboard_job_event_emit_receipt.v1";

/// Members of the event that travel as headers, besides the schema.
const HEADERS: [&str; 3] = ["job_id", "run_id", "status"];

/// The log to write to, and the host's word for now.
pub(crate) struct Target<'l> {
    pub log: &'l mut MemoryLog,
    /// Unix milliseconds.
    pub at_ms: i64,
}

/// Whether a value asks for something: everything but `null`, `false`, zero and what is empty.
pub(crate) fn is_truthy(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Null | Kind::False => false,
        Kind::True => true,
        Kind::Int | Kind::Float => !is_zero(value.raw()),
        Kind::String | Kind::EscapedString => !value.is_text(""),
        Kind::Array => value.items().next().is_some(),
        Kind::Object => value.members().next().is_some(),
    }
}

/// Validates and appends one event, and writes its receipt. Nothing is appended when the answer is an error.
pub(crate) fn emit(
    target: &mut Target<'_>,
    event: Node<'_>,
    options: Option<Node<'_>>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    validate::check(event)?;
    let topic = topic(options)?;
    let appended = target
        .log
        .append(&topic, RECORD_KIND, event.raw(), &headers(event), target.at_ms)
        .map_err(|error| refused(&error))?;
    ObjectWriter::new(out)
        .text("schema", RECEIPT_SCHEMA)
        .text("topic", &topic)
        .text("kind", RECORD_KIND)
        .raw("event_log_id", appended.topic_seq.to_string().as_bytes())
        .raw("event", event.raw().as_bytes())
        .end();
    Ok(())
}

/// The topic that the options name: any value but `null` is taken, so the empty string is refused later.
fn topic(options: Option<Node<'_>>) -> Result<Cow<'_, str>, Error> {
    let Some(topic) = options.and_then(|options| options.usable("topic")) else {
        return Ok(Cow::Borrowed(TOPIC_DEFAULT));
    };
    topic.string().ok_or_else(|| {
        let detail = alloc::format!("expected a string, got {}", topic.kind().name());
        Error::new(Code::TopicType, "options.topic", detail)
    })
}

fn headers(event: Node<'_>) -> Vec<(String, String)> {
    let mut headers = Vec::from([("schema".to_string(), EVENT_SCHEMA.to_string())]);
    for name in HEADERS {
        let value = event.get(name).and_then(Node::string);
        if let Some(value) = value.filter(|value| !text::vanishes(value)) {
            headers.push((name.to_string(), value.into_owned()));
        }
    }
    headers
}

fn refused(error: &LogError) -> Error {
    let (code, path) = match error {
        LogError::TopicEmpty => (Code::TopicEmpty, "options.topic"),
        LogError::TopicInvalid { .. } => (Code::TopicInvalid, "options.topic"),
        LogError::TooLarge { field, .. } if field.starts_with("topic") => (Code::TopicInvalid, "options.topic"),
        // The other refusals concern sizes only: headers and batches are made here.
        _ => (Code::EventTooLarge, "event"),
    };
    Error::new(code, path, error.to_string())
}

/// Writes a topic's record the way a reader of the topic sees it.
pub(crate) fn write_record(out: &mut Vec<u8>, record: &Record) {
    let place = record.topic_seq.to_string();
    ObjectWriter::new(out)
        .raw("id", place.as_bytes())
        .raw("cursor", place.as_bytes())
        .text("topic", &record.topic)
        .text("kind", &record.kind)
        .raw("payload", record.payload.as_bytes())
        .with("headers", |out| {
            let mut headers = ObjectWriter::new(out);
            for (name, value) in &record.headers {
                headers.text(name, value);
            }
            headers.end();
        })
        .end();
}

/// Writes all records of a topic as a list.
pub(crate) fn write_topic(out: &mut Vec<u8>, log: &MemoryLog, topic: &str) {
    write::list(out, log.records(topic), write_record);
}

#[cfg(test)]
mod tests {
    use super::is_truthy;
    use crate::json::Tape;

    #[track_caller]
    fn check(json: &str, truthy: bool) {
        let mut tape = Tape::new();
        assert_eq!(is_truthy(tape.read(json.as_bytes()).unwrap()), truthy, "{json}");
    }

    #[test]
    fn what_is_empty_or_zero_asks_for_nothing() {
        for json in [
            "null", "false", "0", "-0", "0.0", "0e7", "-0.00E+1", "1e-999", r#""""#, "[]", "{}",
        ] {
            check(json, false);
        }
        for json in [
            "true",
            "1",
            "-1",
            "0.01",
            "5e-324",
            "1e999",
            "1e0",
            r#"" ""#,
            r#""false""#,
            "[null]",
            r#"{"a":null}"#,
        ] {
            check(json, true);
        }
    }
}
