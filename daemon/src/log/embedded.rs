//! The backend for one machine: segment files are the truth, an index beside them answers look-ups.
//!
//! Owns opening (recover the tail, catch the index up, start the threads), the log's handle, and closing. The parts:
//! [`super::scan`] reads everything once, [`super::writer`] writes, [`super::follow`] indexes, [`super::segments`]
//! reads records. What survives: an answered append survives the end of the process and of the machine, provided the
//! disk keeps what it has confirmed (`docs/log-format.md` lists what is assumed of it).

use super::disk::{Disk, RealDisk};
use super::error::Error;
use super::follow::{Blocks, Follower, IndexJob, IndexedRecord, key_hash};
use super::frame::{FrameBuilder, MARK_BYTES};
use super::index::{IndexStore, SledIndex};
use super::recent::Recent;
use super::scan::{LastFrame, Scan, list_segments, scan};
use super::segment::{HeaderFault, SEGMENT_HEADER_BYTES, decode_header};
use super::segments::{OpenSegment, Segments, prepare};
use super::writer::{Counters, Request, Shared, Writer};
use super::{Answer, Appended, Batch, EventLog, Head, Limits, Receipt, Record, RecordView};
use jobfold_core::log::FORMAT_VERSION;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Payload bytes after which a page of records is cut short.
const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Records of a topic that lie further apart than this are read one by one.
const TOPIC_GAP_RECORDS_MAX: u64 = 256;
/// Records that are indexed at once while the index catches up.
const CATCH_UP_RECORDS: usize = 16_384;

/// How an embedded log behaves. The defaults are for a daemon.
#[derive(Debug, Clone)]
pub struct Options {
    /// What one record and one batch may have.
    pub limits: Limits,
    /// Size of a new log's first segment; every further one doubles, up to `segment_bytes_max`.
    pub segment_bytes_first: u64,
    /// Size of a full segment. A frame that is larger gets a segment of its own size.
    pub segment_bytes_max: u64,
    /// Appends that may wait for their turn; one more is answered `log_busy`.
    pub queue_appends_max: usize,
    /// Bytes of batches that may wait for their turn.
    pub queue_bytes_max: u64,
    /// Prepare the next segment on a thread of its own while the current one fills.
    pub prepare_ahead: bool,
    /// After this long without appends the last write is confirmed by a mark; `None` leaves that to closing.
    pub mark_after: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            segment_bytes_first: 4 * 1024 * 1024,
            segment_bytes_max: 64 * 1024 * 1024,
            queue_appends_max: 1024,
            queue_bytes_max: 128 * 1024 * 1024,
            prepare_ahead: true,
            mark_after: Some(Duration::from_millis(50)),
        }
    }
}

/// What opening found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The last record.
    pub head: Head,
    /// Segment files.
    pub segments: u64,
    /// A half-written batch that a crash left behind. Nobody had been told that it was stored.
    pub cut: Option<Cut>,
    /// What the index needed.
    pub index: IndexState,
}

/// An interrupted write that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub file: PathBuf,
    /// Where the last whole frame ends.
    pub offset: u64,
    /// Bytes from there to the last one that was written.
    pub bytes: u64,
}

/// What the index needed when the log was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexState {
    /// Nothing.
    Ready,
    /// It was behind.
    CaughtUp {
        /// Records that were added.
        records: u64,
    },
    /// It could not be used.
    Rebuilt {
        /// Why.
        why: String,
        /// Records that were added.
        records: u64,
    },
}

/// Running totals since the log was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Batches answered, refusals included.
    pub appends: u64,
    /// Records stored.
    pub records: u64,
    /// Records answered as duplicates.
    pub duplicates: u64,
    /// Syncs that made records or marks durable.
    pub syncs: u64,
    /// Time spent in them.
    pub sync_time: Duration,
    /// Records stored and not indexed yet.
    pub index_lag_records: u64,
}

/// The embedded log. Dropping it closes it: the last write is confirmed, the index completed.
pub struct EmbeddedLog {
    shared: Arc<Shared>,
    limits: Limits,
    queue_appends_max: usize,
    queue_bytes_max: u64,
    requests: Option<SyncSender<Request>>,
    writer: Option<JoinHandle<()>>,
    indexer: Option<JoinHandle<Result<(), String>>>,
    /// Held until the threads have ended.
    _lock: Box<dyn Send + Sync>,
}

