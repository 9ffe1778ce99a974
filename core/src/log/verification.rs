//! How far a log holds, as an answer instead of an error: what a person who audits a log wants to see.
//!
//! Owns that answer and the two ways to it, records in memory and exported lines. The rules are
//! [`super::ChainVerifier`]'s and the line reader's.

use super::chain::{ChainError, ChainVerifier, Head};
use super::ndjson::{LineError, Lines};
use super::record::Record;
use alloc::string::{String, ToString};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The last record that holds; all before it hold too.
    pub head: Head,
    /// The first that does not, if there is one.
    pub fault: Option<Fault>,
}

/// Why a log does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The seq that the record at fault should have.
    pub seq: u64,
    /// The stable name of the fault, a [`ChainError`]'s or a [`LineError`]'s.
    pub code: &'static str,
    /// The same for people.
    pub message: String,
}

/// Checks records from the beginning of a log.
pub fn verify_records<'a>(records: impl IntoIterator<Item = &'a Record>) -> Verification {
    let mut verifier = ChainVerifier::new();
    let fault = records
        .into_iter()
        .find_map(|record| verifier.check_record(record).err())
        .map(|error| Fault::of_chain(&error, verifier.head()));
    Verification {
        head: verifier.head(),
        fault,
    }
}

/// Checks an exported log from its beginning.
pub fn verify_lines(ndjson: &[u8]) -> Verification {
    let mut verifier = ChainVerifier::new();
    let fault = Lines::new(ndjson).find_map(|line| match line.record {
        Ok(record) => verifier
            .check_record(&record)
            .err()
            .map(|error| Fault::of_chain(&error, verifier.head())),
        Err(error) => Some(Fault::of_line(&error, verifier.head())),
    });
    Verification {
        head: verifier.head(),
        fault,
    }
}

impl Fault {
    fn of_chain(error: &ChainError, holds: Head) -> Self {
        Self {
            seq: holds.seq + 1,
            code: error.code(),
            message: error.to_string(),
        }
    }

    fn of_line(error: &LineError, holds: Head) -> Self {
        Self {
            seq: holds.seq + 1,
            code: error.code(),
            message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MemoryLog, ndjson};
    use super::*;
    use alloc::vec::Vec;

    fn sample() -> MemoryLog {
        let mut log = MemoryLog::new();
        for n in 0..4 {
            log.append("t", "k", &n.to_string(), &[], n).unwrap();
        }
        log
    }

    fn export(log: &MemoryLog) -> Vec<u8> {
        let mut out = Vec::new();
        for record in log.all() {
            ndjson::write_line(&mut out, record);
            out.extend_from_slice(b"\n\n");
        }
        out
    }

    #[test]
    fn a_whole_log_holds_to_its_head() {
        let log = sample();
        let holds = Verification {
            head: log.head(),
            fault: None,
        };
        assert_eq!(verify_records(log.all()), holds);
        assert_eq!(verify_lines(&export(&log)), holds);
        assert_eq!(verify_lines(b"").head, Head::EMPTY);
    }

    #[test]
    fn the_first_fault_is_named_and_what_came_before_still_counts() {
        let log = sample();
        let mut altered = log.all().to_vec();
        altered[2].payload.push('!');
        let found = verify_records(&altered);
        assert_eq!(found.head.seq, 2);
        assert_eq!(
            found.fault.map(|fault| (fault.seq, fault.code)),
            Some((3, "chain_hash"))
        );

        let mut lines = export(&log);
        lines.truncate(lines.len() - 9);
        let found = verify_lines(&lines);
        assert_eq!(found.head.seq, 3);
        assert_eq!(
            found.fault.map(|fault| (fault.seq, fault.code)),
            Some((4, "json_invalid"))
        );
    }
}
