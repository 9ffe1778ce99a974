//! The one thread that writes the log.
//!
//! Owns group commit: it takes all appends that wait, gives each record its place, writes one frame, syncs once, and
//! only then answers them. After a failed write or sync it never writes again: what the disk holds is then unknown,
//! and a second sync that succeeds would prove nothing. Must not know HTTP or async: it is a plain thread.

use super::disk::Disk;
use super::error::Error;
use super::follow::{Follower, IndexJob, IndexedRecord, KeyHash, key_hash};
use super::frame::{FrameBuilder, MARK_BYTES};
use super::recent::Recent;
use super::scan::Place;
use super::segment::SEGMENT_HEADER_BYTES;
use super::segments::{OpenSegment, Prepared, Segments, prepare};
use super::{Batch, Receipt};
use jobfold_core::log::{Appended, Head, LogError, Record};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// A frame takes further waiting appends until it has this many bytes.
const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An append and who waits for it.
pub(super) struct Request {
    pub(super) batch: Batch,
    /// What the batch counts for in [`Shared::queued_bytes`].
    pub(super) bytes: u64,
    pub(super) reply: oneshot::Sender<Result<Receipt, Error>>,
}

/// What the writer shares with the log's handle.
pub(super) struct Shared {
    pub(super) segments: Segments,
    pub(super) follower: Follower,
    pub(super) recent: Recent,
    pub(super) heads: watch::Sender<Head>,
    pub(super) failure: Mutex<Option<Error>>,
    /// Bytes of batches that wait.
    pub(super) queued_bytes: AtomicU64,
    pub(super) counters: Counters,
}

impl Shared {
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Running totals since the log was opened.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) appends: AtomicU64,
    pub(super) records: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) syncs: AtomicU64,
    pub(super) sync_ns: AtomicU64,
}

/// The writer's own state.
pub(super) struct Writer {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) shared: Arc<Shared>,
    pub(super) requests: Receiver<Request>,
    pub(super) current: Arc<OpenSegment>,
    /// Ordinal of the current segment.
    pub(super) ordinal: usize,
    /// Where the next frame goes in it.
    pub(super) at: u64,
    pub(super) head: Head,
    pub(super) topics: HashMap<Arc<str>, u64>,
    /// Whether a mark confirms everything written.
    pub(super) marked: bool,
    pub(super) frame: FrameBuilder,
    pub(super) segment_bytes_max: u64,
    /// Prepare the next segment while the current one fills.
    pub(super) prepare_ahead: bool,
    /// See `Options::mark_after`.
    pub(super) mark_after: Option<Duration>,
    pub(super) spare: Option<JoinHandle<Result<Prepared, Error>>>,
}

/// Records with a place, and what the index will want to know of them.
#[derive(Default)]
struct Group {
    records: Vec<Arc<Record>>,
    indexed: Vec<IndexedRecord>,
    /// Keys of the group's own records: the follower hears of them when they are durable.
    keys: HashMap<KeyHash, (u64, u64)>,
}

impl Writer {
    /// Runs until every sender of requests is gone.
    pub(super) fn run(mut self) {
        let mut waiting = Vec::new();
        while self.wait(&mut waiting) {
            if self.shared.failure().is_some() {
                self.refuse(waiting.drain(..));
            } else {
                self.commit(&mut waiting);
            }
        }
        if self.shared.failure().is_none() {
            // A log that was closed has nothing unconfirmed; a failure here costs only that.
            if let Err(error) = self.mark() {
                tracing::warn!(%error, "failed to confirm the log's last write while closing");
            }
        }
        if let Some(spare) = self.spare.take() {
            let _ = spare.join();
        }
    }

    /// Fills `waiting` with at least one request; false when there will be none.
    fn wait(&mut self, waiting: &mut Vec<Request>) -> bool {
        let unmarked = !self.marked && self.shared.failure().is_none();
        let first = match self.mark_after.filter(|_| unmarked) {
            Some(mark_after) => self.requests.recv_timeout(mark_after),
            None => self.requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match first {
            Ok(first) => waiting.push(first),
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = self.mark() {
                    self.stop(&error);
                }
                return self.wait(waiting);
            }
        }
        let mut bytes = waiting[0].bytes;
        while bytes < GROUP_BYTES_MAX as u64 {
            let Ok(next) = self.requests.try_recv() else { break };
            bytes += next.bytes;
            waiting.push(next);
        }
        true
    }

