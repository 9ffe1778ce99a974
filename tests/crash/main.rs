//! Kills a writing process again and again, and looks at what it leaves.
//!
//! A child process opens the log, appends from several tasks at once, and prints what was acknowledged. The parent
//! kills it (SIGKILL, by pid) at a point that the seed decides, in every third round deletes the index, in another
//! damages it, and then checks: every acknowledged record is there, once, at its place; nothing is there twice; the
//! chain verifies. The child is this test binary again, told by an environment variable. `JOBFOLD_SEED=N` repeats a
//! run; `JOBFOLD_KILLS=N` makes it longer.

use jobfold::log::sim_disk::SimRng;
use jobfold::log::{Batch, EmbeddedLog, EventLog, NewRecord, Options, repair};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// What the child is told: the log's directory, the round and its seed.
const CHILD: &str = "JOBFOLD_CRASH_CHILD";
const KILLS: u64 = 220;
/// A new log is begun after so many kills, so that checking stays quick.
const KILLS_PER_LOG: u64 = 44;

fn options() -> Options {
    // Segments small enough that kills hit their creation too.
    Options {
        segment_bytes_first: 32 * 1024,
        segment_bytes_max: 64 * 1024,
        ..Options::default()
    }
}

/// Not a test by itself: the process that is killed.
#[test]
fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let mut told = told.splitn(3, ' ');
    let round = told.next().unwrap().to_owned();
    let seed: u64 = told.next().unwrap().parse().unwrap();
    let dir = told.next().unwrap().to_owned();
    let (log, _) = EmbeddedLog::open(Path::new(&dir), &options(), |_| ()).unwrap();
    say("opened");
    let log: Arc<dyn EventLog> = Arc::new(log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            runtime.spawn(append_for_ever(
                Arc::clone(&log),
                format!("{round}.{task}"),
                SimRng::new(seed + task),
            ))
        })
        .collect();
    for task in tasks {
        runtime.block_on(task).unwrap();
    }
}

async fn append_for_ever(log: Arc<dyn EventLog>, name: String, mut rng: SimRng) {
    for n in 0u64.. {
        let keys: Vec<String> = (0..=rng.below(4))
            .map(|record| format!("{name}.{n}.{record}"))
            .collect();
        let record = |key: &String| NewRecord {
            topic: "t".into(),
            kind: "k".into(),
            payload: format!("{key} {}", "x".repeat(rng.index(900))),
            headers: vec![],
            idempotency_key: Some(key.clone()),
        };
        let records = keys.iter().map(record).collect();
        let receipt = log
            .append(Batch {
                records,
                expected_seq: None,
                at_ms: 0,
            })
            .await
            .unwrap();
        let places = keys
            .iter()
            .zip(&receipt.appended)
            .map(|(key, place)| format!(" {key}={}", place.seq));
        say(&format!("ack{}", places.collect::<String>()));
    }
}

/// One line on stdout, out of the process when this returns. The line begins with a mark of its own, because the
/// test harness writes there too.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n>{line}\n").as_bytes())
        .and_then(|()| out.flush())
        .unwrap();
}

#[test]
fn every_acknowledged_record_survives_sigkill() {
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let seed = number("JOBFOLD_SEED").unwrap_or(1);
    let kills = number("JOBFOLD_KILLS").unwrap_or(KILLS);
    let mut rng = SimRng::new(seed);
    let mut acknowledged_count = 0;
    let mut round = 0;
    while round < kills {
        let dir = tempfile::tempdir().unwrap();
        let mut acknowledged = HashMap::new();
        for _ in 0..KILLS_PER_LOG.min(kills - round) {
            let context = format!("seed {seed}, kill {round}");
            run_and_kill(dir.path(), round, &mut rng, &mut acknowledged);
            harm_index(dir.path(), round, &mut rng);
            check(dir.path(), round, &acknowledged, &context);
            round += 1;
        }
        acknowledged_count += acknowledged.len();
    }
    println!("{kills} kills, {acknowledged_count} acknowledged records, seed {seed}");
    assert!(acknowledged_count as u64 > kills, "the children hardly wrote anything");
}