impl EmbeddedLog {
    /// Opens the log in `dir`, made when missing, with its index in `dir/index`. Every record is verified and handed
    /// to `on_record`, in order. Blocks: use it before serving, or on a blocking thread.
    pub fn open(
        dir: &Path,
        options: &Options,
        mut on_record: impl FnMut(&RecordView<'_>),
    ) -> Result<(Self, Opened), Error> {
        let disk = RealDisk::new(dir).map_err(|error| Error::io("open", dir, &error))?;
        let index_dir = dir.join("index");
        let open_index = move || {
            let (index, distrust) = SledIndex::open(&index_dir)?;
            Ok((Box::new(index) as Box<dyn IndexStore>, distrust))
        };
        Self::open_on(Arc::new(disk), options, open_index, &mut on_record)
    }

    /// Opens the log on any disk with any index. `open_index` is called once the log is
    /// locked, on a thread of its own; it may say why an
    /// older index had to go.
    pub fn open_on(
        disk: Arc<dyn Disk>,
        options: &Options,
        open_index: impl FnOnce() -> Result<(Box<dyn IndexStore>, Option<String>), String> + Send,
        on_record: &mut dyn FnMut(&RecordView<'_>),
    ) -> Result<(Self, Opened), Error> {
        let lock = lock(&*disk)?;
        check_formats(&*disk)?;
        // Opening the index takes a while and needs nothing of the log.
        let (found, index) = std::thread::scope(|scope| {
            let index = scope.spawn(open_index);
            (scan(&*disk, on_record), index.join())
        });
        let found = found?;
        if let Some(damage) = found.damage {
            return Err(Error::Damaged(damage));
        }
        let cut = recover_tail(&*disk, &found)?;
        let segments = Segments::open(Arc::clone(&disk), &found.segments, found.places.clone())?;
        let index = index.unwrap_or_else(|_| Err("opening the index panicked".to_owned()));
        let (store, distrust) = index.map_err(|reason| Error::Index { reason })?;
        let follower = Follower::new(store);
        let index = catch_up(&follower, &segments, found.head, distrust)?;
        let shared = Arc::new(Shared {
            segments,
            follower,
            recent: Recent::default(),
            heads: watch::Sender::new(found.head),
            failure: Mutex::new(None),
            queued_bytes: AtomicU64::new(0),
            counters: Counters::default(),
        });
        let opened = Opened {
            head: found.head,
            segments: found.segments.len() as u64,
            cut,
            index,
        };
        let log = Self::start(disk, options, shared, &found, lock)?;
        Ok((log, opened))
    }

    fn start(
        disk: Arc<dyn Disk>,
        options: &Options,
        shared: Arc<Shared>,
        found: &Scan,
        lock: Box<dyn Send + Sync>,
    ) -> Result<Self, Error> {
        let (sender, requests) = sync_channel(options.queue_appends_max);
        let (ordinal, current, at) = append_position(&disk, options, &shared.segments, found)?;
        let writer = Writer {
            disk,
            shared: Arc::clone(&shared),
            requests,
            current,
            ordinal,
            at,
            head: found.head,
            topics: found
                .chain
                .topics()
                .map(|(topic, count)| (Arc::from(topic), count))
                .collect::<HashMap<_, _>>(),
            marked: true,
            frame: FrameBuilder::default(),
            segment_bytes_max: options.segment_bytes_max,
            prepare_ahead: options.prepare_ahead,
            mark_after: options.mark_after,
            spare: None,
        };
        let indexing = Arc::clone(&shared);
        Ok(Self {
            shared,
            limits: options.limits,
            queue_appends_max: options.queue_appends_max,
            queue_bytes_max: options.queue_bytes_max,
            requests: Some(sender),
            writer: Some(spawn("log-writer", move || writer.run())?),
            indexer: Some(spawn("log-indexer", move || indexing.follower.run())?),
            _lock: lock,
        })
    }

    /// [`EventLog::append`] for callers without a runtime. Blocks.
    pub fn append_blocking(&self, batch: Batch) -> Result<Receipt, Error> {
        let answer = self.submit(batch)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(self.stopped()))
    }

    /// Checks a batch and puts it in the queue.
    fn submit(&self, batch: Batch) -> Result<oneshot::Receiver<Result<Receipt, Error>>, Error> {
        self.limits.check_batch(&batch.records)?;
        if self.shared.failure().is_some() {
            return Err(self.stopped());
        }
        let bytes = batch.records.iter().map(|record| record.body_bytes() as u64).sum();
        let queued = &self.shared.queued_bytes;
        if queued.fetch_add(bytes, Ordering::Relaxed) > self.queue_bytes_max {
            queued.fetch_sub(bytes, Ordering::Relaxed);
            return Err(self.busy());
        }
        let (reply, answer) = oneshot::channel();
        let Some(requests) = &self.requests else {
            return Err(self.stopped());
        };
        match requests.try_send(Request { batch, bytes, reply }) {
            Ok(()) => Ok(answer),
            Err(refused) => {
                queued.fetch_sub(bytes, Ordering::Relaxed);
                Err(if matches!(refused, TrySendError::Full(_)) {
                    self.busy()
                } else {
                    self.stopped()
                })
            }
        }
    }

    fn busy(&self) -> Error {
        Error::Busy {
            limit: self.queue_appends_max as u64,
        }
    }

    fn stopped(&self) -> Error {
        let reason = self
            .shared
            .failure()
            .map_or_else(|| "the log was closed".to_owned(), |error| error.to_string());
        Error::Stopped { reason }
    }

    /// Running totals.
    pub fn stats(&self) -> Stats {
        let counters = &self.shared.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            appends: read(&counters.appends),
            records: read(&counters.records),
            duplicates: read(&counters.duplicates),
            syncs: read(&counters.syncs),
            sync_time: Duration::from_nanos(read(&counters.sync_ns)),
            index_lag_records: self.shared.follower.lag_records(),
        }
    }

