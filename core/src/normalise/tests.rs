//! What the order of steps promises, seen from outside, and that no input can do worse than be refused.

use super::event;
use crate::json::Tape;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use proptest::prelude::*;

fn run(kind: &str, input: &str, options: &str) -> Result<String, crate::Error> {
    let mut tapes = [Tape::new(), Tape::new(), Tape::new()];
    let [one, two, three] = &mut tapes;
    event(
        Some(one.read(kind.as_bytes())?),
        Some(two.read(input.as_bytes())?),
        Some(three.read(options.as_bytes())?),
    )
}

#[track_caller]
fn check_refused(kind: &str, input: &str, options: &str, code: &str, path: &str) {
    let error = run(kind, input, options).expect_err(input);
    assert_eq!(
        (error.code(), error.path()),
        (code, path),
        "{kind} {input} {options}: {error}"
    );
}

/// Checks members of the event by their raw text; `None` is a member that must be absent.
#[track_caller]
fn check(kind: &str, input: &str, options: &str, members: &[(&str, Option<&str>)]) {
    let event = run(kind, input, options).expect(input);
    let mut tape = Tape::new();
    let node = tape.read(event.as_bytes()).unwrap();
    for (name, expected) in members {
        let actual = node.get(name).map(crate::json::Node::raw);
        assert_eq!(actual, *expected, "{name} of {event}");
    }
}

const NOTE: &str = r#""note.added""#;

