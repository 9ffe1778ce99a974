//! Batches that must be refused, each with the code, member, event and byte that the refusal names.
//!
//! Owns the cases under `fixtures/invalid`: the input files and `expected.json`. Must not know: who refuses.

use super::History;
use std::fmt::Write as _;

/// One input that a view refuses.
pub struct Case {
    /// The file under `fixtures/invalid`.
    pub file: &'static str,
    /// What is wrong, for the reader of `expected.json`.
    pub about: &'static str,
    /// The file's bytes.
    pub input: Vec<u8>,
    /// The error's stable code.
    pub code: &'static str,
    /// The member at fault; empty when the text is no JSON.
    pub path: &'static str,
    /// The ordinal of the refused event, from 1.
    pub item: u64,
    /// The byte at which the fault (for JSON) or the refused event begins.
    pub offset: u64,
}

/// All cases as one JSON list, one case a line.
pub fn expected() -> String {
    let mut out = String::from("[\n");
    let cases = cases();
    for (index, case) in cases.iter().enumerate() {
        let end = if index + 1 == cases.len() { "" } else { "," };
        writeln!(
            out,
            r#"{{"file":"{}","about":"{}","code":"{}","path":"{}","item":{},"offset":{}}}{end}"#,
            case.file, case.about, case.code, case.path, case.item, case.offset
        )
        .expect("writing to a string does not fail");
    }
    out.push_str("]\n");
    out
}

