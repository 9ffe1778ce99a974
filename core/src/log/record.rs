//! One record: its fields, its limits, its canonical bytes and its hash.
//!
//! Owns the byte layout that is hashed and, unchanged, stored. A record's *body* is, all integers little-endian:
//!
//! ```text
//! u32 body_len (what follows)   u64 seq   u64 topic_seq   i64 at_ms
//! u32 len, topic   u32 len, kind
//! u32 header count, then per header: u32 len, name, u32 len, value   (sorted by name, bytewise, names unique)
//! u32 len, payload
//! ```
//!
//! Its hash is keyed BLAKE3 over `prev ‖ body`; the key names this layout, so bytes of another layout or another
//! purpose can never yield the same hash. Every field carries its length, so no two records share a body.

use super::error::{DecodeError, LogError};
use super::topic::check_topic;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Version of the record's layout. A reader refuses a larger one; it never guesses.
pub const FORMAT_VERSION: u16 = 1;

/// The header under which a record carries its idempotency key, so that the key survives export and import and
/// the log can find it again. Callers set it through [`NewRecord::idempotency_key`] only.
pub const IDEMPOTENCY_HEADER: &str = "jobfold.idempotency_key";

/// Key of the keyed hash: the layout's name, padded with zero bytes.
const HASH_KEY: [u8; 32] = *b"jobfold log record, format 1\0\0\0\0";

/// Bytes of a body's fixed part: its own length, `seq`, `topic_seq`, `at_ms`, and the four counts.
const BODY_FIXED_BYTES: usize = 4 + 8 + 8 + 8 + 4 * 4;

/// A BLAKE3 hash in the chain; shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first record of a log names as its predecessor.
    pub const ZERO: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits, lower case only, as [`fmt::Display`] writes them.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_value(pair[0])? << 4 | hex_value(pair[1])?;
        }
        Some(Self(bytes))
    }
}

const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Upper bounds that every log checks before it stores anything. Bytes are UTF-8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest topic name, bytes.
    pub topic_bytes_max: u32,
    /// Longest kind, bytes.
    pub kind_bytes_max: u32,
    /// Most headers of one record, the idempotency key included.
    pub headers_max: u32,
    /// Largest sum of one record's header names and values, the idempotency key included, bytes.
    pub header_bytes_max: u32,
    /// Longest payload, bytes.
    pub payload_bytes_max: u32,
    /// Most records of one batch.
    pub batch_records_max: u32,
    /// Largest sum of one batch's record bodies, bytes.
    pub batch_bytes_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            topic_bytes_max: 255,
            kind_bytes_max: 4096,
            headers_max: 64,
            header_bytes_max: 64 * 1024,
            payload_bytes_max: 16 * 1024 * 1024,
            batch_records_max: 100_000,
            batch_bytes_max: 64 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// Checks a whole batch; the first fault is the answer.
    pub fn check_batch(&self, records: &[NewRecord]) -> Result<(), LogError> {
        if records.is_empty() {
            return Err(LogError::BatchEmpty);
        }
        at_most("batch records", records.len(), self.batch_records_max)?;
        let mut bytes = 0usize;
        for record in records {
            self.check_record(record)?;
            bytes = bytes.saturating_add(record.body_bytes());
        }
        at_most("batch bytes", bytes, self.batch_bytes_max)
    }

    /// Checks one record: topic rule, sizes, header names.
    pub fn check_record(&self, record: &NewRecord) -> Result<(), LogError> {
        check_topic(&record.topic)?;
        at_most("topic bytes", record.topic.len(), self.topic_bytes_max)?;
        at_most("kind bytes", record.kind.len(), self.kind_bytes_max)?;
        at_most("payload bytes", record.payload.len(), self.payload_bytes_max)?;
        let keys = usize::from(record.idempotency_key.is_some());
        at_most("headers", record.headers.len() + keys, self.headers_max)?;
        at_most("header bytes", record.header_bytes(), self.header_bytes_max)?;
        check_header_names(&record.headers)
    }
}

fn at_most(field: &'static str, actual: usize, limit: u32) -> Result<(), LogError> {
    if actual > limit as usize {
        return Err(LogError::TooLarge {
            field,
            actual: actual as u64,
            limit: u64::from(limit),
        });
    }
    Ok(())
}