#[test]
fn faults_appear_in_the_order_of_the_steps() {
    check_refused("null", "null", "[]", "shape", "options");
    check_refused("null", "null", "{}", "shape", "input");
    check_refused("null", r#"{"payload":1}"#, "{}", "kind_required", "event.kind");
    check_refused(NOTE, r#"{"payload":1}"#, "{}", "shape", "payload");
    check_refused(
        NOTE,
        r#"{"receipt_refs":1}"#,
        "{}",
        "source_timestamp_required",
        "event.source_clock.timestamp",
    );
    let mut input =
        r#"{"timestamp":"t","receipt_refs":1,"replay_refs":1,"privacy":{"flags":1},"dedupe_key":1,"related_refs":1}"#
            .to_string();
    check_refused(NOTE, &input, "{}", "job_id_required", "event.job_id");
    input = input.replacen('{', r#"{"job_id":"j","#, 1);
    for (code, path, fault) in [
        ("list_expected", "event.receipt_refs", r#""receipt_refs":1,"#),
        ("list_expected", "event.replay_refs", r#""replay_refs":1,"#),
        ("list_expected", "event.privacy.flags", r#""privacy":{"flags":1},"#),
        ("shape", "dedupe_key", r#""dedupe_key":1,"#),
        ("list_expected", "event.related_refs", r#""related_refs":1"#),
    ] {
        check_refused(NOTE, &input, "{}", code, path);
        input = input.replace(fault, "");
    }
}

#[test]
fn the_first_usable_value_wins() {
    let options = r#"{"title":"\t","source_timestamp":1}"#;
    let input = r#"{"schedule_id":" s ","workflow_name":"w","payload":{"title":"p","queue":[null]},"status_url":"u"}"#;
    check(
        NOTE,
        input,
        options,
        &[
            ("kind", Some(NOTE)),
            ("job_id", Some(r#""s""#)),
            ("title", Some(r#""w""#)),
            ("queue", Some(r#""[nil]""#)),
            ("summary", Some(r#""unknown: s""#)),
            ("source_clock", Some(r#"{"kind":"harn-local","timestamp":"1"}"#)),
            (
                "related_refs",
                Some(r#"[{"kind":"source","label":"Source","url":"u"}]"#),
            ),
            ("raw_payload", Some(r#"{"title":"p","queue":[null]}"#)),
        ],
    );
}

#[test]
fn members_without_content_are_absent() {
    let input = r#"{"job_id":"j","timestamp":"null","queue":"null","result":"null","attempt":"","priority":null,"source_url":"null"}"#;
    check(
        NOTE,
        input,
        "null",
        &[
            ("queue", None),
            ("result", None),
            ("attempt", None),
            ("priority", None),
            ("run_id", None),
            ("source_clock", Some(r#"{"kind":"harn-local","timestamp":"null"}"#)),
            ("source", Some(r#"{"runtime":"harn","environment":"local"}"#)),
            (
                "related_refs",
                Some(r#"[{"kind":"source","label":"Source","url":"null"}]"#),
            ),
        ],
    );
}

#[test]
fn values_are_carried_as_they_were_written() {
    let input = r#"{"job_id":"j","timestamp":1,"result":{"n":1.0,"big":9007199254740993,"e":1E2},"queue_depth":-0}"#;
    check_refused(NOTE, input, "null", "shape", "event.queue_depth");
    let input = input.replace("-0", "0");
    check(
        NOTE,
        &input,
        "null",
        &[
            ("result", Some(r#"{"n":1.0,"big":9007199254740993,"e":1E2}"#)),
            ("queue_depth", Some("0")),
            ("raw_payload", Some(&input)),
        ],
    );
    check(
        NOTE,
        &input,
        r#"{"raw_payload_retained":false}"#,
        &[("raw_payload", Some("{}"))],
    );
}

#[test]
fn a_given_id_spares_the_key_from_being_hashed() {
    let input = r#"{"job_id":"j","timestamp":"t","dedupe_key":7}"#;
    check_refused(NOTE, input, "null", "shape", "dedupe_key");
    check_refused(NOTE, input, r#"{"id":"x"}"#, "shape", "event.dedupe_key");
}

#[test]
fn a_payload_at_the_limit_of_depth_is_refused_by_name() {
    let deep = |levels: usize| {
        format!(
            r#"{{"job_id":"j","timestamp":"t","x":{}{}}}"#,
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    check(
        NOTE,
        &deep(crate::json::DEPTH_MAX - 2),
        "null",
        &[("job_id", Some(r#""j""#))],
    );
    check_refused(
        NOTE,
        &deep(crate::json::DEPTH_MAX - 1),
        "null",
        "json_too_deep",
        "payload",
    );
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_string()),
        Just(r#""null""#.to_string()),
        Just("1e999".to_string()),
        Just(r#""\u0000\ud83d\ude00""#.to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i128>().prop_map(|value| value.to_string()),
        "[ -~\u{85}\u{a0}é]{0,6}".prop_map(|text| crate::json::write::quoted(&text)),
    ]
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            object(inner),
        ]
    })
}

/// Objects whose members are mostly those that the chains look for.
fn object(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let name = prop::sample::select(Vec::from([
        "kind",
        "id",
        "url",
        "label",
        "job_id",
        "run_id",
        "timestamp",
        "source_clock",
        "payload",
        "raw_payload",
        "receipt_refs",
        "replay_id",
        "privacy",
        "flags",
        "redacted",
        "approval",
        "request_id",
        "status",
        "dlq",
        "dlq_id",
        "attempts",
        "action_intents",
        "dedupe_key",
        "title",
        "summary",
        "result",
        "queue_depth",
        "source_url",
        "other",
    ]));
    prop::collection::vec((name, inner), 0..8).prop_map(|members| {
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| format!(r#""{name}":{value}"#))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #[test]
    fn no_input_panics_and_every_event_is_valid_and_repeatable(
        kind in scalar(),
        input in prop_oneof![4 => object(value()), 1 => value()],
        options in prop_oneof![4 => object(value()), 1 => value()],
        complete in any::<bool>(),
    ) {
        let input = if complete && input.starts_with("{\"") {
            input.replacen('{', r#"{"job_id":"j","run_id":"r","timestamp":"t","#, 1)
        } else {
            input
        };
        let answer = run(&kind, &input, &options);
        prop_assert_eq!(&answer, &run(&kind, &input, &options));
        if let Ok(event) = answer {
            let mut tape = Tape::new();
            prop_assert!(crate::validate::check(tape.read(event.as_bytes()).unwrap()).is_ok());
        }
    }
}
