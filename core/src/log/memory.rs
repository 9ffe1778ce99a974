//! A log in memory, for hosts without a disk and for tests.
//!
//! Owns records, topics and idempotency keys of one log; gives it the same places, hashes and refusals that a log
//! on disk gives. Has no clock: the host says when. Nothing here survives the process.

use super::chain::{ChainVerifier, Head};
use super::error::LogError;
use super::record::{Appended, Limits, NewRecord, Record};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// An append-only, hash-chained log in memory.
///
/// It grows by what is appended and by nothing else; [`Limits`] bound each append.
#[derive(Debug, Clone, Default)]
pub struct MemoryLog {
    limits: Limits,
    records: Vec<Record>,
    topics: BTreeMap<String, Topic>,
}

#[derive(Debug, Clone, Default)]
struct Topic {
    /// Seqs of the topic's records, in order: the record with topic seq `n` is at `n - 1`.
    seqs: Vec<u64>,
    /// Idempotency key to topic seq.
    keys: BTreeMap<String, u64>,
}

impl MemoryLog {
    /// An empty log with the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log with limits of its own.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Appends one record without an idempotency key: it is stored each time it is called.
    pub fn append(
        &mut self,
        topic: &str,
        kind: &str,
        payload: &str,
        headers: &[(String, String)],
        at_ms: i64,
    ) -> Result<Appended, LogError> {
        let new = NewRecord {
            topic: topic.to_string(),
            kind: kind.to_string(),
            payload: payload.to_string(),
            headers: headers.to_vec(),
            idempotency_key: None,
        };
        let appended = self.append_batch(core::slice::from_ref(&new), None, at_ms)?;
        Ok(appended[0])
    }

    /// Appends all records or none. `expected_seq` refuses with `seq_conflict` unless it is the head's seq.
    /// The answer has one entry a record, in order.
    pub fn append_batch(
        &mut self,
        records: &[NewRecord],
        expected_seq: Option<u64>,
        at_ms: i64,
    ) -> Result<Vec<Appended>, LogError> {
        self.limits.check_batch(records)?;
        let actual = self.head().seq;
        if let Some(expected) = expected_seq.filter(|expected| *expected != actual) {
            return Err(LogError::SeqConflict { expected, actual });
        }
        // Nothing below refuses, so the batch is whole.
        Ok(records.iter().map(|record| self.store(record, at_ms)).collect())
    }

    fn store(&mut self, new: &NewRecord, at_ms: i64) -> Appended {
        let head = self.head();
        if !self.topics.contains_key(&new.topic) {
            self.topics.insert(new.topic.clone(), Topic::default());
        }
        let topic = self.topics.get_mut(&new.topic).expect("the topic was inserted above");
        if let Some(&topic_seq) = new.idempotency_key.as_ref().and_then(|key| topic.keys.get(key)) {
            return Appended {
                seq: topic.seq(topic_seq),
                topic_seq,
                duplicate: true,
            };
        }
        let (seq, topic_seq) = (head.seq + 1, topic.seqs.len() as u64 + 1);
        topic.seqs.push(seq);
        if let Some(key) = &new.idempotency_key {
            topic.keys.insert(key.clone(), topic_seq);
        }
        self.records.push(Record::seal(new, seq, topic_seq, at_ms, head.hash));
        Appended {
            seq,
            topic_seq,
            duplicate: false,
        }
    }

    /// The last record's place and hash.
    pub fn head(&self) -> Head {
        self.records.last().map_or(Head::EMPTY, |record| Head {
            seq: record.seq,
            hash: record.hash,
        })
    }

    /// All records in order.
    pub fn all(&self) -> &[Record] {
        &self.records
    }

    /// Up to `limit` records from `from_seq` on (0 and 1 both mean the first).
    pub fn read(&self, from_seq: u64, limit: usize) -> &[Record] {
        let start = index_of(from_seq).min(self.records.len());
        let end = start.saturating_add(limit).min(self.records.len());
        &self.records[start..end]
    }

