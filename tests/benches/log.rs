//! The log against the bare disk, and against sled, in one run.
//!
//! Owns the log's three promises of speed: acknowledged appends at a fair part of what the disk can do, concurrent
//! appends sharing syncs, and opening (verify every hash, fold every record) no slower than a bare sled scan. Each
//! ratio compares turns that alternate, so that a busy machine slows both sides. Prints a table, then lines
//! `name<TAB>value<TAB>baseline<TAB>ratio<TAB>target`; ratios are ours to the baseline's, larger is better.
//! `JOBFOLD_BENCH_RECORDS` sets the number of records of the opening (default 1,000,000).

#![allow(clippy::cast_precision_loss)] // rates for people

use jobfold::log::{Batch, EmbeddedLog, EventLog, NewRecord, Options};
use jobfold_core::contract::dashboard_job_event;
use jobfold_core::view::{JobsView, ViewOptions};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Payload of the append benchmarks, bytes. Headers, chain and frame come on top and are ours to pay for.
const PAYLOAD_BYTES: usize = 700;
/// Turns of each side; the best half of them counts, which drops the moments when the machine did something else.
const TURNS: usize = 15;

struct Row {
    name: String,
    unit: &'static str,
    value: f64,
    baseline: f64,
    target: &'static str,
}

fn main() {
    println!(
        "{:<44} {:>12} {:>12} {:>7} {:>7}",
        "", "ours", "baseline", "ratio", "target"
    );
    let mut rows = Vec::new();
    let mut done = |row: Row| {
        let Row {
            name,
            value,
            baseline,
            target,
            ..
        } = &row;
        println!(
            "{name:<44} {value:>12.1} {baseline:>12.1} {:>7.2} {target:>7}",
            value / baseline
        );
        rows.push(row);
    };
    for (per_sync, syncs, target) in [(1, 1000, ">=0.7"), (10, 600, ">=0.7"), (100, 200, ">=0.4")] {
        done(appends(per_sync, syncs, target));
    }
    done(concurrent());
    opening(&mut done);
    println!();
    for Row {
        name,
        unit,
        value,
        baseline,
        target,
    } in &rows
    {
        println!(
            "{name}\t{value:.1} {unit}\t{baseline:.1} {unit}\t{:.2}\t{target}",
            value / baseline
        );
    }
}

fn record(n: u64, payload: String) -> NewRecord {
    NewRecord {
        topic: "dashboard.jobs.events".into(),
        kind: "run.progress".into(),
        payload,
        headers: vec![],
        idempotency_key: Some(format!("run.progress:job-{}:run-{n}:2026-01-01T00:00:00Z", n % 5000)),
    }
}

fn filler(n: u64, bytes: usize) -> String {
    let mut text = format!("{{\"n\":{n},\"fill\":\"");
    text.extend(std::iter::repeat_n('x', bytes - text.len() - 2));
    text + "\"}"
}

fn batches(first: u64, count: u64, per_batch: u64) -> Vec<Batch> {
    let batch = |b: u64| {
        let first = first + b * per_batch;
        let records = (first..first + per_batch)
            .map(|n| record(n, filler(n, PAYLOAD_BYTES)))
            .collect();
        Batch {
            records,
            expected_seq: None,
            at_ms: 0,
        }
    };
    (0..count).map(batch).collect()
}

/// A zero-filled, synced file, the way a log's segment begins.
fn preallocated(path: &Path, bytes: u64) -> File {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    let zeros = vec![0; 1 << 20];
    for at in (0..bytes).step_by(zeros.len()) {
        file.write_all_at(&zeros, at).unwrap();
    }
    file.sync_all().unwrap();
    file
}

/// Mean time of the faster half.
fn faster_half(mut turns: Vec<Duration>) -> f64 {
    turns.sort();
    turns.truncate(turns.len().div_ceil(2));
    turns.iter().map(Duration::as_secs_f64).sum::<f64>() / turns.len() as f64
}

/// One caller, each batch acknowledged before the next, the index waited for at the end of every turn.
fn appends(per_sync: u64, syncs: u64, target: &'static str) -> Row {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let options = Options {
        segment_bytes_first: 64 << 20,
        ..Options::default()
    };
    let (log, _) = EmbeddedLog::open(&dir.path().join("log"), &options, |_| ()).unwrap();
    let turn_bytes = per_sync * syncs * PAYLOAD_BYTES as u64;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for turn in 0..TURNS as u64 {
        let file = preallocated(&dir.path().join("bare"), turn_bytes);
        let chunk = vec![b'x'; PAYLOAD_BYTES * usize::try_from(per_sync).unwrap()];
        let begin = Instant::now();
        for sync in 0..syncs {
            file.write_all_at(&chunk, sync * chunk.len() as u64).unwrap();
            file.sync_data().unwrap();
        }
        bare.push(begin.elapsed());

        let batches = batches(turn * per_sync * syncs, syncs, per_sync);
        let begin = Instant::now();
        for batch in batches {
            log.append_blocking(batch).unwrap();
        }
        while log.stats().index_lag_records > 0 {
            std::thread::yield_now();
        }
        ours.push(begin.elapsed());
    }
    let records = (per_sync * syncs) as f64;
    let name = format!("log: acknowledged appends, {per_sync} per sync");
    Row {
        name,
        unit: "records/s",
        value: records / faster_half(ours),
        baseline: records / faster_half(bare),
        target,
    }
}