    /// Closes the log and says whether everything was written down, the index included. Blocks.
    pub fn close(mut self) -> Result<(), Error> {
        self.shut()
    }

    fn shut(&mut self) -> Result<(), Error> {
        drop(self.requests.take());
        let writer = self.writer.take().map(JoinHandle::join);
        self.shared.follower.close();
        let index_thread = self.indexer.take().map(JoinHandle::join);
        if let Some(failure) = self.shared.failure() {
            return Err(failure);
        }
        let panicked = |what: &str| Error::Stopped {
            reason: format!("the log's {what} panicked"),
        };
        writer.transpose().map_err(|_| panicked("writer"))?;
        let indexed = index_thread.transpose().map_err(|_| panicked("indexer"))?;
        indexed
            .transpose()
            .map(|_| ())
            .map_err(|reason| Error::Index { reason })
    }
}

impl Drop for EmbeddedLog {
    fn drop(&mut self) {
        if self.writer.is_some()
            && let Err(error) = self.shut()
        {
            tracing::warn!(%error, "the log was closed after a failure");
        }
    }
}

impl EventLog for EmbeddedLog {
    fn append(&self, batch: Batch) -> Answer<'_, Receipt> {
        // Queued when called, not when polled: appends keep the order in which they were made.
        let submitted = self.submit(batch);
        Box::pin(async move { submitted?.await.unwrap_or_else(|_| Err(self.stopped())) })
    }

    fn read(&self, from_seq: u64, limit: usize) -> Answer<'_, Vec<Arc<Record>>> {
        Box::pin(async move {
            let recent = self.shared.recent.read(from_seq.max(1), limit);
            if !recent.is_empty() {
                return Ok(recent);
            }
            blocking(&self.shared, move |shared| read_records(shared, from_seq, limit)).await
        })
    }

    fn read_topic<'a>(&'a self, topic: &'a str, from_topic_seq: u64, limit: usize) -> Answer<'a, Vec<Arc<Record>>> {
        let topic = topic.to_owned();
        Box::pin(async move {
            blocking(&self.shared, move |shared| {
                read_topic_records(shared, &topic, from_topic_seq, limit)
            })
            .await
        })
    }

    fn find<'a>(&'a self, topic: &'a str, idempotency_key: &'a str) -> Answer<'a, Option<Appended>> {
        let key = key_hash(topic, idempotency_key);
        Box::pin(async move {
            blocking(&self.shared, move |shared| {
                // The follower hears of durable records only.
                let place = shared.follower.find(&key).map_err(|reason| Error::Index { reason })?;
                Ok(place.map(|(seq, topic_seq)| Appended {
                    seq,
                    topic_seq,
                    duplicate: true,
                }))
            })
            .await
        })
    }

    fn heads(&self) -> watch::Receiver<Head> {
        self.shared.heads.subscribe()
    }

    fn failure(&self) -> Option<Error> {
        self.shared.failure()
    }
}

pub(super) fn lock(disk: &dyn Disk) -> Result<Box<dyn Send + Sync>, Error> {
    disk.lock().map_err(|error| match error.kind() {
        std::io::ErrorKind::WouldBlock => Error::Locked { dir: disk.path("") },
        _ => Error::io("lock", disk.path(""), &error),
    })
}

fn spawn<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>, Error> {
    let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned.map_err(|error| Error::io("start a thread for", name, &error))
}