fn check_header_names(headers: &[(String, String)]) -> Result<(), LogError> {
    for (index, (name, _)) in headers.iter().enumerate() {
        if name.is_empty() {
            return Err(LogError::HeaderInvalid {
                ordinal: index as u64 + 1,
            });
        }
        if name == IDEMPOTENCY_HEADER {
            return Err(LogError::HeaderReserved {
                name: IDEMPOTENCY_HEADER,
            });
        }
        // Quadratic on purpose: there are few headers, and `headers_max` was checked before.
        if headers[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(LogError::HeaderDuplicate { name: name.clone() });
        }
    }
    Ok(())
}

/// A record that is not in a log yet; the log gives it its place and its hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRecord {
    /// Where it belongs; see [`check_topic`].
    pub topic: String,
    /// What it is, for example `run.started`. Any text.
    pub kind: String,
    /// The exact text it arrived as; the log never reads or rewrites it.
    pub payload: String,
    /// Metadata, any order, names unique.
    pub headers: Vec<(String, String)>,
    /// Within a topic, a key is stored once: a second record with the same key is answered as a duplicate.
    pub idempotency_key: Option<String>,
}

impl NewRecord {
    /// The record that, appended to the same place of the same log, yields `record` again: the idempotency key
    /// moves from the headers back to its own field. Import uses it.
    pub fn from_record(record: &Record) -> Self {
        let mut headers = record.headers.clone();
        let key = headers.iter().position(|(name, _)| name == IDEMPOTENCY_HEADER);
        let idempotency_key = key.map(|index| headers.remove(index).1);
        Self {
            topic: record.topic.clone(),
            kind: record.kind.clone(),
            payload: record.payload.clone(),
            headers,
            idempotency_key,
        }
    }

    fn header_bytes(&self) -> usize {
        let key = self
            .idempotency_key
            .as_ref()
            .map_or(0, |key| IDEMPOTENCY_HEADER.len() + key.len());
        self.headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>()
            + key
    }

    /// Bytes of the body this record will have, its length field included.
    pub fn body_bytes(&self) -> usize {
        let headers = self.headers.len() + usize::from(self.idempotency_key.is_some());
        BODY_FIXED_BYTES + headers * 8 + self.header_bytes() + self.topic.len() + self.kind.len() + self.payload.len()
    }
}

/// Where a record of a batch ended up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Place in the log, from 1. For a duplicate: the place of the record stored first.
    pub seq: u64,
    /// Place among the records of its topic, from 1.
    pub topic_seq: u64,
    /// The topic held a record with the same idempotency key already; nothing was stored.
    pub duplicate: bool,
}

/// A record of a log, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Place in the log: 1, 2, 3 … without gaps.
    pub seq: u64,
    /// The topic it belongs to.
    pub topic: String,
    /// Place among the records of its topic: 1, 2, 3 … without gaps.
    pub topic_seq: u64,
    /// What it is.
    pub kind: String,
    /// The exact text it arrived as.
    pub payload: String,
    /// Sorted by name, bytewise; names unique.
    pub headers: Vec<(String, String)>,
    /// When the log's host accepted it, Unix milliseconds. Given by the host; not necessarily ascending.
    pub at_ms: i64,
    /// Hash of the record before; [`Hash::ZERO`] for the first.
    pub prev: Hash,
    /// Hash of this record.
    pub hash: Hash,
}

impl Record {
    /// Seals a new record into its place after `prev`.
    pub fn seal(new: NewRecord, seq: u64, topic_seq: u64, at_ms: i64, prev: Hash) -> Self {
        let mut record = Self::unsealed(new, seq, topic_seq, at_ms, prev);
        record.hash = record.computed_hash();
        record
    }

    /// A new record in its place, with its hash still to be set. For writers that hash the bytes they store.
    pub fn unsealed(new: NewRecord, seq: u64, topic_seq: u64, at_ms: i64, prev: Hash) -> Self {
        let mut headers = new.headers;
        headers.extend(new.idempotency_key.map(|key| (IDEMPOTENCY_HEADER.to_string(), key)));
        headers.sort_unstable();
        let (topic, kind, payload) = (new.topic, new.kind, new.payload);
        Self {
            seq,
            topic,
            topic_seq,
            kind,
            payload,
            headers,
            at_ms,
            prev,
            hash: Hash::ZERO,
        }
    }

