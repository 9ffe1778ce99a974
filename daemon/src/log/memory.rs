//! The backend that lives as long as the process.
//!
//! Owns a [`MemoryLog`] behind a lock. "Durable" means here: until the process ends. For tests, demonstrations and
//! tools that need a log's behaviour without its files.

use super::{Answer, Appended, Batch, Error, EventLog, Head, Limits, Receipt, Record};
use jobfold_core::log::MemoryLog;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::watch;

/// An [`EventLog`] in memory.
pub struct MemoryEventLog {
    log: Mutex<MemoryLog>,
    heads: watch::Sender<Head>,
}

impl Default for MemoryEventLog {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl MemoryEventLog {
    /// An empty log.
    pub fn new(limits: Limits) -> Self {
        Self {
            log: Mutex::new(MemoryLog::with_limits(limits)),
            heads: watch::Sender::new(Head::EMPTY),
        }
    }

    /// A panic while the lock was held cannot leave a half-made change: an append either refuses before it changes
    /// anything or cannot fail.
    fn lock(&self) -> MutexGuard<'_, MemoryLog> {
        self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn append_now(&self, batch: &Batch) -> Result<Receipt, Error> {
        let mut log = self.lock();
        let appended = log.append_batch(&batch.records, batch.expected_seq, batch.at_ms)?;
        let head = log.head();
        // Sent under the lock, so heads never go backwards.
        self.heads.send_replace(head);
        Ok(Receipt { appended, head })
    }
}

impl EventLog for MemoryEventLog {
    fn append(&self, batch: Batch) -> Answer<'_, Receipt> {
        Box::pin(async move { self.append_now(&batch) })
    }

    fn read(&self, from_seq: u64, limit: usize) -> Answer<'_, Vec<Arc<Record>>> {
        Box::pin(async move {
            Ok(self
                .lock()
                .read(from_seq, limit)
                .iter()
                .cloned()
                .map(Arc::new)
                .collect())
        })
    }

    fn read_topic<'a>(&'a self, topic: &'a str, from_topic_seq: u64, limit: usize) -> Answer<'a, Vec<Arc<Record>>> {
        Box::pin(async move {
            let skip = usize::try_from(from_topic_seq.saturating_sub(1)).unwrap_or(usize::MAX);
            let log = self.lock();
            Ok(log
                .records(topic)
                .skip(skip)
                .take(limit)
                .cloned()
                .map(Arc::new)
                .collect())
        })
    }

    fn find<'a>(&'a self, topic: &'a str, idempotency_key: &'a str) -> Answer<'a, Option<Appended>> {
        Box::pin(async move { Ok(self.lock().find(topic, idempotency_key)) })
    }

    fn heads(&self) -> watch::Receiver<Head> {
        self.heads.subscribe()
    }

    fn failure(&self) -> Option<Error> {
        None
    }
}