/// 64 callers with one record each: appends a sync.
fn concurrent() -> Row {
    const CALLERS: u64 = 64;
    const APPENDS: u64 = 200;
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let options = Options {
        segment_bytes_first: 64 << 20,
        ..Options::default()
    };
    let (log, _) = EmbeddedLog::open(dir.path(), &options, |_| ()).unwrap();
    let log = Arc::new(log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let begin = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let log = Arc::clone(&log);
            runtime.spawn(async move {
                for batch in batches(caller * APPENDS, APPENDS, 1) {
                    log.append(batch).await.unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        runtime.block_on(caller).unwrap();
    }
    let took = begin.elapsed();
    let stats = log.stats();
    println!(
        "64 callers: {:.0} appends/s, {} appends in {} syncs, {:.3} syncs an append",
        (CALLERS * APPENDS) as f64 / took.as_secs_f64(),
        stats.appends,
        stats.syncs,
        stats.syncs as f64 / stats.appends as f64,
    );
    let value = stats.appends as f64 / stats.syncs as f64;
    Row {
        name: "log: 64 concurrent single appends".into(),
        unit: "appends/sync",
        value,
        baseline: 1.0,
        target: ">=4",
    }
}

/// Opening a log against scanning the same payloads in sled.
fn opening(done: &mut impl FnMut(Row)) {
    let records = std::env::var("JOBFOLD_BENCH_RECORDS").map_or(1_000_000, |count| count.parse().unwrap());
    let filled = opening_of(
        "open, verify, count 700-byte records",
        records,
        |n| filler(n, PAYLOAD_BYTES),
        || {
            let mut bytes = 0;
            Box::new(move |payload: &str| {
                bytes += payload.len();
                std::hint::black_box(bytes);
            })
        },
    );
    done(filled);
    let envelopes = opening_of("open, verify, fold envelopes to cards", records, envelope, || {
        let mut view = JobsView::new(ViewOptions::default());
        Box::new(move |payload: &str| {
            view.push_event(payload.as_bytes()).unwrap();
        })
    });
    done(envelopes);
}

/// An envelope of one of 5,000 jobs, as the normaliser writes it.
fn envelope(n: u64) -> String {
    let kinds = [
        "run.queued",
        "run.started",
        "run.progress",
        "run.progress",
        "run.succeeded",
    ];
    let kind = kinds[usize::try_from(n / 5000).unwrap() % kinds.len()];
    let second = n % 86_400;
    let input = format!(
        "{{\"job_id\":\"job-{}\",\"run_id\":\"run-{}\",\"source_id\":\"fact-{n}\",\"title\":\"Nightly digest {}\",\
         \"summary\":\"step {n} of the run\",\"timestamp\":\"2026-01-01T{:02}:{:02}:{:02}Z\"}}",
        n % 5000,
        n / 25_000,
        n % 5000,
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    dashboard_job_event(&format!("\"{kind}\""), &input, None).unwrap()
}

type Fold = Box<dyn FnMut(&str)>;

fn opening_of(name: &str, records: u64, payload: impl Fn(u64) -> String, fold: impl Fn() -> Fold) -> Row {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let log_dir = dir.path().join("log");
    write_log(&log_dir, records, &payload);
    write_sled(&dir.path().join("sled"), records, &payload);
    println!("{name}: {records} records of {} bytes", payload(0).len());
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        // The scan gets an open database: opening sled itself is not counted.
        let db = sled::open(dir.path().join("sled")).unwrap();
        let begin = Instant::now();
        let mut bytes = 0;
        for entry in db.iter() {
            bytes += entry.unwrap().1.len();
        }
        std::hint::black_box(bytes);
        bare.push(begin.elapsed());
        drop(db);

        let mut fold = fold();
        let begin = Instant::now();
        let (log, opened) = EmbeddedLog::open(&log_dir, &Options::default(), |record| fold(record.payload)).unwrap();
        ours.push(begin.elapsed());
        assert_eq!(opened.head.seq, records);
        log.close().unwrap();
    }
    let records = records as f64;
    Row {
        name: format!("log: {name}"),
        unit: "records/s",
        value: records / faster_half(ours),
        baseline: records / faster_half(bare),
        target: ">=1",
    }
}

fn write_log(dir: &Path, records: u64, payload: impl Fn(u64) -> String) {
    let (log, _) = EmbeddedLog::open(dir, &Options::default(), |_| ()).unwrap();
    let per_batch = 1000;
    let begin = Instant::now();
    for first in (0..records).step_by(per_batch) {
        let batch = (first..records.min(first + per_batch as u64))
            .map(|n| record(n, payload(n)))
            .collect();
        log.append_blocking(Batch {
            records: batch,
            expected_seq: None,
            at_ms: 0,
        })
        .unwrap();
    }
    println!(
        "wrote {records} records in {:.1} s, index {} behind",
        begin.elapsed().as_secs_f64(),
        log.stats().index_lag_records
    );
    log.close().unwrap();
}

fn write_sled(dir: &Path, records: u64, payload: impl Fn(u64) -> String) {
    let db = sled::open(dir).unwrap();
    for n in 0..records {
        db.insert(n.to_be_bytes(), payload(n).as_bytes()).unwrap();
    }
    db.flush().unwrap();
}