    /// Appends the record's body, as laid out at the top of this file. Its parts must have passed [`Limits`].
    pub fn encode_body(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&self.topic_seq.to_le_bytes());
        out.extend_from_slice(&self.at_ms.to_le_bytes());
        put_text(out, &self.topic);
        put_text(out, &self.kind);
        put_len(out, self.headers.len());
        for (name, value) in &self.headers {
            put_text(out, name);
            put_text(out, value);
        }
        put_text(out, &self.payload);
        let body_len = u32_len(out.len() - start - 4);
        out[start..start + 4].copy_from_slice(&body_len.to_le_bytes());
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// The key the record was stored under, if it had one.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.header(IDEMPOTENCY_HEADER)
    }

    /// The bytes its hash covers: `prev ‖ body`.
    pub fn link_bytes(&self) -> Vec<u8> {
        let mut link =
            Vec::with_capacity(32 + BODY_FIXED_BYTES + self.topic.len() + self.kind.len() + self.payload.len());
        link.extend_from_slice(&self.prev.0);
        self.encode_body(&mut link);
        link
    }

    /// The hash its fields demand; equal to `hash` unless something was altered.
    pub fn computed_hash(&self) -> Hash {
        record_hash(&self.link_bytes())
    }
}

/// The hash of a record from the bytes `prev ‖ body`.
pub fn record_hash(link: &[u8]) -> Hash {
    Hash(*blake3::keyed_hash(&HASH_KEY, link).as_bytes())
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_len(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&u32_len(len).to_le_bytes());
}

/// Invariant: `Limits` keeps every part below 4 GiB, so the conversion cannot fail.
fn u32_len(len: usize) -> u32 {
    u32::try_from(len).expect("limits keep lengths below 4 GiB")
}

/// A record that borrows the bytes it was stored as.
#[derive(Clone, Copy)]
pub struct RecordView<'a> {
    /// See [`Record::seq`].
    pub seq: u64,
    /// See [`Record::topic`].
    pub topic: &'a str,
    /// See [`Record::topic_seq`].
    pub topic_seq: u64,
    /// See [`Record::kind`].
    pub kind: &'a str,
    /// See [`Record::payload`].
    pub payload: &'a str,
    /// See [`Record::headers`].
    pub headers: Headers<'a>,
    /// See [`Record::at_ms`].
    pub at_ms: i64,
    /// See [`Record::prev`].
    pub prev: Hash,
    /// See [`Record::hash`].
    pub hash: Hash,
    link: &'a [u8],
}

impl<'a> RecordView<'a> {
    /// Reads `prev ‖ body ‖ hash` from the front of `bytes`; trusts nothing. Neighbouring records overlap by one
    /// hash: the next record begins [`RecordView::link_bytes`]`.len()` further on.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { bytes, at: 0 };
        let prev = Hash(reader.array("previous hash")?);
        let body_len = reader.len("length")?;
        let end = reader.at.saturating_add(body_len);
        let body = bytes.get(..end).ok_or(DecodeError::Truncated {
            field: "body",
            expected: end as u64,
            actual: bytes.len() as u64,
        })?;
        let mut reader = Reader {
            bytes: body,
            at: reader.at,
        };
        let seq = u64::from_le_bytes(reader.array("seq")?);
        let topic_seq = u64::from_le_bytes(reader.array("topic seq")?);
        let at_ms = i64::from_le_bytes(reader.array("time")?);
        let topic = reader.text("topic")?;
        let kind = reader.text("kind")?;
        let headers = Headers::decode(&mut reader)?;
        let payload = reader.text("payload")?;
        if reader.at != end {
            return Err(DecodeError::Trailing {
                actual: (end - reader.at) as u64,
            });
        }
        let hash = Hash(Reader { bytes, at: end }.array("hash")?);
        Ok(Self {
            seq,
            topic,
            topic_seq,
            kind,
            payload,
            headers,
            at_ms,
            prev,
            hash,
            link: body,
        })
    }

    /// The bytes its hash covers: `prev ‖ body`.
    pub fn link_bytes(&self) -> &'a [u8] {
        self.link
    }

    /// The hash its bytes demand; equal to `hash` unless something was altered.
    pub fn computed_hash(&self) -> Hash {
        record_hash(self.link)
    }

    /// The key the record was stored under, if it had one.
    pub fn idempotency_key(&self) -> Option<&'a str> {
        self.headers.get(IDEMPOTENCY_HEADER)
    }

    /// An owned copy.
    pub fn to_record(&self) -> Record {
        Record {
            seq: self.seq,
            topic: self.topic.to_string(),
            topic_seq: self.topic_seq,
            kind: self.kind.to_string(),
            payload: self.payload.to_string(),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            at_ms: self.at_ms,
            prev: self.prev,
            hash: self.hash,
        }
    }
}

