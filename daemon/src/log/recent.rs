//! The newest records, kept in memory for those who follow the log closely.
//!
//! Owns a bounded window at the log's end. It is a shortcut only: what it does not hold is read from the segments.

use jobfold_core::log::Record;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

const RECORDS_MAX: usize = 1024;
/// Payload bytes, roughly what the records take.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// A window over the last records.
#[derive(Default)]
pub(super) struct Recent {
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    records: VecDeque<Arc<Record>>,
    bytes: usize,
}

impl Recent {
    /// Adds records that continue the window; the oldest leave.
    pub(super) fn push(&self, records: Vec<Arc<Record>>) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            window.bytes += record.payload.len();
            window.records.push_back(record);
        }
        while window.records.len() > RECORDS_MAX || (window.bytes > BYTES_MAX && window.records.len() > 1) {
            let Some(oldest) = window.records.pop_front() else {
                break;
            };
            window.bytes -= oldest.payload.len();
        }
    }

    /// Up to `limit` records from `from_seq` on; nothing when the window begins later.
    pub(super) fn read(&self, from_seq: u64, limit: usize) -> Vec<Arc<Record>> {
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(skip) = window.records.front().and_then(|first| from_seq.checked_sub(first.seq)) else {
            return Vec::new();
        };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        window.records.iter().skip(skip).take(limit).cloned().collect()
    }
}
