//! Following a log without loss.
//!
//! Owns a position and nothing else: a subscription holds no queue of its own. It is told that the head moved and
//! reads what it has not seen from the log, so a slow reader costs no memory and misses nothing.

use super::{Error, EventLog};
use jobfold_core::log::{Head, Record};
use std::sync::Arc;
use tokio::sync::watch;

/// A reader's place in a log. Made by `subscribe`.
pub struct Subscription {
    log: Arc<dyn EventLog>,
    heads: watch::Receiver<Head>,
    next_seq: u64,
}

impl Subscription {
    pub(super) fn new(log: Arc<dyn EventLog>, from_seq: u64) -> Self {
        let heads = log.heads();
        Self {
            log,
            heads,
            next_seq: from_seq.max(1),
        }
    }

    /// Seq of the record that the next page begins with.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Waits until there is a record not seen yet, then answers up to `limit` (at least 1) of them, in order.
    /// `None` means that the log was closed and everything has been seen. Cancelling it loses nothing.
    pub async fn next_page(&mut self, limit: usize) -> Result<Option<Vec<Arc<Record>>>, Error> {
        let next_seq = self.next_seq;
        if self.heads.wait_for(|head| head.seq >= next_seq).await.is_err() {
            return Ok(None);
        }
        let page = self.log.read(next_seq, limit.max(1)).await?;
        if let Some(last) = page.last() {
            self.next_seq = last.seq + 1;
        }
        Ok(Some(page))
    }
}
