//! The durable log behind one small trait.
//!
//! Owns what every backend owes its callers ([`EventLog`]), the errors they share, and the subscription that works
//! on all of them. Must not know HTTP, the command line, or what payloads mean.
//!
//! | file | holds |
//! |---|---|
//! | [`error`] | every way the log can refuse or fail, with codes |
//! | [`subscription`] | following a log without loss |
//! | [`memory`] | a backend that lives as long as the process |
//! | [`embedded`] | the backend for one machine: opening, the handle, closing |
//! | [`repair`] | verifying and repairing what lies on a disk |
//! | [`disk`] | the seam to the disk; [`sim_disk`] is a disk that fails on purpose |
//! | `frame`, `segment` | the bytes of a write and of a file |
//! | `scan` | one pass over everything |
//! | `segments`, `recent` | reading records by seq |
//! | `writer` | group commit |
//! | `follow`, [`index`] | keeping the index behind the log; the only file that names sled |
//!
//! The bytes on disk are written down in `docs/log-format.md`.

pub mod disk;
pub mod embedded;
pub mod error;
mod filter;
mod follow;
mod frame;
pub mod index;
pub mod memory;
mod recent;
pub mod repair;
mod scan;
mod segment;
mod segments;
pub mod sim_disk;
pub mod subscription;
mod writer;

pub use embedded::{EmbeddedLog, Opened, Options, Stats};
pub use error::{Damage, Error};
pub use jobfold_core::log::{Appended, Head, Limits, NewRecord, Record, RecordView};
pub use memory::MemoryEventLog;
pub use subscription::Subscription;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::watch;

/// A boxed future, so that a log can be used as `Arc<dyn EventLog>`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Records to be stored together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// At least one.
    pub records: Vec<NewRecord>,
    /// Refuses the batch with `seq_conflict` unless the log's head is at this seq when its turn comes. 0 means
    /// "the log must be empty".
    pub expected_seq: Option<u64>,
    /// Unix milliseconds, from the host's clock; written into every record of the batch.
    pub at_ms: i64,
}

/// What an append achieved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// One entry a record, in the batch's order.
    pub appended: Vec<Appended>,
    /// The log's head right after this batch. Later batches may have moved it on already.
    pub head: Head,
}

/// An ordered, hash-chained, durable log of one partition.
///
/// Obligations of every implementation, checked by one suite against all of them:
///
/// 1. **Durable.** When [`append`](EventLog::append) answers `Ok`, the records survive any crash the backend's
///    documentation promises to survive. Before that nobody is shown them: not readers, not subscribers, not
///    [`head`](EventLog::head).
/// 2. **Atomic.** All records of a batch are stored, next to each other and in order, or none is.
/// 3. **Ordered.** Seqs are 1, 2, 3 … without gaps; topic seqs likewise within a topic. Readers see a prefix.
/// 4. **Once.** A record whose idempotency key its topic holds already, earlier in the same batch included, is
///    answered as a duplicate with the first one's place, and not stored.
/// 5. **Refusals change nothing.** After a refusal the log accepts the next batch as if nothing had been asked.
/// 6. **Failures stop.** After a failed write or sync the log refuses every further append until it is opened
///    again; whether the unanswered batches survived is found out then.
/// 7. **Bounded.** Appends waiting for their turn are limited; one too many is answered `log_busy` at once.
///
/// Dropping the future of an append does not take the append back.
pub trait EventLog: Send + Sync + 'static {
    /// Stores a batch; see the obligations.
    fn append(&self, batch: Batch) -> Answer<'_, Receipt>;

    /// Up to `limit` records from `from_seq` on (0 and 1 both mean the first), in order. Fewer than `limit` may
    /// come back when they are large; none only when there is none at or after `from_seq`, or `limit` is 0.
    fn read(&self, from_seq: u64, limit: usize) -> Answer<'_, Vec<Arc<Record>>>;

    /// Up to `limit` records of one topic from `from_topic_seq` on, like [`read`](EventLog::read).
    fn read_topic<'a>(&'a self, topic: &'a str, from_topic_seq: u64, limit: usize) -> Answer<'a, Vec<Arc<Record>>>;

    /// Where a topic stored the record with this idempotency key; `duplicate` is set in the answer.
    fn find<'a>(&'a self, topic: &'a str, idempotency_key: &'a str) -> Answer<'a, Option<Appended>>;

    /// A receiver that always holds the newest durable head and is notified when it moves.
    fn heads(&self) -> watch::Receiver<Head>;

    /// The newest durable head.
    fn head(&self) -> Head {
        *self.heads().borrow()
    }

    /// Why the log refuses appends, when it does; readiness checks ask this.
    fn failure(&self) -> Option<Error>;
}

impl dyn EventLog {
    /// Follows the log from `from_seq` on, without loss; see [`Subscription`].
    pub fn subscribe(self: &Arc<Self>, from_seq: u64) -> Subscription {
        Subscription::new(Arc::clone(self), from_seq)
    }
}
