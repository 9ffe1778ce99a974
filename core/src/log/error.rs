//! The ways a log operation can be refused, each with a stable code.
//!
//! Owns the error types of the log. Messages name fields, numbers and hashes; never a payload, a header's value or
//! a key, because errors end up in places where those must not.

use super::chain::ChainError;
use alloc::string::String;

/// Why a record or a batch was refused. The log is unchanged whenever one of these is returned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A topic needs at least one character.
    #[error("topic is empty, expected at least one character")]
    TopicEmpty,
    /// A topic holds ASCII letters, digits, `.`, `_` and `-` only.
    #[error("topic has an unsupported character at byte {offset}, expected ascii letters, digits, '.', '_' or '-'")]
    TopicInvalid {
        /// Byte offset of the first character that is not allowed.
        offset: u64,
    },
    /// A part of a record or a batch is larger than the log's limits allow.
    #[error("{field} is {actual}, expected at most {limit}")]
    TooLarge {
        /// The part, with its unit: "payload bytes", "headers", "batch records" …
        field: &'static str,
        /// What was given.
        actual: u64,
        /// What is allowed.
        limit: u64,
    },
    /// A header's name is empty.
    #[error("header {ordinal} has an empty name")]
    HeaderInvalid {
        /// 1-based place of the header in what was given.
        ordinal: u64,
    },
    /// Two headers of one record share a name.
    #[error("header {name:?} occurs twice")]
    HeaderDuplicate {
        /// The shared name.
        name: String,
    },
    /// The name is used by the log itself; see [`super::IDEMPOTENCY_HEADER`].
    #[error("header {name:?} is reserved for the log")]
    HeaderReserved {
        /// The reserved name.
        name: &'static str,
    },
    /// A batch needs at least one record.
    #[error("batch has no records, expected at least one")]
    BatchEmpty,
    /// The log has moved since the caller looked.
    #[error("expected the log's head at seq {expected}, it is at {actual}")]
    SeqConflict {
        /// The caller's `expected_seq`.
        expected: u64,
        /// The log's head.
        actual: u64,
    },
    /// The chain does not hold together.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl LogError {
    /// The stable, machine-readable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TopicEmpty => "topic_empty",
            Self::TopicInvalid { .. } => "topic_invalid",
            Self::TooLarge { .. } => "record_too_large",
            Self::HeaderInvalid { .. } => "header_invalid",
            Self::HeaderDuplicate { .. } => "header_duplicate",
            Self::HeaderReserved { .. } => "header_reserved",
            Self::BatchEmpty => "batch_empty",
            Self::SeqConflict { .. } => "seq_conflict",
            Self::Chain(error) => error.code(),
        }
    }
}

/// Why bytes are not a record. `offset` counts from the start of the record's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end before the record does.
    #[error("record ends at byte {actual}, expected {expected} bytes for its {field}")]
    Truncated {
        /// The field that does not fit.
        field: &'static str,
        /// Bytes needed, counted from the start of the body.
        expected: u64,
        /// Bytes present.
        actual: u64,
    },
    /// Bytes are left over after the last field.
    #[error("record has {actual} bytes after its last field, expected none")]
    Trailing {
        /// How many.
        actual: u64,
    },
    /// A text field is not UTF-8.
    #[error("record's {field} is not utf-8")]
    NotUtf8 {
        /// The field.
        field: &'static str,
    },
    /// Headers must be sorted by name, bytewise, each name once.
    #[error("record's headers are not sorted by name")]
    HeadersUnsorted,
}

impl DecodeError {
    /// The stable, machine-readable name of this error.
    pub fn code(&self) -> &'static str {
        "record_malformed"
    }
}
