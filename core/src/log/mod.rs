//! The log's record: what is stored, how it is chained, how it travels.
//!
//! Owns the canonical bytes of a record, the hash chain over them, the limits every log enforces, the NDJSON form
//! for export and import, and an in-memory log for hosts without a disk. Must not know files, frames, syncs or
//! threads: those belong to whoever stores the bytes. `docs/log-format.md` writes all of this down.
//!
//! Reading order: [`topic`], [`record`], [`chain`], [`memory`], [`ndjson`], [`verification`].

mod chain;
mod error;
mod memory;
pub mod ndjson;
mod record;
mod topic;
mod verification;

pub use chain::{ChainError, ChainVerifier, Head, verify_chain};
pub use error::{DecodeError, LogError};
pub use memory::MemoryLog;
pub use record::{
    Appended, FORMAT_VERSION, Hash, Headers, IDEMPOTENCY_HEADER, Limits, NewRecord, Record, RecordView, record_hash,
};
pub use topic::check_topic;
pub use verification::{Fault, Verification, verify_lines, verify_records};
