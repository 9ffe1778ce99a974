//! The embedded log on a disk that crashes, tears, forgets, fills up and lies, thousands of times.
//!
//! Each seed is a life of several processes on one simulated disk. Checked throughout: nothing acknowledged is lost,
//! repeated or moved; what was not acknowledged survives as a whole batch or not at all; no acknowledgement comes
//! before its sync; no flipped bit goes unnoticed. A failure prints the seed; `JOBFOLD_SEED=N` runs that one alone.

use jobfold::log::disk::Disk;
use jobfold::log::index::{IndexStore, MemoryIndex};
use jobfold::log::sim_disk::{Fault, SimDisk, SimRng};
use jobfold::log::{Batch, EmbeddedLog, Error, EventLog, NewRecord, Opened, Options, Receipt, repair};
use std::sync::Arc;

const SEEDS: u64 = 2000;

/// One life: a disk, an index, and what the log has promised.
struct Life {
    seed: u64,
    rng: SimRng,
    disk: SimDisk,
    index: MemoryIndex,
    /// Payloads of acknowledged records, in the log's order.
    acknowledged: Vec<String>,
    /// Batches that were sent and not acknowledged, oldest first; the last process's only.
    unanswered: Vec<Vec<String>>,
    next: u64,
    runtime: tokio::runtime::Runtime,
}

