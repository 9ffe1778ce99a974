//! No bytes panic.
//!
//! Owns: arbitrary bytes and damaged histories go into every door that takes bytes or text; answers are errors or
//! results, and the view still works. Must not know: which of the two.

use crate::streams::{cases, plain, recording};
use jobfold_core::{contract, log};
use jobfold_tests::chance::Chance;
use jobfold_tests::fixtures;
use proptest::prelude::*;
use std::sync::LazyLock;

const FUNCTIONS: [&str; 10] = [
    "dashboard_job_event",
    "dashboard_job_validate",
    "dashboard_job_dedupe_key",
    "dashboard_job_dedupe_events",
    "dashboard_jobs_snapshot",
    "dashboard_jobs_view",
    "dashboard_job_emit",
    "topic_records",
    "unknown",
    "",
];

/// The short histories, which together hold every kind of event.
static HISTORIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let names = fixtures::scenario_names();
    let histories = names.iter().map(|name| fixtures::events(name));
    histories.filter(|events| events.len() < 20_000).collect()
});

fn everything(bytes: &[u8]) {
    let mut view = recording(2);
    let pushed = view.push(bytes);
    assert_eq!(view.head(), pushed.map_or(0, |pushed| pushed.offered));
    let _ = view.push_event(bytes);
    for position in (0..=view.head()).rev() {
        view.seek(position).expect("the position is in range");
        let _ = (view.digest(), view.status_counts(), view.changes(0));
    }
    let _ = log::verify_lines(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = view.query(&text);
    let mut memory = log::MemoryLog::new();
    for function in FUNCTIONS {
        let _ = contract::call(&mut memory, 0, function, &text);
        let _ = contract::call(&mut memory, 0, function, &format!("[{text}]"));
    }
    let _ = contract::dashboard_job_event(&text, &text, Some(&text));
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        everything(&bytes);
    }

    #[test]
    fn json_shaped_bytes_never_panic(text in r#"([\[\]{}",:0-9.eE+\-a-z \\u]|"a":|\{"|\}|null){0,60}"#) {
        everything(text.as_bytes());
    }

    #[test]
    fn damaged_histories_never_panic(seed in any::<u64>(), wounds in 1usize..6) {
        let mut chance = Chance(seed);
        let mut bytes = chance.pick(&HISTORIES).clone();
        for _ in 0..wounds {
            let at = chance.index(bytes.len());
            match chance.below(4) {
                0 => bytes.truncate(at.max(1)),
                1 => {
                    let until = (at + chance.index(40)).min(bytes.len());
                    bytes.drain(at..until.max(at + 1).min(bytes.len()));
                    if bytes.is_empty() {
                        break;
                    }
                }
                _ => bytes[at] = chance.bits().to_le_bytes()[0],
            }
        }
        let mut view = plain();
        let outcome = view.push(&bytes);
        prop_assert_eq!(view.head(), outcome.map_or(0, |pushed| pushed.offered));
        let _ = log::verify_lines(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let mut memory = log::MemoryLog::new();
        let args = format!("[[{}]]", text.trim().replace('\n', ","));
        let _ = contract::call(&mut memory, 0, "dashboard_jobs_view", &args);
    }

    #[test]
    fn damaged_logs_never_panic(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let mut memory = log::MemoryLog::new();
        for number in 0..3 {
            memory.append("t", "k", &format!("{{\"n\":{number}}}"), &[], number).unwrap();
        }
        let mut lines = Vec::new();
        for record in memory.all() {
            log::ndjson::write_line(&mut lines, record);
            lines.push(b'\n');
        }
        for _ in 0..=chance.below(3) {
            let at = chance.index(lines.len());
            lines[at] = chance.bits().to_le_bytes()[0];
        }
        let _ = log::verify_lines(&lines);
    }
}

/// What the normaliser makes is an event for every other function, also at the bound of nesting.
#[test]
fn events_at_the_bound_of_nesting_are_events() {
    let mut memory = log::MemoryLog::new();
    for levels in 120..130 {
        let deep = format!("{}0{}", "[".repeat(levels), "]".repeat(levels));
        let input = format!(r#"{{"job_id":"deep","run_id":"1","source_timestamp":"t","result":{{"deep":{deep}}}}}"#);
        let Ok(event) = contract::dashboard_job_event("\"run.started\"", &input, None) else {
            continue;
        };
        assert_eq!(
            contract::dashboard_job_validate(&event).as_ref(),
            Ok(&event),
            "{levels}"
        );
        let list = format!("[{event}]");
        contract::dashboard_jobs_view(&mut memory, 0, &list, Some("{\"emit\":true}")).expect("a valid event");
    }
}
