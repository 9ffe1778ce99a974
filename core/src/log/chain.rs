//! Verification of the hash chain, one record at a time.
//!
//! Owns what makes a sequence of records a log: seq without gaps, topic seq without gaps, every record naming the
//! hash of the one before, every hash matching its bytes. Knows nothing of where records come from.

use super::record::{Hash, Record, RecordView};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

/// The last record's place and hash; all that is needed to continue a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Seq of the last record; 0 when there is none.
    pub seq: u64,
    /// Hash of the last record; [`Hash::ZERO`] when there is none.
    pub hash: Hash,
}

impl Head {
    /// The head of a log without records.
    pub const EMPTY: Self = Self {
        seq: 0,
        hash: Hash::ZERO,
    };
}

/// Where and how a chain breaks. `seq` is the place of the record at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A record is missing, repeated or out of order.
    #[error("expected the record with seq {expected}, found seq {actual}")]
    Seq {
        /// The seq that had to come.
        expected: u64,
        /// The seq that came.
        actual: u64,
    },
    /// The record's place in its topic is wrong.
    #[error("record {seq} has topic seq {actual}, expected {expected}")]
    TopicSeq {
        /// The record.
        seq: u64,
        /// The topic seq it should have.
        expected: u64,
        /// The topic seq it has.
        actual: u64,
    },
    /// The record names another predecessor than the one that is there.
    #[error("record {seq} names {actual} as the hash before it, expected {expected}")]
    Prev {
        /// The record.
        seq: u64,
        /// Hash of the record before it.
        expected: Hash,
        /// The hash it names.
        actual: Hash,
    },
    /// The record's fields do not yield its hash: something in it was altered.
    #[error("record {seq} carries the hash {actual}, its content yields {expected}")]
    Hash {
        /// The record.
        seq: u64,
        /// The hash its content yields.
        expected: Hash,
        /// The hash it carries.
        actual: Hash,
    },
}

impl ChainError {
    /// The stable, machine-readable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Seq { .. } => "chain_seq",
            Self::TopicSeq { .. } => "chain_topic_seq",
            Self::Prev { .. } => "chain_prev",
            Self::Hash { .. } => "chain_hash",
        }
    }

    /// Place of the record at fault.
    pub fn seq(&self) -> u64 {
        match *self {
            Self::Seq { actual, .. } => actual,
            Self::TopicSeq { seq, .. } | Self::Prev { seq, .. } | Self::Hash { seq, .. } => seq,
        }
    }
}

/// Checks records in order, starting at the beginning of a log. A record that fails leaves the verifier as it was.
#[derive(Debug, Clone)]
pub struct ChainVerifier {
    head: Head,
    topics: BTreeMap<String, u64>,
}

impl Default for ChainVerifier {
    fn default() -> Self {
        Self::new()
    }
}

impl ChainVerifier {
    /// At the beginning of a log.
    pub fn new() -> Self {
        Self {
            head: Head::EMPTY,
            topics: BTreeMap::new(),
        }
    }

    /// After the last record of a log that needs no second look: its head, and its topics with their last
    /// `topic_seq`.
    pub fn continuing(head: Head, topics: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut known = BTreeMap::new();
        for (topic, topic_seq) in topics {
            known.insert(topic, topic_seq);
        }
        Self { head, topics: known }
    }

    /// The last record that passed.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The number of records of a topic that passed; the topic's last `topic_seq`.
    pub fn topic_seq(&self, topic: &str) -> u64 {
        self.topics.get(topic).copied().unwrap_or(0)
    }

    /// Every topic that passed with its last `topic_seq`, sorted by name.
    pub fn topics(&self) -> impl Iterator<Item = (&str, u64)> {
        self.topics.iter().map(|(topic, seq)| (topic.as_str(), *seq))
    }

    /// Checks the next record, hash included.
    pub fn check(&mut self, record: &RecordView<'_>) -> Result<(), ChainError> {
        check_hash(record.seq, record.hash, record.computed_hash())?;
        self.check_place(record)
    }