    fn refuse(&self, waiting: impl Iterator<Item = Request>) {
        let reason = self
            .shared
            .failure()
            .map_or_else(String::new, |failure| failure.to_string());
        for request in waiting {
            self.answer(
                request.reply,
                request.bytes,
                Err(Error::Stopped { reason: reason.clone() }),
            );
        }
    }

    fn answer(&self, reply: oneshot::Sender<Result<Receipt, Error>>, bytes: u64, answer: Result<Receipt, Error>) {
        self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        // Whoever asked may have gone; the batch is stored all the same.
        let _ = reply.send(answer);
    }

    fn stop(&self, error: &Error) {
        tracing::error!(%error, code = error.code(), "the log stopped");
        let mut failure = self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert_with(|| error.clone());
    }

    /// One group: places, one write, one sync, answers.
    fn commit(&mut self, waiting: &mut Vec<Request>) {
        let mut group = Group::default();
        self.frame.begin(self.head);
        let mut answers = Vec::with_capacity(waiting.len());
        let mut fatal = None;
        for Request { batch, bytes, reply } in waiting.drain(..) {
            let answer = if fatal.is_some() {
                Ok(Err(LogError::BatchEmpty))
            } else {
                self.place(batch, &mut group)
            };
            let answer = answer.unwrap_or_else(|error| {
                fatal = Some(error);
                Err(LogError::BatchEmpty)
            });
            answers.push((reply, bytes, answer));
        }
        let written = match fatal {
            Some(error) => Err(error),
            None if group.records.is_empty() => Ok(()),
            None => self.write(),
        };
        if let Err(error) = written {
            self.stop(&error);
            for (reply, bytes, _) in answers {
                self.answer(reply, bytes, Err(error.clone()));
            }
            return;
        }
        self.publish(group);
        self.shared
            .counters
            .appends
            .fetch_add(answers.len() as u64, Ordering::Relaxed);
        for (reply, bytes, answer) in answers {
            self.answer(reply, bytes, answer.map_err(Error::Refused));
        }
        self.shared.follower.wait_for_room();
    }

    /// Gives a batch's records their places. The outer error stops the log, the inner one refuses the batch.
    fn place(&mut self, batch: Batch, group: &mut Group) -> Result<Result<Receipt, LogError>, Error> {
        let actual = self.frame.head().seq;
        if let Some(expected) = batch.expected_seq.filter(|expected| *expected != actual) {
            return Ok(Err(LogError::SeqConflict { expected, actual }));
        }
        let mut appended = Vec::with_capacity(batch.records.len());
        for new in batch.records {
            let key = new.idempotency_key.as_ref().map(|key| key_hash(&new.topic, key));
            let known = match &key {
                Some(key) => self.known(key, group)?,
                None => None,
            };
            if let Some((seq, topic_seq)) = known {
                self.shared.counters.duplicates.fetch_add(1, Ordering::Relaxed);
                appended.push(Appended {
                    seq,
                    topic_seq,
                    duplicate: true,
                });
                continue;
            }
            let topic = self.topic(&new.topic);
            let topic_seq = self.topics.get_mut(&topic).map_or(1, |count| {
                *count += 1;
                *count
            });
            let record = self.frame.push(new, topic_seq, batch.at_ms);
            let seq = record.seq;
            if let Some(key) = key {
                group.keys.insert(key, (seq, topic_seq));
            }
            group.indexed.push(IndexedRecord {
                seq,
                topic_seq,
                topic,
                key,
            });
            group.records.push(Arc::new(record));
            appended.push(Appended {
                seq,
                topic_seq,
                duplicate: false,
            });
        }
        Ok(Ok(Receipt {
            appended,
            head: self.frame.head(),
        }))
    }

    /// Where the record with this key is, in this group or before it.
    fn known(&self, key: &KeyHash, group: &Group) -> Result<Option<(u64, u64)>, Error> {
        match group.keys.get(key) {
            Some(place) => Ok(Some(*place)),
            None => self.shared.follower.find(key).map_err(|reason| Error::Index { reason }),
        }
    }

    fn topic(&mut self, name: &str) -> Arc<str> {
        if let Some((topic, _)) = self.topics.get_key_value(name) {
            return Arc::clone(topic);
        }
        let topic: Arc<str> = Arc::from(name);
        self.topics.insert(Arc::clone(&topic), 0);
        topic
    }