fn run_and_kill(dir: &Path, round: u64, rng: &mut SimRng, acknowledged: &mut HashMap<String, u64>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(CHILD, format!("{round} {} {}", rng.next_u64() >> 1, dir.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Now and then it dies while it opens; otherwise after some acknowledgements, and a moment more or less.
    let lines_before = if rng.one_in(8) { 0 } else { 1 + rng.below(40) };
    let mut seen = 0;
    while seen < lines_before {
        let Some(line) = lines.next() else { break };
        seen += u64::from(note(&line.unwrap(), acknowledged));
    }
    for _ in 0..rng.below(200_000) {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had printed before it died was promised too.
    for line in lines {
        note(&line.unwrap(), acknowledged);
    }
    assert!(seen == lines_before, "round {round}: the child ended by itself");
}

/// Remembers what a line of the child promises; tells whether the line was the child's.
fn note(line: &str, acknowledged: &mut HashMap<String, u64>) -> bool {
    let Some(line) = line.strip_prefix('>') else {
        return false;
    };
    for place in line.strip_prefix("ack ").unwrap_or_default().split_whitespace() {
        // The last line may have been cut by the kill; what is incomplete promises nothing.
        if let Some((key, Ok(seq))) = place.split_once('=').map(|(key, seq)| (key, seq.parse())) {
            acknowledged.insert(key.to_owned(), seq);
        }
    }
    true
}

fn harm_index(dir: &Path, round: u64, rng: &mut SimRng) {
    let index = dir.join("index");
    match round % 3 {
        0 => {}
        1 => drop(fs::remove_dir_all(&index)),
        _ => {
            let db = index.join("sled/db");
            let Ok(mut bytes) = fs::read(&db) else { return };
            for _ in 0..100 {
                let at = rng.index(bytes.len().max(1));
                bytes.iter_mut().skip(at).take(16).for_each(|byte| *byte ^= 0x55);
            }
            fs::write(db, bytes).unwrap();
        }
    }
}

fn check(dir: &Path, round: u64, acknowledged: &HashMap<String, u64>, context: &str) {
    let mut stored = HashMap::new();
    let mut collect = |record: &jobfold::log::RecordView<'_>| {
        let key = record.idempotency_key().unwrap().to_owned();
        assert!(
            record.payload.starts_with(&key),
            "{context}: record {} has another's payload",
            record.seq
        );
        assert!(
            stored.insert(key, record.seq).is_none(),
            "{context}: record {} is there twice",
            record.seq
        );
    };
    // Every other time the next child finds the log exactly as the kill left it.
    if round.is_multiple_of(2) {
        let report = repair::verify(dir, &mut collect).unwrap();
        assert!(report.is_whole(), "{context}: {:?}", report.damage);
    } else {
        let (log, opened) =
            EmbeddedLog::open(dir, &options(), &mut collect).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(opened.head.seq, stored.len() as u64, "{context}");
        check_keys(log, acknowledged, context);
    }
    for (key, seq) in acknowledged {
        assert_eq!(stored.get(key), Some(seq), "{context}: acknowledged record {key}");
    }
}

/// A repeated append of what was acknowledged is a duplicate, whatever the index went through.
fn check_keys(log: EmbeddedLog, acknowledged: &HashMap<String, u64>, context: &str) {
    let head = log.head();
    for (key, seq) in acknowledged.iter().take(200) {
        let record = NewRecord {
            topic: "t".into(),
            idempotency_key: Some(key.clone()),
            ..NewRecord::default()
        };
        let batch = Batch {
            records: vec![record],
            expected_seq: None,
            at_ms: 0,
        };
        let place = log.append_blocking(batch).unwrap().appended[0];
        assert_eq!((place.seq, place.duplicate), (*seq, true), "{context}: key {key}");
    }
    assert_eq!(log.head(), head, "{context}");
    log.close().unwrap();
}