/// Refuses a log of a newer version before anything of it, the index included, is touched.
fn check_formats(disk: &dyn Disk) -> Result<(), Error> {
    for segment in list_segments(disk)? {
        let mut header = vec![0; SEGMENT_HEADER_BYTES];
        let read = disk.open(&segment.name).and_then(|file| file.read_at(0, &mut header));
        read.map_err(|error| Error::io("read", disk.path(&segment.name), &error))?;
        // Other faults are damage, and told as such by the scan.
        if let Err(HeaderFault::Newer(actual)) = decode_header(&header) {
            let file = disk.path(&segment.name);
            return Err(Error::FormatUnsupported {
                file,
                expected: FORMAT_VERSION,
                actual,
            });
        }
    }
    Ok(())
}

/// File reads must not hold up the runtime's threads.
async fn blocking<T: Send + 'static>(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Shared) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let shared = Arc::clone(shared);
    let done = tokio::task::spawn_blocking(move || work(&shared)).await;
    done.unwrap_or_else(|_| {
        Err(Error::Stopped {
            reason: "reading the log was interrupted".to_owned(),
        })
    })
}

fn read_records(shared: &Shared, from_seq: u64, limit: usize) -> Result<Vec<Arc<Record>>, Error> {
    let head = shared.heads.borrow().seq;
    let mut page = Page::new(limit);
    if limit > 0 {
        shared
            .segments
            .visit(from_seq.max(1), head, &mut |record| page.add(record))?;
    }
    Ok(page.records)
}

