//! Every door that takes bytes or text from outside.
//!
//! Owns: no input panics, a refusal leaves the view empty, what is accepted can be shown, sought and accepted again.
//! Must not know: which inputs are right.

use crate::shape::{Edit, edited, soup};
use jobfold_core::json::Tape;
use jobfold_core::view::{HistoryOptions, JobsView, ViewOptions};
use jobfold_core::{contract, log};

const FUNCTIONS: [&str; 9] = [
    "dashboard_job_event",
    "dashboard_job_validate",
    "dashboard_job_dedupe_key",
    "dashboard_job_dedupe_events",
    "dashboard_jobs_snapshot",
    "dashboard_jobs_view",
    "dashboard_job_emit",
    "topic_records",
    "dashboard_jobs",
];

/// An answer may nest a little deeper than what it was made of, so depth is no fault here.
fn assert_json(text: &str) {
    if let Err(error) = Tape::new().read(text.as_bytes()) {
        assert_eq!(error.code(), "json_too_deep", "{error}: {text}");
    }
}

fn push(bytes: &[u8]) {
    let mut view = JobsView::new(ViewOptions {
        history: Some(HistoryOptions { checkpoint_events: 2 }),
        ..ViewOptions::default()
    });
    let pushed = match view.push(bytes) {
        Ok(pushed) => pushed,
        Err(error) => {
            assert_eq!((view.head(), view.len(), view.cursor()), (0, 0, 0), "{error}");
            assert!(
                error.offset().is_none_or(|offset| offset <= bytes.len() as u64),
                "{error}"
            );
            return;
        }
    };
    assert_eq!(pushed.unique + pushed.duplicates, pushed.offered);
    let (cards, digest) = (view.cards_json(), view.digest());
    assert_json(&cards);
    for position in (0..=view.head()).rev() {
        view.seek(position).expect("the position is in range");
    }
    view.live();
    assert_eq!((view.cards_json(), view.digest()), (cards.clone(), digest));

    // What was kept folds to the same cards again, and everything in it is known already.
    let mut events = Vec::new();
    view.write_events(&mut events).expect("the view keeps its history");
    let again = view
        .push(&events)
        .expect("events that were accepted are accepted again");
    assert_eq!((again.unique, again.duplicates), (0, pushed.unique));
    assert_eq!(view.cards_json(), cards);
}

#[test]
fn view_push() {
    bolero::check!()
        .with_iterations(1_500)
        .with_type::<Vec<u8>>()
        .for_each(|bytes| {
            push(bytes);
            push(&soup(bytes));
        });
}

#[test]
fn view_push_of_edited_lines() {
    bolero::check!()
        .with_iterations(1_500)
        .with_type::<Vec<(u16, Vec<Edit>)>>()
        .for_each(|lines| {
            let lines: Vec<Vec<u8>> = lines
                .iter()
                .take(8)
                .map(|(choice, edits)| edited(*choice, edits))
                .collect();
            push(&lines.join(&b'\n'));
            push(&[b"[", lines.join(&b',').as_slice(), b"]"].concat());
        });
}

#[test]
fn contract_call() {
    bolero::check!()
        .with_iterations(1_500)
        .with_type::<(u8, Vec<u8>, String, Vec<Edit>)>()
        .for_each(|(function, bytes, text, edits)| {
            let function = FUNCTIONS[usize::from(*function) % FUNCTIONS.len()];
            let mut memory = log::MemoryLog::new();
            let soup = String::from_utf8_lossy(&soup(bytes)).into_owned();
            let line = String::from_utf8_lossy(&edited(u16::from(bytes.len().to_le_bytes()[0]), edits)).into_owned();
            for args in [&soup, text, &line] {
                let _ = contract::call(&mut memory, 0, function, args);
                let _ = contract::call(&mut memory, 0, text, args);
                for args in [
                    format!("[{args}]"),
                    format!("[[{args}],{{\"emit\":true}}]"),
                    format!("[\"run.started\",{args}]"),
                ] {
                    if let Ok(answer) = contract::call(&mut memory, 0, function, &args) {
                        assert_json(&answer);
                    }
                }
            }
            memory.verify().expect("the log's own chain holds");
        });
}