    /// Checks the next record except for the hash over its own bytes, which the caller checks elsewhere, for
    /// example on another thread.
    pub fn check_place(&mut self, record: &RecordView<'_>) -> Result<(), ChainError> {
        self.admit(record.seq, record.topic, record.topic_seq, record.prev, record.hash)
    }

    /// Checks the next record in its owned form, hash included.
    pub fn check_record(&mut self, record: &Record) -> Result<(), ChainError> {
        check_hash(record.seq, record.hash, record.computed_hash())?;
        self.admit(record.seq, &record.topic, record.topic_seq, record.prev, record.hash)
    }

    fn admit(&mut self, seq: u64, topic: &str, topic_seq: u64, prev: Hash, hash: Hash) -> Result<(), ChainError> {
        let expected = self.head.seq.saturating_add(1);
        if seq != expected {
            return Err(ChainError::Seq { expected, actual: seq });
        }
        if prev != self.head.hash {
            return Err(ChainError::Prev {
                seq,
                expected: self.head.hash,
                actual: prev,
            });
        }
        let last = self.topics.get_mut(topic);
        let expected = last.as_ref().map_or(0, |last| **last).saturating_add(1);
        if topic_seq != expected {
            return Err(ChainError::TopicSeq {
                seq,
                expected,
                actual: topic_seq,
            });
        }
        match last {
            Some(last) => *last = topic_seq,
            None => {
                self.topics.insert(topic.to_string(), topic_seq);
            }
        }
        self.head = Head { seq, hash };
        Ok(())
    }
}

fn check_hash(seq: u64, actual: Hash, expected: Hash) -> Result<(), ChainError> {
    if actual == expected {
        Ok(())
    } else {
        Err(ChainError::Hash { seq, expected, actual })
    }
}

/// Checks a whole log from its beginning and answers its head.
pub fn verify_chain<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Head, ChainError> {
    let mut verifier = ChainVerifier::new();
    for record in records {
        verifier.check_record(record)?;
    }
    Ok(verifier.head())
}

#[cfg(test)]
mod tests {
    use super::super::{MemoryLog, NewRecord};
    use super::*;
    use alloc::vec::Vec;

    fn log() -> Vec<Record> {
        let mut log = MemoryLog::new();
        for (topic, payload) in [("a", "1"), ("b", "2"), ("a", "3")] {
            let new = NewRecord {
                topic: topic.into(),
                payload: payload.into(),
                ..NewRecord::default()
            };
            log.append_batch(core::slice::from_ref(&new), None, 5).unwrap();
        }
        log.all().to_vec()
    }

    #[test]
    fn a_whole_log_verifies() {
        let records = log();
        let head = verify_chain(&records).unwrap();
        assert_eq!(
            head,
            Head {
                seq: 3,
                hash: records[2].hash
            }
        );
    }

    #[test]
    fn every_alteration_is_named_with_its_place() {
        let check = |change: fn(&mut Vec<Record>)| {
            let mut records = log();
            change(&mut records);
            let error = verify_chain(&records).unwrap_err();
            (error.code(), error.seq())
        };
        assert_eq!(check(|records| records[1].payload.push(' ')), ("chain_hash", 2));
        assert_eq!(check(|records| records[1].at_ms += 1), ("chain_hash", 2));
        assert_eq!(check(|records| records.swap(0, 1)), ("chain_seq", 2));
        assert_eq!(check(|records| drop(records.remove(1))), ("chain_seq", 3));
        assert_eq!(
            check(|records| {
                records[0].payload.push(' ');
                records[0].hash = records[0].computed_hash();
            }),
            ("chain_prev", 2)
        );
        assert_eq!(
            check(|records| {
                records[2].topic_seq = 3;
                records[2].hash = records[2].computed_hash();
            }),
            ("chain_topic_seq", 3)
        );
    }
}