fn read_topic_records(shared: &Shared, topic: &str, from: u64, limit: usize) -> Result<Vec<Arc<Record>>, Error> {
    let head = shared.heads.borrow().seq;
    // Asked before the look-up, so that nothing falls between the index and the rest.
    let indexed = shared.follower.indexed().seq;
    let from = from.max(1);
    let seqs = shared
        .follower
        .topic_seqs(topic, from, limit)
        .map_err(|reason| Error::Index { reason })?;
    let mut page = Page::new(limit);
    let mut wanted = seqs.iter().copied().peekable();
    while let Some(&first) = wanted.peek() {
        if page.is_full() {
            return Ok(page.records);
        }
        shared.segments.visit(first, head, &mut |record| {
            if wanted.peek() == Some(&record.seq) {
                wanted.next();
                if page.add(record).is_break() {
                    return ControlFlow::Break(());
                }
            }
            match wanted.peek() {
                Some(next) if next - record.seq <= TOPIC_GAP_RECORDS_MAX => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        })?;
    }
    let next = from + seqs.len() as u64;
    if !page.is_full() {
        shared.segments.visit(indexed + 1, head, &mut |record| {
            if record.topic == topic && record.topic_seq >= next {
                page.add(record)
            } else {
                ControlFlow::Continue(())
            }
        })?;
    }
    Ok(page.records)
}

/// Records of one answer, bounded by count and by bytes.
struct Page {
    records: Vec<Arc<Record>>,
    bytes: usize,
    limit: usize,
}

impl Page {
    fn new(limit: usize) -> Self {
        Self {
            records: Vec::new(),
            bytes: 0,
            limit,
        }
    }

    fn is_full(&self) -> bool {
        self.records.len() >= self.limit || self.bytes >= PAGE_BYTES_MAX
    }

    fn add(&mut self, record: &RecordView<'_>) -> ControlFlow<()> {
        self.bytes += record.payload.len();
        self.records.push(Arc::new(record.to_record()));
        if self.is_full() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Makes the log's end fit to be continued, before anybody is told about it. What stands there may stand in the
/// system's cache only, left by a process that died between write and sync, or by a sync that failed:
///
/// 1. The directory is synced: the last segment's name may not be durable yet.
/// 2. The last frame, mark or not, is written again, an interrupted write is overwritten with zeros, and both are
///    synced.
/// 3. A mark confirms the last frame, if it is none itself; [`append_position`] writes it.
///
/// Each step is durable before the next begins, so a crash in between leaves something this function can continue.
fn recover_tail(disk: &dyn Disk, found: &Scan) -> Result<Option<Cut>, Error> {
    let Some(segment) = found.segments.get(found.last_segment) else {
        return Ok(None);
    };
    let path = disk.path(&segment.name);
    let fail = |operation| {
        let path = path.clone();
        move |error: std::io::Error| Error::io(operation, path, &error)
    };
    disk.sync_dir().map_err(fail("sync the directory of"))?;
    let file = disk.open(&segment.name).map_err(fail("open"))?;
    if let Some(LastFrame { offset, bytes, .. }) = found.last_frame {
        let mut frame = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX)];
        file.read_at(offset, &mut frame).map_err(fail("read"))?;
        file.write_at(offset, &frame).map_err(fail("write"))?;
    }
    if let Some(torn) = found.torn {
        let zeros = vec![0; usize::try_from(torn.end - torn.offset).unwrap_or(usize::MAX)];
        file.write_at(torn.offset, &zeros).map_err(fail("write"))?;
    }
    file.sync().map_err(fail("sync"))?;
    Ok(found.torn.map(|torn| Cut {
        file: path.clone(),
        offset: torn.offset,
        bytes: torn.end - torn.offset,
    }))
}

/// Where the next frame goes. A new log gets its first segment here; a recovered one the mark that
/// [`recover_tail`] promises.
fn append_position(
    disk: &Arc<dyn Disk>,
    options: &Options,
    segments: &Segments,
    found: &Scan,
) -> Result<(usize, Arc<OpenSegment>, u64), Error> {
    let Some((ordinal, current)) = segments.last() else {
        let prepared = prepare(&**disk, options.segment_bytes_first)?;
        let (ordinal, current) = segments.begin(prepared, found.head)?;
        return Ok((ordinal, current, SEGMENT_HEADER_BYTES as u64));
    };
    let mut at = found.append_at;
    if found.last_frame.is_some_and(|frame| !frame.is_mark) && at + MARK_BYTES as u64 <= current.bytes {
        let fail = |operation| {
            let path = disk.path(&current.name);
            move |error: std::io::Error| Error::io(operation, path, &error)
        };
        let mut frame = FrameBuilder::default();
        frame.begin(found.head);
        let mark = frame.finish();
        current.file.write_at(at, mark).map_err(fail("write"))?;
        current.file.sync().map_err(fail("sync"))?;
        at += mark.len() as u64;
    }
    Ok((ordinal, current, at))
}

/// Brings the index to the log's head, from scratch if it is of no use.
fn catch_up(
    follower: &Follower,
    segments: &Segments,
    head: Head,
    distrust: Option<String>,
) -> Result<IndexState, Error> {
    let fail = |reason| Error::Index { reason };
    let why = match distrust {
        Some(why) => Some(why),
        None => mismatch(follower.indexed(), segments, head)?,
    };
    if why.is_some() {
        follower.clear().map_err(fail)?;
    }
    let from = follower.indexed().seq;
    index_records(follower, segments, from + 1, head)?;
    let records = head.seq - from;
    Ok(match why {
        Some(why) => {
            tracing::warn!(why, records, "the index was rebuilt");
            IndexState::Rebuilt { why, records }
        }
        None if records > 0 => IndexState::CaughtUp { records },
        None => IndexState::Ready,
    })
}

/// Why an index that came to `indexed` is not of this log, if so.
fn mismatch(indexed: Head, segments: &Segments, head: Head) -> Result<Option<String>, Error> {
    if indexed.seq > head.seq {
        return Ok(Some(format!(
            "index is at seq {}, ahead of the log at {}",
            indexed.seq, head.seq
        )));
    }
    let mut same = indexed == Head::EMPTY;
    segments.visit(indexed.seq.max(1), indexed.seq, &mut |record| {
        same = record.hash == indexed.hash;
        ControlFlow::Break(())
    })?;
    Ok((!same).then(|| format!("index is of another log: its hash at seq {} differs", indexed.seq)))
}

fn index_records(follower: &Follower, segments: &Segments, from_seq: u64, head: Head) -> Result<(), Error> {
    let mut blocks = Blocks::default();
    let mut job = IndexJob {
        records: Vec::new(),
        head: Head::EMPTY,
    };
    let mut topics: HashMap<String, Arc<str>> = HashMap::new();
    let mut failed = None;
    segments.visit(from_seq, head.seq, &mut |record| {
        let topic = topics
            .entry(record.topic.to_owned())
            .or_insert_with(|| Arc::from(record.topic));
        let key = record.idempotency_key().map(|key| key_hash(record.topic, key));
        let (seq, topic_seq) = (record.seq, record.topic_seq);
        job.records.push(IndexedRecord {
            seq,
            topic_seq,
            topic: Arc::clone(topic),
            key,
        });
        job.head = Head { seq, hash: record.hash };
        if job.records.len() < CATCH_UP_RECORDS && seq < head.seq {
            return ControlFlow::Continue(());
        }
        failed = follower.catch_up(&mut blocks, &job).err();
        job.records.clear();
        if failed.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    failed.map_or(Ok(()), |reason| Err(Error::Index { reason }))
}