impl Life {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            rng: SimRng::new(seed),
            disk: SimDisk::new(seed ^ 0x5EED),
            index: MemoryIndex::default(),
            acknowledged: Vec::new(),
            unanswered: Vec::new(),
            next: 0,
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
        }
    }

    fn options(&mut self) -> Options {
        let segment_bytes = 8192 + self.rng.below(4) * 8192;
        Options {
            segment_bytes_first: segment_bytes,
            segment_bytes_max: segment_bytes,
            prepare_ahead: false,
            // Marks by the clock would make equal seeds differ.
            mark_after: None,
            ..Options::default()
        }
    }

    fn open(&mut self) -> Result<(EmbeddedLog, Opened, Vec<String>), Error> {
        let options = self.options();
        let store: Box<dyn IndexStore> = Box::new(self.index.clone());
        let mut payloads = Vec::new();
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let (log, opened) = EmbeddedLog::open_on(disk, &options, || Ok((store, None)), &mut |record| {
            payloads.push(record.payload.to_owned());
        })?;
        Ok((log, opened, payloads))
    }

    fn batch(&mut self) -> Batch {
        let count = 1 + self.rng.below(4);
        let records = (0..count).map(|_| {
            let n = self.next;
            self.next += 1;
            // Lengths around the size of a sector, and now and then of a segment.
            let len = if self.rng.one_in(40) {
                9000
            } else {
                self.rng.index(1300)
            };
            NewRecord {
                topic: if self.rng.one_in(3) {
                    "rare".into()
                } else {
                    "often".into()
                },
                kind: "k".into(),
                payload: format!("{n} {}", "x".repeat(len)),
                headers: vec![],
                idempotency_key: Some(n.to_string()),
            }
        });
        Batch {
            records: records.collect(),
            expected_seq: None,
            at_ms: 0,
        }
    }

    /// After opening: everything acknowledged is there, followed by whole unanswered batches at most.
    fn check_survivors(&mut self, found: &[String]) {
        let seed = self.seed;
        let acknowledged = self.acknowledged.len();
        assert!(
            found.len() >= acknowledged,
            "seed {seed}: {} of {acknowledged} records are left",
            found.len()
        );
        assert!(
            found[..acknowledged] == self.acknowledged,
            "seed {seed}: acknowledged records changed"
        );
        let mut rest = &found[acknowledged..];
        for batch in self.unanswered.drain(..) {
            if rest.starts_with(&batch) {
                rest = &rest[batch.len()..];
            } else {
                break;
            }
        }
        assert!(
            rest.is_empty(),
            "seed {seed}: {} records are part of no whole batch",
            rest.len()
        );
        self.acknowledged = found.to_vec();
    }

    fn settle(&mut self, payloads: Vec<String>, answer: Result<Receipt, Error>) -> Option<Error> {
        match answer {
            Ok(receipt) => {
                let first = self.acknowledged.len() as u64 + 1;
                let seqs: Vec<u64> = receipt.appended.iter().map(|place| place.seq).collect();
                assert!(
                    seqs.into_iter().eq(first..first + payloads.len() as u64),
                    "seed {}",
                    self.seed
                );
                self.acknowledged.extend(payloads);
                None
            }
            Err(error) => {
                self.unanswered.push(payloads);
                Some(error)
            }
        }
    }

    fn payloads(batch: &Batch) -> Vec<String> {
        batch.records.iter().map(|record| record.payload.clone()).collect()
    }

    /// One append, answered before the next.
    fn append_one(&mut self, log: &EmbeddedLog) -> Option<Error> {
        let batch = self.batch();
        let payloads = Self::payloads(&batch);
        let answer = log.append_blocking(batch);
        if answer.is_ok() {
            assert_eq!(
                self.disk.unsynced_bytes(".seg"),
                0,
                "seed {}: acknowledged before it was synced",
                self.seed
            );
        }
        self.settle(payloads, answer)
    }

    /// Several appends that share a write: they queue up while the one before them is held at the disk.
    fn append_group(&mut self, log: &EmbeddedLog) -> Option<Error> {
        let batches: Vec<Batch> = (0..2 + self.rng.below(5)).map(|_| self.batch()).collect();
        let sent: Vec<Vec<String>> = batches.iter().map(Self::payloads).collect();
        self.disk.hold();
        let mut answers = Vec::new();
        for batch in batches {
            answers.push(log.append(batch));
            if answers.len() == 1 {
                self.disk.wait_held();
            }
        }
        self.disk.release();
        let mut failure = None;
        for (payloads, answer) in sent.into_iter().zip(answers) {
            let answer = self.runtime.block_on(answer);
            failure = self.settle(payloads, answer).or(failure);
        }
        if failure.is_none() {
            assert_eq!(
                self.disk.unsynced_bytes(".seg"),
                0,
                "seed {}: acknowledged before it was synced",
                self.seed
            );
        }
        failure
    }

    /// A key that is stored already is answered as a duplicate, whatever happened to the index.
    fn check_duplicate(&mut self, log: &EmbeddedLog) {
        if self.acknowledged.is_empty() {
            return;
        }
        let at = self.rng.index(self.acknowledged.len());
        let payload = self.acknowledged[at].clone();
        let key = payload.split(' ').next().unwrap().to_owned();
        let records = ["rare", "often"].map(|topic| NewRecord {
            topic: topic.into(),
            idempotency_key: Some(key.clone()),
            payload: payload.clone(),
            ..NewRecord::default()
        });
        let seqs: Vec<u64> = records
            .into_iter()
            .filter_map(|record| {
                let key = record.idempotency_key.as_deref().unwrap();
                self.runtime
                    .block_on(log.find(&record.topic, key))
                    .unwrap()
                    .map(|place| place.seq)
            })
            .collect();
        assert_eq!(seqs, [at as u64 + 1], "seed {}: key {key}", self.seed);
    }

    /// A process: opens, appends until something breaks or it has had enough, ends in one of several ways.
    fn process(&mut self) {
        if self.rng.one_in(3) {
            let fault = [Fault::WriteError, Fault::WriteFull, Fault::SyncError][self.rng.index(3)];
            self.disk.plan_fault(fault, self.rng.below(30));
        }
        let (log, _, found) = match self.open() {
            Ok(opened) => opened,
            Err(error) => {
                // Only a fault may keep it from opening.
                assert_eq!(error.code(), "log_io", "seed {}: {error}", self.seed);
                return self.end(None);
            }
        };
        self.check_survivors(&found);
        for _ in 0..self.rng.below(30) {
            let failure = if self.rng.one_in(4) {
                self.append_group(&log)
            } else {
                self.append_one(&log)
            };
            if let Some(error) = failure {
                assert!(
                    matches!(error.code(), "log_io" | "log_stopped"),
                    "seed {}: {error}",
                    self.seed
                );
                let again = self.append_one(&log).expect("a stopped log stored something");
                assert_eq!(again.code(), "log_stopped", "seed {}", self.seed);
                // What is refused at once is never written; what failed may be.
                self.unanswered.pop();
                assert!(log.failure().is_some());
                break;
            }
            self.check_duplicate(&log);
        }
        self.end(Some(log));
    }

    fn end(&mut self, log: Option<EmbeddedLog>) {
        let clean = self.rng.one_in(4) && log.as_ref().is_some_and(|log| log.failure().is_none());
        if clean {
            self.disk.clear_fault();
            log.expect("checked above")
                .close()
                .unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
            assert_eq!(self.disk.unsynced_bytes(".seg"), 0, "seed {}", self.seed);
            return;
        }
        let older = self.index.snapshot();
        self.disk = if self.rng.one_in(2) {
            self.disk.kill()
        } else {
            self.disk.crash()
        };
        drop(log);
        match self.rng.below(4) {
            0 => self.index = MemoryIndex::default(),
            1 => self.index = older,
            _ => {}
        }
    }

    /// Flips one bit of what a clean close left, and expects to hear of it.
    fn check_damage(&mut self) {
        self.disk.clear_fault();
        let (log, _, found) = self
            .open()
            .unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
        self.check_survivors(&found);
        log.close().unwrap();
        let segments: Vec<(String, usize)> = self
            .disk
            .files()
            .into_iter()
            .filter(|(name, _)| name.contains(".seg"))
            .collect();
        let (name, len) = &segments[self.rng.index(segments.len())];
        let used = self.disk.bytes(name).iter().rposition(|byte| *byte != 0).unwrap() + 1;
        let at = if self.rng.one_in(10) {
            self.rng.index(*len)
        } else {
            self.rng.index(used)
        };
        let bit = u32::try_from(self.rng.below(8)).unwrap();
        self.disk.flip(name, at, bit);
        let report = repair::verify_on(&self.disk, &mut |_| ()).unwrap();
        let seed = self.seed;
        if at >= used && report.is_whole() {
            // Behind the last frame nothing is stored; it looks like an interrupted write, and is told.
            assert!(
                report.torn_bytes > 0,
                "seed {seed}: {name} byte {at} bit {bit} went unnoticed"
            );
            return;
        }
        let Err(Error::Damaged(damage)) = self.open() else {
            panic!("seed {seed}: opened with a flipped bit at {name} byte {at} bit {bit}");
        };
        assert_eq!(Some(&damage), report.damage.as_ref());
        let repaired = repair::repair_on(&self.disk, "aside").unwrap();
        assert_eq!(repaired.head, report.head, "seed {seed}");
        let (log, _, found) = self.open().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(found.len() as u64, report.head.seq, "seed {seed}");
        assert!(
            self.acknowledged.starts_with(&found),
            "seed {seed}: the kept prefix is no prefix"
        );
        self.acknowledged = found;
        assert!(self.append_one(&log).is_none(), "seed {seed}");
        self.check_duplicate(&log);
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_no_damage_goes_unnoticed() {
    let only = std::env::var("JOBFOLD_SEED")
        .ok()
        .map(|seed| seed.parse::<u64>().unwrap());
    let seeds: Vec<u64> = only.map_or_else(|| (0..SEEDS).collect(), |seed| vec![seed]);
    let halves: Vec<Vec<u64>> = (0..2)
        .map(|half| seeds.iter().copied().filter(|seed| seed % 2 == half).collect())
        .collect();
    std::thread::scope(|scope| {
        for seeds in &halves {
            scope.spawn(move || {
                for &seed in seeds {
                    let mut life = Life::new(seed);
                    for _ in 0..=life.rng.below(5) {
                        life.process();
                    }
                    life.check_damage();
                }
            });
        }
    });
}
