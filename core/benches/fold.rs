//! How fast the fold is natively: bytes to cards, without and with a history.
//!
//! Owns the timing loop. Reads the stream named by `JOBFOLD_BENCH_STREAM`, or makes one of its own. Prints one line
//! per measurement: name, value, unit. Ratios against the JavaScript baseline are made by `cargo xtask bench`.
#![allow(missing_docs, clippy::cast_precision_loss, clippy::disallowed_types)]

use jobfold_core::contract;
use jobfold_core::kind::KINDS;
use jobfold_core::view::HistoryOptions;
use jobfold_core::{JobsView, ViewOptions};
use std::fmt::Write as _;
use std::time::Instant;

fn main() {
    let stream = match std::env::var("JOBFOLD_BENCH_STREAM") {
        Ok(path) => std::fs::read(path).expect("the stream can be read"),
        Err(_) => generate(setting("JOBFOLD_BENCH_EVENTS", 100_000), 5_000),
    };
    let events = stream.split(|byte| *byte == b'\n').count() - 1;
    println!(
        "fold.stream\t{events}\tevents\t{:.0}\tbytes each",
        stream.len() as f64 / events as f64
    );
    measure("fold.native.bytes_to_cards", &stream, events, &ViewOptions::default());
    let history = ViewOptions {
        history: Some(HistoryOptions::default()),
        ..ViewOptions::default()
    };
    measure("fold.native.bytes_to_cards_with_history", &stream, events, &history);
}

fn measure(name: &str, stream: &[u8], events: usize, options: &ViewOptions) {
    let mut best = f64::MAX;
    let mut cards = 0;
    for _ in 0..setting("JOBFOLD_BENCH_ROUNDS", 5) {
        let begin = Instant::now();
        let start = spent_ns(begin);
        let mut view = JobsView::new(*options);
        view.push(stream).expect("the stream is valid");
        cards = view.cards_json().len();
        best = best.min((spent_ns(begin) - start) as f64 / 1e9);
    }
    println!(
        "{name}\t{:.0}\tevents/s\t{:.3}\tus/event\t{cards} bytes of cards",
        events as f64 / best,
        best * 1e6 / events as f64
    );
}

fn generate(events: u32, jobs: u32) -> Vec<u8> {
    let mut state = 7u32;
    let mut next = move || {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        state >> 16
    };
    let mut out = Vec::new();
    for index in 0..events {
        let (kind, _) = KINDS[next() as usize % KINDS.len()];
        let job = (next() * 32_768 + next()) % jobs;
        let input = input(kind, index, job, &mut next);
        let kind = format!("\"{kind}\"");
        let event = contract::dashboard_job_event(&kind, &input, None).expect("the input is good");
        out.extend_from_slice(event.as_bytes());
        out.push(b'\n');
    }
    out
}

/// What a runtime would send: its own payload, with an approval, a dead letter or a receipt where the kind has one.
fn input(kind: &str, index: u32, job: u32, next: &mut impl FnMut() -> u32) -> String {
    let mut input = String::new();
    write!(
        input,
        r#"{{"job_id":"job-{job}","run_id":"run-{}","source_timestamp":"2031-03-04T05:06:07.{index:06}Z","#,
        next() % 1000
    )
    .and_then(|()| match kind.split('.').next() {
        Some("approval") => write!(input, r#""approval_request_id":"ask-{index}","#),
        Some("dlq") => write!(input, r#""dlq_id":"dead-{index}","#),
        Some("receipt") => write!(input, r#""receipt_id":"rc-{}","#, next() % 6),
        Some("replay_fixture") => write!(input, r#""replay_id":"fx-{}","#, next() % 6),
        _ => Ok(()),
    })
    .and_then(|()| {
        write!(
            input,
            r#""workflow_id":"workflow://local/flow-{}","queue":"queue-{}","queue_depth":{},"attempt":1,"detail":{{"host":"worker-{}","pid":{},"note":"processed batch {index}","tags":["nightly","tier-{}"]}}}}"#,
            job % 97, job % 7, next() % 100, next() % 40, 1000 + next() % 30000, next() % 4
        )
    })
    .expect("writing to a string cannot fail");
    input
}

/// A number from the environment: how long the benchmark looks.
fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

/// Nanoseconds that this thread has spent on a processor, which says more than a clock on a busy machine; where the
/// system does not tell, those of the clock since `begin`.
fn spent_ns(begin: Instant) -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = told.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.unwrap_or_else(|| u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX))
}