impl fmt::Debug for RecordView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The payload stays out: debug output ends up in logs.
        f.debug_struct("RecordView")
            .field("seq", &self.seq)
            .field("topic", &self.topic)
            .field("topic_seq", &self.topic_seq)
            .field("kind", &self.kind)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

/// The headers of a [`RecordView`], sorted by name.
#[derive(Clone, Copy)]
pub struct Headers<'a> {
    count: usize,
    /// The encoded headers; checked when decoded, so reading them again cannot fail.
    bytes: &'a [u8],
}

impl<'a> Headers<'a> {
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let count = reader.len("header count")?;
        let start = reader.at;
        let mut last: Option<&str> = None;
        for _ in 0..count {
            let name = reader.text("header name")?;
            if last.is_some_and(|last| last >= name) {
                return Err(DecodeError::HeadersUnsorted);
            }
            last = Some(name);
            reader.text("header value")?;
        }
        Ok(Self {
            count,
            bytes: &reader.bytes[start..reader.at],
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut reader = Reader {
            bytes: self.bytes,
            at: 0,
        };
        core::iter::from_fn(move || {
            if reader.at == reader.bytes.len() {
                return None;
            }
            Some((reader.text("header name").ok()?, reader.text("header value").ok()?))
        })
    }

    /// The value of a header.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// A cursor over bytes that nobody vouches for.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let end = self.at.saturating_add(len);
        let taken = self.bytes.get(self.at..end).ok_or(DecodeError::Truncated {
            field,
            expected: end as u64,
            actual: self.bytes.len() as u64,
        })?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, field)?);
        Ok(array)
    }

    fn len(&mut self, field: &'static str) -> Result<usize, DecodeError> {
        Ok(u32::from_le_bytes(self.array(field)?) as usize)
    }

    fn text(&mut self, field: &'static str) -> Result<&'a str, DecodeError> {
        let len = self.len(field)?;
        let bytes = self.take(len, field)?;
        core::str::from_utf8(bytes).map_err(|_| DecodeError::NotUtf8 { field })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use core::fmt::Write;
    use proptest::prelude::*;

    fn record(payload: &str) -> Record {
        let new = NewRecord {
            topic: "dashboard.jobs.events".into(),
            kind: "run.started".into(),
            payload: payload.into(),
            headers: vec![("z".into(), "1".into()), ("a".into(), "ü".into())],
            idempotency_key: Some("key-1".into()),
        };
        Record::seal(new.clone(), 7, 3, -1, Hash([9; 32]))
    }

    fn sealed_bytes(record: &Record) -> Vec<u8> {
        let mut bytes = record.link_bytes();
        bytes.extend_from_slice(&record.hash.0);
        bytes
    }

    /// Bytes written down once: if this test changes, old logs no longer verify.
    #[test]
    fn the_canonical_bytes_never_change() {
        let record = record("{\"a\":1.0}");
        let mut hex = String::new();
        for byte in &record.link_bytes()[32..] {
            write!(hex, "{byte:02x}").unwrap();
        }
        assert_eq!(
            hex,
            "8a00000007000000000000000300000000000000ffffffffffffffff\
             150000006461736862\
             6f6172642e6a6f62732e6576656e7473\
             0b00000072756e2e73746172746564\
             030000000100000061\
             02000000c3bc\
             170000006a6f62666f6c642e6964656d706f74656e63795f6b6579\
             050000006b65792d31\
             010000007a\
             0100000031\
             090000007b2261223a312e307d"
        );
        assert_eq!(record.hash, record_hash(&record.link_bytes()));
        assert_eq!(alloc::format!("{}", record.hash), GOLDEN_HASH);
    }

    /// Computed by another implementation of BLAKE3.
    const GOLDEN_HASH: &str = "af3a2142242de3caded5df6e871f28e538cd67fb092214869588cc1b81a4f7d4";

    #[test]
    fn a_view_reads_back_what_was_sealed() {
        let record = record("\u{1F980} {\"x\": 12345678901234567890}");
        let bytes = sealed_bytes(&record);
        let view = RecordView::decode(&bytes).unwrap();
        assert_eq!(view.to_record(), record);
        assert_eq!(view.computed_hash(), record.hash);
        assert_eq!(view.idempotency_key(), Some("key-1"));
        assert_eq!(view.headers.len(), 3);
        assert_eq!(
            NewRecord::from_record(&record).idempotency_key.as_deref(),
            Some("key-1")
        );
    }

    #[test]
    fn limits_name_the_part_that_is_too_large() {
        let limits = Limits {
            payload_bytes_max: 3,
            headers_max: 1,
            ..Limits::default()
        };
        let good = NewRecord {
            topic: "t".into(),
            payload: "abc".into(),
            ..NewRecord::default()
        };
        assert_eq!(limits.check_record(&good), Ok(()));
        let long = NewRecord {
            payload: "abcd".into(),
            ..good.clone()
        };
        let error = limits.check_batch(&[long]).unwrap_err();
        assert_eq!(
            error,
            LogError::TooLarge {
                field: "payload bytes",
                actual: 4,
                limit: 3
            }
        );
        let headers = vec![("a".into(), String::new())];
        let many = NewRecord {
            headers,
            idempotency_key: Some("k".into()),
            ..good.clone()
        };
        assert_eq!(limits.check_record(&many).unwrap_err().code(), "record_too_large");
        assert_eq!(limits.check_batch(&[]), Err(LogError::BatchEmpty));
    }

    #[test]
    fn header_names_are_checked() {
        let with = |names: &[&str]| NewRecord {
            topic: "t".into(),
            headers: names.iter().map(|name| ((*name).into(), String::new())).collect(),
            ..NewRecord::default()
        };
        let check = |names: &[&str]| {
            Limits::default()
                .check_record(&with(names))
                .map_err(|error| error.code())
        };
        assert_eq!(check(&["a", "b"]), Ok(()));
        assert_eq!(check(&["a", ""]), Err("header_invalid"));
        assert_eq!(check(&["a", "a"]), Err("header_duplicate"));
        assert_eq!(check(&[IDEMPOTENCY_HEADER]), Err("header_reserved"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(view) = RecordView::decode(&bytes) {
                prop_assert!(view.headers.iter().count() == view.headers.len());
            }
        }

        #[test]
        fn a_damaged_record_never_passes_for_the_original(at in 0usize..1000, bit in 0u8..8) {
            let record = record("{\"k\":[1,2,3]}");
            let mut bytes = sealed_bytes(&record);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            if let Ok(view) = RecordView::decode(&bytes) {
                prop_assert_ne!(view.computed_hash(), view.hash);
            }
        }

        #[test]
        fn any_record_survives_its_bytes(
            kind in ".{0,20}", payload in ".{0,200}", key in proptest::option::of(".{0,20}"),
            headers in proptest::collection::btree_map(".{1,8}", ".{0,8}", 0..5),
            seq in any::<u64>(), topic_seq in any::<u64>(), at_ms in any::<i64>(),
        ) {
            let new = NewRecord {
                topic: "t".into(), kind, payload, headers: headers.into_iter().collect(), idempotency_key: key,
            };
            let record = Record::seal(new.clone(), seq, topic_seq, at_ms, Hash([1; 32]));
            prop_assert_eq!(record.link_bytes().len(), 32 + new.body_bytes());
            let bytes = sealed_bytes(&record);
            let view = RecordView::decode(&bytes).unwrap();
            prop_assert_eq!(view.to_record(), record.clone());
            prop_assert_eq!(NewRecord::from_record(&record), new);
        }
    }
}
