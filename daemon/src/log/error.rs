//! Every way the log can refuse or fail, each with a stable code.
//!
//! Owns the error type that all backends share. Cloneable, because one failed sync answers many waiting appends.
//! Names files, offsets and seqs; never a payload or a key.

use jobfold_core::log::LogError;
use std::fmt;
use std::path::PathBuf;

/// A refusal (the caller can do better) or a failure (the disk could not).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The batch breaks a rule or a limit; the log is unchanged.
    #[error(transparent)]
    Refused(#[from] LogError),
    /// Too many appends are waiting; the log is unchanged, the caller may try again.
    #[error("log has {limit} appends waiting already, expected fewer")]
    Busy {
        /// How many may wait.
        limit: u64,
    },
    /// An earlier failure stopped the log; it has to be opened again.
    #[error("log takes no appends since an earlier failure: {reason}")]
    Stopped {
        /// The earlier failure.
        reason: String,
    },
    /// The disk refused an operation.
    #[error("failed to {operation} {file}: {reason}", file = file.display())]
    Io {
        /// What was tried, such as "sync".
        operation: &'static str,
        /// On which file.
        file: PathBuf,
        /// What the operating system answered.
        kind: std::io::ErrorKind,
        /// The same in words.
        reason: String,
    },
    /// Stored bytes are not what was written.
    #[error("log is damaged: {0}")]
    Damaged(Damage),
    /// The files were written by a newer version.
    #[error("{file} has format {actual}, expected at most {expected}: it was written by a newer version", file = file.display())]
    FormatUnsupported {
        /// The file.
        file: PathBuf,
        /// The newest format known here.
        expected: u16,
        /// The file's format.
        actual: u16,
    },
    /// Another process has the log open.
    #[error("log in {dir} is open in another process", dir = dir.display())]
    Locked {
        /// The log's directory.
        dir: PathBuf,
    },
    /// The index failed while the log was open. It is rebuilt when the log is opened again.
    #[error("index failed: {reason}")]
    Index {
        /// What the index answered.
        reason: String,
    },
}

impl Error {
    /// The stable, machine-readable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.code(),
            Self::Busy { .. } => "log_busy",
            Self::Stopped { .. } => "log_stopped",
            Self::Io { .. } => "log_io",
            Self::Damaged(_) => "log_damaged",
            Self::FormatUnsupported { .. } => "format_unsupported",
            Self::Locked { .. } => "log_locked",
            Self::Index { .. } => "index_failed",
        }
    }

    pub(super) fn io(operation: &'static str, file: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        Self::Io {
            operation,
            file: file.into(),
            kind: error.kind(),
            reason: error.to_string(),
        }
    }
}

/// Where and how stored bytes differ from what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// Byte offset in the file where the unreadable part begins.
    pub offset: u64,
    /// Seq of the first record that cannot be read; everything before it is whole.
    pub seq: u64,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            offset,
            seq,
            what,
        } = self;
        write!(f, "{} at byte {offset}, from seq {seq} on: {what}", file.display())
    }
}