/// Three events that are fine, for the cases to spoil.
fn good() -> [String; 3] {
    let mut history = History::default();
    let run = r#""job_id":"daily-digest","run_id":"digest-1""#;
    history.event(
        "run.started",
        &format!(r#"{{{run},"started_at":"2026-05-04T06:00:00Z"}}"#),
    );
    history.event(
        "approval.requested",
        &format!(r#"{{{run},"requested_at":"2026-05-04T06:01:00Z","approval":{{"request_id":"apr-1"}}}}"#),
    );
    history.event(
        "receipt.available",
        &format!(r#"{{{run},"completed_at":"2026-05-04T06:02:00Z","receipt_id":"rcpt-1"}}"#),
    );
    history.lines.try_into().expect("three events")
}

/// Replaces `from` in the event `item` (from 1) of the three good ones; the event begins where the offset says.
fn spoiled(item: usize, from: &str, to: &str) -> (Vec<u8>, u64, u64) {
    let mut lines = good();
    let line = &mut lines[item - 1];
    assert!(line.contains(from), "event {item} does not hold {from}");
    *line = line.replacen(from, to, 1);
    let offset = lines[..item - 1].iter().map(|line| line.len() as u64 + 1).sum();
    (format!("{}\n", lines.join("\n")).into_bytes(), item as u64, offset)
}

/// A case whose fault is in the contract: the refused event's first byte is the offset.
fn broken_rule(
    file: &'static str,
    about: &'static str,
    code: &'static str,
    path: &'static str,
    item: usize,
    from: &str,
    to: &str,
) -> Case {
    let (input, item, offset) = spoiled(item, from, to);
    Case {
        file,
        about,
        input,
        code,
        path,
        item,
        offset,
    }
}

/// A case whose fault is in the JSON: the text before the fault, the fault and what follows it.
fn broken_json(file: &'static str, about: &'static str, before: &str, fault: &[u8], after: &str, item: u64) -> Case {
    Case {
        file,
        about,
        input: [before.as_bytes(), fault, after.as_bytes()].concat(),
        code: "json_invalid",
        path: "",
        item,
        offset: before.len() as u64,
    }
}

/// Every case.
pub fn cases() -> Vec<Case> {
    let mut cases = broken_texts();
    cases.extend(broken_shapes());
    cases.extend(broken_rules());
    cases
}

fn broken_texts() -> Vec<Case> {
    let [first, second, _] = good();
    let cut = &second[..second.len() - 1];
    let deep = format!("{first}\n{{\"raw_payload\":{}", "[".repeat(127));
    let mut cases = vec![
        broken_json(
            "truncated.jsonl",
            "the second event is cut off",
            &format!("{first}\n{cut}"),
            b"",
            "",
            2,
        ),
        broken_json(
            "two-on-a-line.jsonl",
            "two events without a line end",
            &format!("{first} "),
            second.as_bytes(),
            "\n",
            2,
        ),
        broken_json(
            "array-open.json",
            "the list has no end",
            &format!("[{first}"),
            b"",
            "",
            2,
        ),
        broken_json(
            "array-tail.json",
            "text after the list",
            &format!("[{first}] "),
            b"{}",
            "",
            2,
        ),
        broken_json(
            "array-comma.json",
            "a comma before the end of the list",
            &format!("[{first},"),
            b"]",
            "",
            2,
        ),
        broken_json(
            "leading-zero.jsonl",
            "a number with a leading zero",
            "{\"attempt\":",
            b"01",
            "}\n",
            1,
        ),
        broken_json("nan.jsonl", "NaN is no JSON", "{\"attempt\":", b"NaN", "}\n", 1),
        broken_json(
            "control-character.jsonl",
            "a bare control character in a string",
            "{\"id\":\"a",
            b"\x01",
            "\"}\n",
            1,
        ),
        broken_json(
            "lone-surrogate.jsonl",
            "half of a surrogate pair",
            "{\"id\":\"a",
            b"\\ud83d",
            "\"}\n",
            1,
        ),
        broken_json(
            "not-utf8.jsonl",
            "bytes that are not utf-8",
            "{\"id\":\"a",
            b"\xff",
            "\"}\n",
            1,
        ),
        broken_json("single-quotes.jsonl", "single quotes", "{", b"'id':1}\n", "", 1),
        broken_json(
            "html.json",
            "a web page instead of events",
            "",
            b"<!doctype html><title>502</title>",
            "\n",
            1,
        ),
    ];
    cases.push(Case {
        file: "too-deep.jsonl",
        about: "nesting deeper than 128 levels",
        offset: deep.len() as u64,
        input: format!("{deep}[0{}}}\n", "]".repeat(128)).into_bytes(),
        code: "json_too_deep",
        path: "",
        item: 2,
    });
    cases
}

fn broken_shapes() -> Vec<Case> {
    let mut cases = vec![
        broken_rule(
            "wrong-schema.jsonl",
            "another schema",
            "shape",
            "event.schema",
            1,
            "job_event.v1",
            "job_event.v2",
        ),
        broken_rule(
            "missing-title.jsonl",
            "a required member is missing",
            "shape",
            "event.title",
            2,
            "\"title\":",
            "\"headline\":",
        ),
        broken_rule(
            "number-as-id.jsonl",
            "a number where a string belongs",
            "shape",
            "event.job_id",
            3,
            "\"job_id\":\"daily-digest\"",
            "\"job_id\":7",
        ),
        broken_rule(
            "float-attempt.jsonl",
            "1.0 is not an integer",
            "shape",
            "event.attempt",
            1,
            "\"kind\":",
            "\"attempt\":1.0,\"kind\":",
        ),
        broken_rule(
            "large-depth.jsonl",
            "an integer outside signed 64 bit",
            "shape",
            "event.queue_depth",
            1,
            "\"kind\":",
            "\"queue_depth\":9223372036854775808,\"kind\":",
        ),
        broken_rule(
            "result-list.jsonl",
            "a result that is no object",
            "shape",
            "event.result",
            2,
            "\"kind\":",
            "\"result\":[],\"kind\":",
        ),
        broken_rule(
            "missing-runtime.jsonl",
            "a nested member is missing",
            "shape",
            "event.source.runtime",
            1,
            "\"runtime\":",
            "\"engine\":",
        ),
        broken_rule(
            "privacy-text.jsonl",
            "a text where a boolean belongs",
            "shape",
            "event.privacy.redacted",
            1,
            "\"redacted\":false",
            "\"redacted\":\"false\"",
        ),
    ];
    let [first, ..] = good();
    cases.push(Case {
        file: "list-as-event.jsonl",
        about: "a list where an event belongs",
        offset: first.len() as u64 + 1,
        input: format!("{first}\n[]\n").into_bytes(),
        code: "shape",
        path: "event",
        item: 2,
    });
    cases
}

fn broken_rules() -> Vec<Case> {
    vec![
        broken_rule(
            "blank-title.jsonl",
            "a title of white space",
            "title_blank",
            "event.title",
            2,
            "\"title\":\"daily-digest\"",
            "\"title\":\" \\u3000\"",
        ),
        broken_rule(
            "blank-timestamp.jsonl",
            "a blank time",
            "source_clock_required",
            "event.source_clock.timestamp",
            1,
            "\"timestamp\":\"2026-05-04T06:00:00Z\"",
            "\"timestamp\":\"\"",
        ),
        broken_rule(
            "run-without-id.jsonl",
            "a run event without a run id",
            "run_id_required",
            "event.run_id",
            1,
            "\"run_id\":\"digest-1\",",
            "",
        ),
        broken_rule(
            "approval-without-id.jsonl",
            "an approval event without a request id",
            "approval_request_id_required",
            "event.approval.request_id",
            2,
            "\"request_id\":\"apr-1\"",
            "\"request_id\":\"\"",
        ),
        broken_rule(
            "dlq-without-id.jsonl",
            "a dead-letter event without an id",
            "dlq_id_required",
            "event.dlq.dlq_id",
            2,
            "\"approval.requested\"",
            "\"dlq.created\"",
        ),
        broken_rule(
            "receipt-without-refs.jsonl",
            "a receipt event without refs",
            "receipt_refs_required",
            "event.receipt_refs",
            1,
            "\"run.started\"",
            "\"receipt.available\"",
        ),
        broken_rule(
            "ref-without-target.jsonl",
            "a ref that points nowhere",
            "ref_target_required",
            "event.receipt_refs",
            3,
            "\"id\":\"rcpt-1\"",
            "\"id\":\"  \"",
        ),
        broken_rule(
            "intent-without-label.jsonl",
            "an intent with a blank label",
            "intent_incomplete",
            "event.action_intents",
            1,
            "\"label\":\"Open job\"",
            "\"label\":\"\"",
        ),
        broken_rule(
            "ungated-intent.jsonl",
            "a write-like intent without the approval gate",
            "intent_needs_approval",
            "event.action_intents",
            2,
            "\"requires_approval\":true",
            "\"requires_approval\":false",
        ),
    ]
}
