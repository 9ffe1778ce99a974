//! Many appends at once, a full queue, an index that lags or fails: on a simulated disk, so that each moment can be
//! held still.

use jobfold::log::index::{IndexStore, MemoryIndex};
use jobfold::log::sim_disk::{Fault, SimDisk};
use jobfold::log::{Batch, EmbeddedLog, Error, EventLog, NewRecord, Options};
use std::sync::{Arc, Condvar, Mutex};

fn open(disk: &SimDisk, index: impl IndexStore + 'static, options: &Options) -> EmbeddedLog {
    let open_index = || Ok((Box::new(index) as Box<dyn IndexStore>, None));
    EmbeddedLog::open_on(Arc::new(disk.clone()), options, open_index, &mut |_| ())
        .unwrap()
        .0
}

fn options() -> Options {
    Options {
        segment_bytes_first: 1 << 20,
        prepare_ahead: false,
        mark_after: None,
        ..Options::default()
    }
}

fn batch(key: u64) -> Batch {
    let record = NewRecord {
        topic: "t".into(),
        idempotency_key: Some(key.to_string()),
        ..NewRecord::default()
    };
    Batch {
        records: vec![record],
        expected_seq: None,
        at_ms: 0,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

#[test]
fn appends_that_wait_together_share_one_sync() {
    let disk = SimDisk::new(1);
    let log = open(&disk, MemoryIndex::default(), &options());
    let before = disk.syncs();
    disk.hold();
    let first = log.append(batch(0));
    disk.wait_held();
    let others: Vec<_> = (1..=64).map(|key| log.append(batch(key))).collect();
    disk.release();
    runtime().block_on(async {
        first.await.unwrap();
        for (answer, seq) in others.into_iter().zip(2..) {
            assert_eq!(answer.await.unwrap().appended[0].seq, seq);
        }
    });
    assert_eq!(disk.syncs() - before, 2);
}

#[test]
fn one_append_too_many_is_told_so_at_once() {
    let disk = SimDisk::new(1);
    let log = open(
        &disk,
        MemoryIndex::default(),
        &Options {
            queue_appends_max: 4,
            ..options()
        },
    );
    disk.hold();
    let first = log.append(batch(0));
    disk.wait_held();
    let waiting: Vec<_> = (1..=4).map(|key| log.append(batch(key))).collect();
    let refused = runtime().block_on(log.append(batch(5))).unwrap_err();
    assert_eq!((refused.code(), refused), ("log_busy", Error::Busy { limit: 4 }));
    disk.release();
    runtime().block_on(async {
        for answer in std::iter::once(first).chain(waiting) {
            answer.await.unwrap();
        }
        assert!(!log.append(batch(5)).await.unwrap().appended[0].duplicate);
    });
}

#[test]
fn a_failed_sync_answers_everybody_who_waits() {
    let disk = SimDisk::new(1);
    let log = open(&disk, MemoryIndex::default(), &options());
    disk.hold();
    let first = log.append(batch(0));
    disk.wait_held();
    let waiting: Vec<_> = (1..=5).map(|key| log.append(batch(key))).collect();
    disk.plan_fault(Fault::SyncError, 0);
    disk.release();
    assert_eq!(runtime().block_on(first).unwrap_err().code(), "log_io");
    for answer in waiting {
        assert_eq!(runtime().block_on(answer).unwrap_err().code(), "log_stopped");
    }
    assert_eq!(log.head().seq, 0, "readers were shown what was not durable");
    assert!(log.close().is_err());
}

/// An index whose writes wait until they are let through, or fail.
#[derive(Clone, Default)]
struct Gate {
    index: MemoryIndex,
    /// Whether writes pass, and whether they fail.
    state: Arc<(Mutex<(bool, bool)>, Condvar)>,
}

impl Gate {
    fn set(&self, open: bool, failing: bool) {
        *self.state.0.lock().unwrap() = (open, failing);
        self.state.1.notify_all();
    }
}

/// Opens the gate when a test fails, so that the log behind it can end.
struct OpenAtLast(Gate);

impl Drop for OpenAtLast {
    fn drop(&mut self) {
        self.0.set(true, false);
    }
}

impl IndexStore for Gate {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        self.index.get(key)
    }

    fn apply(&self, entries: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), String> {
        let mut state = self.state.0.lock().unwrap();
        while !state.0 {
            state = self.state.1.wait(state).unwrap();
        }
        if state.1 {
            Err("simulated index failure".to_owned())
        } else {
            self.index.apply(entries)
        }
    }

    fn clear(&self) -> Result<(), String> {
        self.index.clear()
    }

    fn close(&self) -> Result<(), String> {
        self.index.close()
    }
}

#[test]
fn keys_are_known_before_the_index_has_them() {
    let disk = SimDisk::new(1);
    let gate = Gate::default();
    let log = open(&disk, gate.clone(), &options());
    let _opened = OpenAtLast(gate.clone());
    for key in 0..300 {
        assert!(!log.append_blocking(batch(key)).unwrap().appended[0].duplicate);
    }
    // The last append may have been answered a moment before it was handed to the index.
    assert!(log.stats().index_lag_records >= 299);
    for key in 0..300 {
        assert_eq!(log.append_blocking(batch(key)).unwrap().appended[0].seq, key + 1);
    }
    let topic = runtime().block_on(log.read_topic("t", 290, 100)).unwrap();
    assert!(topic.iter().map(|record| record.topic_seq).eq(290..=300));
    gate.set(true, false);
    log.close().unwrap();
    let log = open(&disk, gate, &options());
    assert!(log.append_blocking(batch(299)).unwrap().appended[0].duplicate);
    assert_eq!(log.head().seq, 300);
}

#[test]
fn a_failing_index_stops_the_log_and_loses_nothing() {
    let disk = SimDisk::new(1);
    let gate = Gate::default();
    gate.set(true, true);
    let log = open(&disk, gate.clone(), &options());
    let mut stored = 0;
    while let Ok(receipt) = log.append_blocking(batch(stored)) {
        stored += 1;
        assert_eq!(receipt.head.seq, stored);
    }
    assert_eq!(log.failure().unwrap().code(), "index_failed");
    drop(log);
    gate.set(true, false);
    let log = open(&disk, gate, &options());
    assert!(log.head().seq >= stored);
    assert!(log.append_blocking(batch(0)).unwrap().appended[0].duplicate);
}
