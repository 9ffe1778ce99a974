//! Keeping the index behind the log, and looking things up in both.
//!
//! Owns what the index holds (places of idempotency keys, seqs of topics, how far it has come) and the thread that
//! writes it. The index follows the acknowledgement: a record is durable before it is indexed, so the newest keys
//! live in a bounded tail in memory until the index has them. Must not know how the index is stored.
//!
//! Keys and values, integers big-endian in keys (so that they sort) and little-endian in values:
//!
//! ```text
//! "m"                                  u32 layout, u64 seq, 32 bytes hash: indexed up to here
//! "k" + 24 bytes of BLAKE3(topic ‖ key) u64 seq, u64 topic_seq
//! "t" + topic + 00 + u64 block         u64 seq of each of the topic's records block*256+1 …
//! "f"                                  u64 seq, then the filter of all keys up to it; written when the log is closed
//! ```

use super::filter::KeyFilter;
use super::index::IndexStore;
use jobfold_core::log::{Hash, Head};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const LAYOUT: u32 = 1;
/// Records of a topic whose seqs share one entry.
const BLOCK_RECORDS: u64 = 256;
/// The log waits for the index when this many records are not indexed yet; they are held in memory.
const LAG_RECORDS_MAX: u64 = 200_000;
/// The index waits this long for further records, or until it has this many, before it writes.
const GATHER_FOR: Duration = Duration::from_millis(5);
const GATHER_RECORDS: u64 = 4096;
/// Groups of records that one write to the index takes at most.
const APPLY_JOBS_MAX: usize = 1024;
/// Topics whose unfinished block is kept in memory.
const OPEN_BLOCKS_MAX: usize = 4096;

/// What stands for a topic's idempotency key: long enough that nobody finds two with the same value.
pub(super) type KeyHash = [u8; 24];

/// The hash under which a key is looked up.
pub(super) fn key_hash(topic: &str, key: &str) -> KeyHash {
    let mut pair = Vec::with_capacity(topic.len() + 1 + key.len());
    pair.extend_from_slice(topic.as_bytes());
    // A topic cannot hold a zero byte, so the pair is unambiguous.
    pair.push(0);
    pair.extend_from_slice(key.as_bytes());
    let mut hash = [0; 24];
    hash.copy_from_slice(&blake3::hash(&pair).as_bytes()[..24]);
    hash
}

/// A record, as far as the index is concerned.
pub(super) struct IndexedRecord {
    pub(super) seq: u64,
    pub(super) topic_seq: u64,
    pub(super) topic: Arc<str>,
    pub(super) key: Option<KeyHash>,
}

/// Records that became durable together, and the head after them.
pub(super) struct IndexJob {
    pub(super) records: Vec<IndexedRecord>,
    pub(super) head: Head,
}

/// The index and its tail. Shared by the writer (looks up, adds), readers (look up) and the follower's thread.
pub(super) struct Follower {
    store: Box<dyn IndexStore>,
    state: Mutex<State>,
    /// Which keys are certainly new. None when nobody knows: the log was not closed, and the index is used as it is.
    filter: Mutex<Option<KeyFilter>>,
    /// Signalled when there is work, when room was made, and when the follower stops.
    changed: Condvar,
}

struct State {
    jobs: VecDeque<IndexJob>,
    /// Records in `jobs` and in the hands of the thread.
    lag_records: u64,
    /// Keys of the records in `jobs`.
    tail: HashMap<KeyHash, (u64, u64)>,
    /// Keys of the records in the hands of the thread. They leave all at once, when the index has them.
    leaving: HashMap<KeyHash, (u64, u64)>,
    indexed: Head,
    closing: bool,
    failure: Option<String>,
}