    /// A topic's records in order; none when the topic was never written to.
    pub fn records<'a>(&'a self, topic: &str) -> impl Iterator<Item = &'a Record> + use<'a> {
        let seqs = self.topics.get(topic).map_or(&[][..], |topic| &topic.seqs);
        seqs.iter().map(|seq| &self.records[index_of(*seq)])
    }

    /// Every topic with its last topic seq, sorted by name.
    pub fn topics(&self) -> impl Iterator<Item = (&str, u64)> {
        self.topics
            .iter()
            .map(|(name, topic)| (name.as_str(), topic.seqs.len() as u64))
    }

    /// Where a topic stored the record with this idempotency key.
    pub fn find(&self, topic: &str, idempotency_key: &str) -> Option<Appended> {
        let topic = self.topics.get(topic)?;
        let topic_seq = *topic.keys.get(idempotency_key)?;
        Some(Appended {
            seq: topic.seq(topic_seq),
            topic_seq,
            duplicate: true,
        })
    }

    /// Checks the whole chain again, from the first record to the head.
    pub fn verify(&self) -> Result<Head, LogError> {
        let mut verifier = ChainVerifier::new();
        for record in &self.records {
            verifier.check_record(record)?;
        }
        Ok(verifier.head())
    }
}

impl Topic {
    /// Invariant: `topic_seq` came from this topic, so it is between 1 and the number of its records.
    fn seq(&self, topic_seq: u64) -> u64 {
        self.seqs[index_of(topic_seq)]
    }
}

/// Index of the record with this seq: seqs are dense and begin at 1.
fn index_of(seq: u64) -> usize {
    usize::try_from(seq.saturating_sub(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn new(topic: &str, key: Option<&str>) -> NewRecord {
        NewRecord {
            topic: topic.into(),
            kind: "k".into(),
            payload: "{}".into(),
            headers: vec![],
            idempotency_key: key.map(Into::into),
        }
    }

    #[test]
    fn records_are_counted_in_the_log_and_in_their_topic() {
        let mut log = MemoryLog::new();
        let a = log.append("a", "k", "1", &[], 1).unwrap();
        let b = log.append("b", "k", "2", &[], 2).unwrap();
        let c = log.append("a", "k", "3", &[], 3).unwrap();
        assert_eq!(
            (a.seq, a.topic_seq, b.seq, b.topic_seq, c.seq, c.topic_seq),
            (1, 1, 2, 1, 3, 2)
        );
        let payloads: Vec<&str> = log.records("a").map(|record| record.payload.as_str()).collect();
        assert_eq!(payloads, ["1", "3"]);
        assert_eq!(log.records("none").count(), 0);
        assert_eq!(log.verify().unwrap(), log.head());
        assert_eq!(log.read(0, 9).len(), 3);
        assert_eq!(log.read(3, 9)[0].payload, "3");
        assert_eq!(log.read(4, 9).len(), 0);
    }

    #[test]
    fn a_refused_batch_leaves_nothing_behind() {
        let mut log = MemoryLog::new();
        log.append("a", "k", "1", &[], 1).unwrap();
        let before = log.head();
        assert_eq!(
            log.append_batch(&[new("a", None), new("a b", None)], None, 2)
                .unwrap_err()
                .code(),
            "topic_invalid"
        );
        let error = log.append_batch(&[new("a", None)], Some(0), 2).unwrap_err();
        assert_eq!(error, LogError::SeqConflict { expected: 0, actual: 1 });
        assert_eq!(log.head(), before);
        assert!(log.append_batch(&[new("a", None)], Some(1), 2).is_ok());
    }

    #[test]
    fn a_key_is_stored_once_per_topic() {
        let mut log = MemoryLog::new();
        let batch = [
            new("a", Some("x")),
            new("a", Some("x")),
            new("b", Some("x")),
            new("a", None),
        ];
        let answer = log.append_batch(&batch, None, 1).unwrap();
        let flat: Vec<(u64, u64, bool)> = answer.iter().map(|a| (a.seq, a.topic_seq, a.duplicate)).collect();
        assert_eq!(flat, [(1, 1, false), (1, 1, true), (2, 1, false), (3, 2, false)]);
        assert_eq!(log.find("b", "x").unwrap().seq, 2);
        assert_eq!(log.find("b", "y"), None);
    }
}
