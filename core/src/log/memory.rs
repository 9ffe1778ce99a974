//! A log in memory, for hosts without a disk and for tests.
//!
//! Owns records, topics and idempotency keys of one log; gives it the same places, hashes and refusals that a log
//! on disk gives. Has no clock: the host says when. Nothing here survives the process.

use super::chain::{ChainError, ChainVerifier, Head};
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
    topics: Vec<Topic>,
    /// Topic name to its place in `topics`; one kind of map serves here, for keys and in the verifier.
    names: BTreeMap<String, u64>,
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
        let topic = self.topic_mut(&new.topic);
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
        self.records
            .push(Record::seal(new.clone(), seq, topic_seq, at_ms, head.hash));
        Appended {
            seq,
            topic_seq,
            duplicate: false,
        }
    }

    /// Takes in records of another copy of this log: those that continue it are checked and kept as they are, those
    /// that it has are passed over. All or none; answers how many were added.
    pub fn import(&mut self, records: Vec<Record>) -> Result<u64, LogError> {
        let head = self.head();
        let mut verifier = ChainVerifier::continuing(head, self.topics().map(|(topic, seq)| (topic.to_string(), seq)));
        for record in &records {
            match self.own(record.seq) {
                Some(own) => own.agrees_with(record)?,
                None => verifier.check_record(record)?,
            }
        }
        let added = verifier.head().seq - head.seq;
        for record in records.into_iter().filter(|record| record.seq > head.seq) {
            self.keep(record);
        }
        Ok(added)
    }

    /// The record with this seq, if the log has it.
    fn own(&self, seq: u64) -> Option<&Record> {
        self.records.get(index_of(seq)).filter(|record| record.seq == seq)
    }

    /// Invariant: the record was checked to continue the chain.
    fn keep(&mut self, record: Record) {
        let topic = self.topic_mut(&record.topic);
        topic.seqs.push(record.seq);
        if let Some(key) = record.idempotency_key() {
            topic.keys.insert(key.to_string(), record.topic_seq);
        }
        self.records.push(record);
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
        let seqs = self.topic(topic).map_or(&[][..], |topic| &topic.seqs);
        seqs.iter().map(|seq| &self.records[index_of(*seq)])
    }

    /// Every topic with its last topic seq, sorted by name.
    pub fn topics(&self) -> impl Iterator<Item = (&str, u64)> {
        self.names
            .iter()
            .map(|(name, place)| (name.as_str(), self.topics[index_of(*place)].seqs.len() as u64))
    }

    fn topic(&self, name: &str) -> Option<&Topic> {
        self.names.get(name).map(|place| &self.topics[index_of(*place)])
    }

    /// The topic of this name, made when it is new.
    fn topic_mut(&mut self, name: &str) -> &mut Topic {
        let known = self.names.get(name).copied();
        let place = known.unwrap_or_else(|| {
            self.topics.push(Topic::default());
            let place = self.topics.len() as u64;
            self.names.insert(name.to_string(), place);
            place
        });
        &mut self.topics[index_of(place)]
    }

    /// Where a topic stored the record with this idempotency key.
    pub fn find(&self, topic: &str, idempotency_key: &str) -> Option<Appended> {
        let topic = self.topic(topic)?;
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

impl Record {
    /// Refuses a record of the same place that is not this one, by content or by the hash it carries.
    fn agrees_with(&self, other: &Self) -> Result<(), ChainError> {
        let yields = other.computed_hash();
        let actual = if yields == self.hash { other.hash } else { yields };
        if actual == self.hash {
            return Ok(());
        }
        Err(ChainError::Hash {
            seq: self.seq,
            expected: self.hash,
            actual,
        })
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

    fn sample() -> MemoryLog {
        let mut log = MemoryLog::new();
        log.append_batch(&[new("a", Some("x")), new("b", None), new("a", None)], None, 7)
            .unwrap();
        log
    }

    #[test]
    fn an_import_continues_the_log_and_passes_over_what_is_there() {
        let source = sample();
        let mut copy = MemoryLog::new();
        assert_eq!(copy.import(source.all()[..1].to_vec()), Ok(1));
        assert_eq!(copy.import(source.all().to_vec()), Ok(2));
        assert_eq!(copy.import(source.all().to_vec()), Ok(0));
        assert_eq!(copy.all(), source.all());
        assert!(copy.find("a", "x").is_some());
        assert_eq!(copy.append("a", "k", "1", &[], 8).unwrap().topic_seq, 3);
        assert_eq!(copy.verify().unwrap(), copy.head());
    }

    #[test]
    fn an_import_of_another_history_is_refused_whole() {
        let source = sample();
        let mut other = MemoryLog::new();
        other.append("a", "k", "other", &[], 1).unwrap();
        let before = other.head();
        assert_eq!(other.import(source.all().to_vec()).unwrap_err().code(), "chain_hash");
        assert_eq!(
            other.import(source.all()[1..].to_vec()).unwrap_err().code(),
            "chain_prev"
        );
        assert_eq!(
            other.import(source.all()[2..].to_vec()).unwrap_err().code(),
            "chain_seq"
        );
        let mut altered = source.all().to_vec();
        altered[2].payload.push(' ');
        assert_eq!(MemoryLog::new().import(altered).unwrap_err().code(), "chain_hash");
        let mut relabelled = source.all()[..1].to_vec();
        relabelled[0].kind.push('!');
        assert_eq!(sample().import(relabelled).unwrap_err().code(), "chain_hash");
        assert_eq!(other.head(), before);
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