impl Follower {
    /// Over a store that is empty or was written by an earlier follower.
    pub(super) fn new(store: Box<dyn IndexStore>) -> Self {
        let indexed = store
            .get(b"m")
            .ok()
            .flatten()
            .and_then(|meta| decode_meta(&meta))
            .unwrap_or(Head::EMPTY);
        let filter = match indexed.seq {
            0 => Some(KeyFilter::default()),
            seq => load_filter(&*store, seq),
        };
        let state = State {
            jobs: VecDeque::new(),
            lag_records: 0,
            tail: HashMap::new(),
            leaving: HashMap::new(),
            indexed,
            closing: false,
            failure: None,
        };
        Self {
            store,
            state: Mutex::new(state),
            filter: Mutex::new(filter),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn filter(&self) -> MutexGuard<'_, Option<KeyFilter>> {
        self.filter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember<'r>(&self, records: impl Iterator<Item = &'r IndexedRecord>) {
        if let Some(filter) = &mut *self.filter() {
            records
                .filter_map(|record| record.key.as_ref())
                .for_each(|key| filter.insert(key));
        }
    }

    /// How far the index has come.
    pub(super) fn indexed(&self) -> Head {
        self.lock().indexed
    }

    /// Records that are durable and not indexed yet.
    pub(super) fn lag_records(&self) -> u64 {
        self.lock().lag_records
    }

    /// Begins again with nothing.
    pub(super) fn clear(&self) -> Result<(), String> {
        self.store.clear()?;
        self.lock().indexed = Head::EMPTY;
        *self.filter() = Some(KeyFilter::default());
        Ok(())
    }

    /// The place of a key: seq and topic seq. Sees everything that was pushed.
    pub(super) fn find(&self, key: &KeyHash) -> Result<Option<(u64, u64)>, String> {
        if self.filter().as_ref().is_some_and(|filter| !filter.may_hold(key)) {
            return Ok(None);
        }
        let state = self.lock();
        if let Some(place) = state.tail.get(key).or_else(|| state.leaving.get(key)) {
            return Ok(Some(*place));
        }
        drop(state);
        // A key leaves after the index has it, so it is in one of the two.
        let value = self.store.get(&key_entry(key))?;
        value
            .map(|value| decode_pair(&value).ok_or_else(|| "index has a malformed place".to_owned()))
            .transpose()
    }

    /// Hands durable records to the thread; from now on their keys are found. Fails when the index has failed.
    pub(super) fn push(&self, job: IndexJob) -> Result<(), String> {
        self.remember(job.records.iter());
        let mut state = self.lock();
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        state.lag_records += job.records.len() as u64;
        for record in &job.records {
            if let Some(key) = record.key {
                state.tail.insert(key, (record.seq, record.topic_seq));
            }
        }
        let was_idle = state.jobs.is_empty();
        state.jobs.push_back(job);
        drop(state);
        if was_idle {
            self.changed.notify_all();
        }
        Ok(())
    }

    /// Waits while the index is too far behind.
    pub(super) fn wait_for_room(&self) {
        let mut state = self.lock();
        while state.lag_records > LAG_RECORDS_MAX && state.failure.is_none() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets the thread finish what it has and end.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.changed.notify_all();
    }

    /// The thread: indexes what comes until it is closed or fails. Answers whether everything was indexed.
    pub(super) fn run(&self) -> Result<(), String> {
        let mut blocks = Blocks::default();
        while let Some(jobs) = self.take_jobs() {
            let applied = jobs
                .chunks(APPLY_JOBS_MAX)
                .try_for_each(|jobs| self.apply(&mut blocks, jobs));
            // The map is dropped after the lock.
            let _left = if applied.is_ok() {
                std::mem::take(&mut self.lock().leaving)
            } else {
                HashMap::new()
            };
            if let Err(failure) = applied {
                self.lock().failure = Some(failure.clone());
                self.changed.notify_all();
                return Err(failure);
            }
        }
        self.keep_filter()?;
        self.store.close()
    }

    /// Writes the filter down, with the place up to which it knows all keys.
    fn keep_filter(&self) -> Result<(), String> {
        let seq = self.indexed().seq;
        let Some(filter) = &*self.filter() else { return Ok(()) };
        let value = [&seq.to_le_bytes()[..], &filter.encode()].concat();
        self.store.apply(vec![(b"f".to_vec(), value)])
    }

    /// Indexes records that were in the log before it was opened.
    pub(super) fn catch_up(&self, blocks: &mut Blocks, job: &IndexJob) -> Result<(), String> {
        self.remember(job.records.iter());
        self.apply(blocks, std::slice::from_ref(job))
    }

    fn take_jobs(&self) -> Option<Vec<IndexJob>> {
        let mut state = self.lock();
        while state.jobs.is_empty() {
            if state.closing {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        // A write costs the index much the same for one record as for many, so a few gather first.
        let gathering = |state: &mut State| !state.closing && state.lag_records < GATHER_RECORDS;
        let gathered = self.changed.wait_timeout_while(state, GATHER_FOR, gathering);
        let (mut state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        // All of them, because their keys leave the tail together.
        state.leaving = std::mem::take(&mut state.tail);
        Some(std::mem::take(&mut state.jobs).into())
    }

    /// Indexes jobs, oldest first.
    fn apply(&self, blocks: &mut Blocks, jobs: &[IndexJob]) -> Result<(), String> {
        let Some(last) = jobs.last() else { return Ok(()) };
        let mut entries = Vec::new();
        for record in jobs.iter().flat_map(|job| &job.records) {
            if let Some(key) = &record.key {
                entries.push((key_entry(key), encode_pair(record.seq, record.topic_seq)));
            }
            blocks.add(&*self.store, record)?;
        }
        blocks.write_to(&mut entries);
        entries.push((b"m".to_vec(), encode_meta(last.head)));
        // Neighbours in the store are written together.
        entries.sort_unstable();
        self.store.apply(entries)?;
        self.applied(jobs, last.head);
        Ok(())
    }

    fn applied(&self, jobs: &[IndexJob], head: Head) {
        let count: u64 = jobs.iter().map(|job| job.records.len() as u64).sum();
        let mut state = self.lock();
        // Jobs applied while catching up were never pushed.
        state.lag_records = state.lag_records.saturating_sub(count);
        state.indexed = head;
        drop(state);
        self.changed.notify_all();
    }

    /// The seqs of up to `limit` of a topic's records from `from_topic_seq` on, as far as they are indexed.
    pub(super) fn topic_seqs(&self, topic: &str, from_topic_seq: u64, limit: usize) -> Result<Vec<u64>, String> {
        let mut seqs = Vec::new();
        let mut index = from_topic_seq.saturating_sub(1);
        while seqs.len() < limit {
            let Some(block) = self.store.get(&topic_entry(topic, index / BLOCK_RECORDS))? else {
                break;
            };
            let skip = usize::try_from(index % BLOCK_RECORDS).unwrap_or(0);
            let before = seqs.len();
            seqs.extend(decode_seqs(&block).skip(skip).take(limit - seqs.len()));
            if seqs.len() == before {
                break;
            }
            index += (seqs.len() - before) as u64;
        }
        Ok(seqs)
    }
}

/// The unfinished block of every topic that was written to lately.
#[derive(Default)]
pub(super) struct Blocks {
    open: BTreeMap<Arc<str>, Block>,
}

struct Block {
    number: u64,
    seqs: Vec<u8>,
    /// Whether the block holds something that the index does not have.
    dirty: bool,
    /// Full blocks on their way to the index.
    finished: Vec<(u64, Vec<u8>)>,
}

impl Blocks {
    fn add(&mut self, store: &dyn IndexStore, record: &IndexedRecord) -> Result<(), String> {
        let index = record.topic_seq - 1;
        let number = index / BLOCK_RECORDS;
        if !self.open.contains_key(&record.topic) {
            // What stands there was written up to this record; more than that would be of another log.
            let mut seqs = store.get(&topic_entry(&record.topic, number))?.unwrap_or_default();
            seqs.truncate(usize::try_from(index % BLOCK_RECORDS).unwrap_or(0) * 8);
            let block = Block {
                number,
                seqs,
                dirty: false,
                finished: Vec::new(),
            };
            self.open.insert(Arc::clone(&record.topic), block);
        }
        let block = self.open.get_mut(&record.topic).expect("inserted above");
        if block.number != number {
            block.finished.push((block.number, std::mem::take(&mut block.seqs)));
            block.number = number;
        }
        block.seqs.extend_from_slice(&record.seq.to_le_bytes());
        block.dirty = true;
        Ok(())
    }

    fn write_to(&mut self, entries: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        for (topic, block) in &mut self.open {
            for (number, seqs) in block.finished.drain(..) {
                entries.push((topic_entry(topic, number), seqs));
            }
            if std::mem::take(&mut block.dirty) {
                entries.push((topic_entry(topic, block.number), block.seqs.clone()));
            }
        }
        if self.open.len() > OPEN_BLOCKS_MAX {
            // Everything in it is written; what is needed again is read again.
            self.open.clear();
        }
    }
}

/// The filter that was written when the index had come to `seq`.
fn load_filter(store: &dyn IndexStore, seq: u64) -> Option<KeyFilter> {
    let value = store.get(b"f").ok().flatten()?;
    let (until, filter) = value.split_first_chunk::<8>()?;
    (u64::from_le_bytes(*until) == seq).then(|| KeyFilter::decode(filter))?
}

fn key_entry(key: &KeyHash) -> Vec<u8> {
    let mut entry = Vec::with_capacity(25);
    entry.push(b'k');
    entry.extend_from_slice(key);
    entry
}

fn topic_entry(topic: &str, block: u64) -> Vec<u8> {
    let mut entry = Vec::with_capacity(topic.len() + 10);
    entry.push(b't');
    entry.extend_from_slice(topic.as_bytes());
    entry.push(0);
    entry.extend_from_slice(&block.to_be_bytes());
    entry
}

fn encode_pair(seq: u64, topic_seq: u64) -> Vec<u8> {
    [seq.to_le_bytes(), topic_seq.to_le_bytes()].concat()
}

fn decode_pair(value: &[u8]) -> Option<(u64, u64)> {
    let mut numbers = decode_seqs(value);
    (value.len() == 16).then_some((numbers.next()?, numbers.next()?))
}

fn decode_seqs(value: &[u8]) -> impl Iterator<Item = u64> {
    value
        .chunks_exact(8)
        .filter_map(|chunk| chunk.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)))
}

fn encode_meta(head: Head) -> Vec<u8> {
    let mut meta = LAYOUT.to_le_bytes().to_vec();
    meta.extend_from_slice(&head.seq.to_le_bytes());
    meta.extend_from_slice(&head.hash.0);
    meta
}

fn decode_meta(meta: &[u8]) -> Option<Head> {
    let (layout, rest) = meta.split_first_chunk::<4>()?;
    let (seq, hash) = rest.split_first_chunk::<8>()?;
    let hash: [u8; 32] = hash.try_into().ok()?;
    (u32::from_le_bytes(*layout) == LAYOUT).then_some(Head {
        seq: u64::from_le_bytes(*seq),
        hash: Hash(hash),
    })
}