#[test]
fn query() {
    let mut view = JobsView::new(ViewOptions::default());
    view.push(&jobfold_tests::fixtures::events("hostile-text"))
        .expect("the history is valid");
    bolero::check!()
        .with_iterations(1_500)
        .with_type::<(String, Vec<u8>)>()
        .for_each(|(text, bytes)| {
            let words = [
                "status:", "job:", "error~", "*", "\"", " ", "failed", "colour:", "a", "~", ":",
            ];
            let soup: String = bytes
                .iter()
                .map(|byte| words[usize::from(*byte) % words.len()])
                .collect();
            for query in [text, &soup] {
                if let Ok(found) = view.query(query) {
                    assert!(found.is_sorted_by(|a, b| a < b) && found.iter().all(|index| *index < view.len()));
                }
            }
        });
}

#[test]
fn log_lines() {
    let mut memory = log::MemoryLog::new();
    for (number, line) in jobfold_tests::fixtures::lines("hostile-text")
        .iter()
        .take(5)
        .enumerate()
    {
        let headers = [("name".to_owned(), line.chars().take(9).collect())];
        memory
            .append("topic", "kind", line, &headers, i64::try_from(number).unwrap_or(0))
            .expect("a short record fits");
    }
    let mut good = Vec::new();
    for record in memory.all() {
        log::ndjson::write_line(&mut good, record);
        good.push(b'\n');
    }
    bolero::check!()
        .with_iterations(1_500)
        .with_type::<(Vec<u8>, Vec<Edit>)>()
        .for_each(|(bytes, edits)| {
            let mut damaged = good.clone();
            for (at, gone, token) in edits.iter().take(3) {
                let at = usize::from(*at) % (damaged.len() + 1);
                let until = (at + usize::from(gone % 4)).min(damaged.len());
                damaged.splice(at..until, soup(&[*token]));
            }
            for text in [bytes.as_slice(), &soup(bytes), &damaged] {
                let held = log::verify_lines(text);
                let records: Result<Vec<_>, _> = log::ndjson::Lines::new(text).map(|line| line.record).collect();
                if let Ok(records) = records {
                    let mut imported = log::MemoryLog::new();
                    let count = records.len();
                    if imported.import(records).is_ok() {
                        assert_eq!(imported.all().len(), count);
                        imported.verify().expect("what was imported holds");
                    } else {
                        assert!(imported.all().is_empty(), "{held:?}");
                    }
                }
                for line in log::ndjson::Lines::new(text) {
                    let Ok(record) = line.record else { continue };
                    let mut written = Vec::new();
                    log::ndjson::write_line(&mut written, &record);
                    let again = log::ndjson::Lines::new(&written).next().expect("one line");
                    assert_eq!(again.record, Ok(record));
                }
            }
        });
}

/// Patterns against the plainest matcher there is.
#[test]
fn query_patterns() {
    let mut view = JobsView::new(ViewOptions::default());
    let line = jobfold_tests::fixtures::lines("nightly-backup").remove(0);
    let words = (1u32..64).map(|number| format!("{number:b}").replace('1', "A").replace('0', "b"));
    for word in words {
        let own = line.replace("\"job_id\":\"nightly-backup\"", &format!("\"job_id\":\"{word}\""));
        let own = own.replace("\"dedupe_key\":\"", &format!("\"dedupe_key\":\"{word}"));
        view.push_event(own.as_bytes()).expect("the event is valid");
    }
    bolero::check!()
        .with_iterations(1_500)
        .with_type::<Vec<u8>>()
        .for_each(|bytes| {
            let pattern: String = bytes
                .iter()
                .take(8)
                .map(|byte| ['a', 'B', '*', '*'][usize::from(byte % 4)])
                .collect();
            let found = view.query(&format!("job:{pattern}")).expect("a plain pattern");
            let expected = (0..view.len()).filter(|index| {
                let job = view.job_id(*index).expect("the job is there").to_ascii_lowercase();
                fits(job.as_bytes(), pattern.to_ascii_lowercase().as_bytes())
            });
            assert_eq!(found, expected.collect::<Vec<_>>(), "{pattern}");
        });
}

fn fits(text: &[u8], pattern: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some((b'*', rest)), None) => fits(text, rest),
        (Some((b'*', rest)), Some((_, more))) => fits(text, rest) || fits(more, pattern),
        (Some((own, rest)), Some((first, more))) => own == first && fits(more, rest),
        (Some(_), None) => false,
    }
}