    /// Writes the frame and syncs it.
    fn write(&mut self) -> Result<(), Error> {
        let bytes = self.frame.frame_bytes() as u64;
        // Room for a mark stays free behind every frame.
        if self.at + bytes + MARK_BYTES as u64 > self.current.bytes {
            self.roll(bytes)?;
        }
        let frame = self.frame.finish();
        self.current
            .file
            .write_at(self.at, frame)
            .map_err(|error| self.failed("write", &error))?;
        self.sync()?;
        self.shared.segments.note_place(Place {
            seq: self.head.seq + 1,
            segment: self.ordinal,
            offset: self.at,
        });
        self.at += bytes;
        self.head = self.frame.head();
        self.marked = false;
        self.prepare_spare();
        Ok(())
    }

    fn sync(&self) -> Result<(), Error> {
        let begin = Instant::now();
        self.current.file.sync().map_err(|error| self.failed("sync", &error))?;
        let took = begin.elapsed();
        let counters = &self.shared.counters;
        counters.syncs.fetch_add(1, Ordering::Relaxed);
        counters
            .sync_ns
            .fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        metrics::histogram!("jobfold_log_sync_seconds").record(took.as_secs_f64());
        Ok(())
    }

    fn failed(&self, operation: &'static str, error: &std::io::Error) -> Error {
        Error::io(operation, self.disk.path(&self.current.name), error)
    }

    /// Confirms the last frame: whoever reads the mark knows that everything before it was synced.
    fn mark(&mut self) -> Result<(), Error> {
        if self.marked {
            return Ok(());
        }
        self.frame.begin(self.head);
        let mark = self.frame.finish();
        let bytes = mark.len() as u64;
        self.current
            .file
            .write_at(self.at, mark)
            .map_err(|error| self.failed("write", &error))?;
        self.sync()?;
        self.at += bytes;
        self.marked = true;
        Ok(())
    }

    /// Begins the next segment, large enough for a frame of `frame_bytes`.
    fn roll(&mut self, frame_bytes: u64) -> Result<(), Error> {
        let needed = SEGMENT_HEADER_BYTES as u64 + frame_bytes + MARK_BYTES as u64;
        let ready = match self.spare.take() {
            Some(spare) => Some(spare.join().map_err(|_| Error::Stopped {
                reason: "preparing a segment panicked".to_owned(),
            })??),
            None => None,
        };
        let prepared = match ready.filter(|prepared| prepared.bytes >= needed) {
            Some(prepared) => prepared,
            None => prepare(&*self.disk, self.next_segment_bytes().max(needed))?,
        };
        let (ordinal, segment) = self.shared.segments.begin(prepared, self.head)?;
        self.ordinal = ordinal;
        self.current = segment;
        self.at = SEGMENT_HEADER_BYTES as u64;
        Ok(())
    }

    /// Segments double until they have their full size, so that a small log is a small file.
    fn next_segment_bytes(&self) -> u64 {
        self.current.bytes.saturating_mul(2).min(self.segment_bytes_max)
    }

    fn prepare_spare(&mut self) {
        if !self.prepare_ahead || self.spare.is_some() || self.at < self.current.bytes / 4 {
            return;
        }
        let (disk, bytes) = (Arc::clone(&self.disk), self.next_segment_bytes());
        let spawned = std::thread::Builder::new()
            .name("log-prepare".to_owned())
            .spawn(move || prepare(&*disk, bytes));
        // Without a thread the segment is prepared when it is needed.
        self.spare = spawned.ok();
    }

    /// Shows durable records to readers and subscribers.
    fn publish(&self, group: Group) {
        if group.records.is_empty() {
            return;
        }
        let count = group.records.len() as u64;
        self.shared.counters.records.fetch_add(count, Ordering::Relaxed);
        metrics::counter!("jobfold_log_records_total").increment(count);
        self.shared.recent.push(group.records);
        if let Err(reason) = self.shared.follower.push(IndexJob {
            records: group.indexed,
            head: self.head,
        }) {
            // The records are durable and acknowledged all the same; the next opening rebuilds the index.
            self.stop(&Error::Index { reason });
        }
        self.shared.heads.send_replace(self.head);
    }
}
