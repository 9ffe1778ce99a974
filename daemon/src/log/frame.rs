//! The frame: what one write and one sync make durable.
//!
//! Owns the bytes of a frame. A frame holds the records of all appends that shared a sync, so it is there as a whole
//! or not at all. Layout, integers little-endian, a frame beginning at a multiple of [`FRAME_ALIGN`]:
//!
//! ```text
//! 0   4  magic F5 4A 46 FF (F5 and FF occur in no UTF-8 text, so no payload looks like a frame)
//! 4   4  content_bytes
//! 8   8  first_seq: seq of the first record; in a mark, of the record that will follow
//! 16  4  record_count; 0 makes the frame a mark
//! 20  4  CRC-32 of the content
//! 24  4  zero
//! 28  4  CRC-32 of bytes 0..28
//! 32     content: hash of the record before, then per record its body and its hash; zero bytes up to the alignment
//! ```
//!
//! A record's chained bytes (`prev ‖ body`) are contiguous that way, and verified without a copy. A *mark* says that
//! everything before it was synced. Must not know files.

use jobfold_core::log::{Hash, Head, NewRecord, Record, RecordView, record_hash};

/// Bytes of a frame's header.
pub(super) const FRAME_HEADER_BYTES: usize = 32;
/// Frames begin at multiples of this many bytes.
pub(super) const FRAME_ALIGN: usize = 8;
/// Bytes of a mark.
pub(super) const MARK_BYTES: usize = FRAME_HEADER_BYTES + HASH_BYTES;
/// Bytes of a hash.
pub(super) const HASH_BYTES: usize = 32;

const MAGIC: [u8; 4] = [0xF5, b'J', b'F', 0xFF];

/// A frame's header, once its checksum has been found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) content_bytes: u32,
    pub(super) first_seq: u64,
    pub(super) record_count: u32,
    pub(super) content_crc: u32,
}

impl FrameHeader {
    /// `None` unless `bytes` begin with a whole header that nothing has altered.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; FRAME_HEADER_BYTES] = bytes.first_chunk()?;
        if bytes[..4] != MAGIC || u32_at(bytes, 28) != crc32fast::hash(&bytes[..28]) {
            return None;
        }
        Some(Self {
            content_bytes: u32_at(bytes, 4),
            first_seq: u64::from(u32_at(bytes, 8)) | u64::from(u32_at(bytes, 12)) << 32,
            record_count: u32_at(bytes, 16),
            content_crc: u32_at(bytes, 20),
        })
    }

    fn encode(&self) -> [u8; FRAME_HEADER_BYTES] {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&self.content_bytes.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.first_seq.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.record_count.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.content_crc.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..28]);
        bytes[28..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Bytes from the frame's begin to the end of its content, padding excluded.
    pub(super) fn used_bytes(&self) -> usize {
        FRAME_HEADER_BYTES + self.content_bytes as usize
    }

    /// Bytes from the frame's begin to where the next one begins.
    pub(super) fn frame_bytes(&self) -> usize {
        self.used_bytes().next_multiple_of(FRAME_ALIGN)
    }

    /// Seq of the record that follows the frame's last one.
    pub(super) fn next_seq(&self) -> u64 {
        self.first_seq.saturating_add(u64::from(self.record_count))
    }

    pub(super) fn is_mark(&self) -> bool {
        self.record_count == 0
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut array = [0; 4];
    array.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(array)
}

/// Builds frames in one reused buffer.
#[derive(Default)]
pub(super) struct FrameBuilder {
    bytes: Vec<u8>,
    head: Option<Head>,
    first_seq: u64,
}

impl FrameBuilder {
    /// Begins a frame that continues the chain after `head`.
    pub(super) fn begin(&mut self, head: Head) {
        self.bytes.clear();
        self.bytes.resize(FRAME_HEADER_BYTES, 0);
        self.bytes.extend_from_slice(&head.hash.0);
        self.first_seq = head.seq + 1;
        self.head = Some(head);
    }

    /// Adds a record, gives it its place and its hash, and hands it back.
    pub(super) fn push(&mut self, new: NewRecord, topic_seq: u64, at_ms: i64) -> Record {
        let before = self.head();
        let link = self.bytes.len() - HASH_BYTES;
        let mut record = Record::unsealed(new, before.seq + 1, topic_seq, at_ms, before.hash);
        record.encode_body(&mut self.bytes);
        record.hash = record_hash(&self.bytes[link..]);
        self.bytes.extend_from_slice(&record.hash.0);
        self.head = Some(Head {
            seq: record.seq,
            hash: record.hash,
        });
        record
    }

    /// The head after the records pushed so far.
    pub(super) fn head(&self) -> Head {
        self.head.expect("begin is called before anything else")
    }

    /// Records pushed so far.
    pub(super) fn record_count(&self) -> u64 {
        self.head().seq + 1 - self.first_seq
    }

    /// Bytes the completed frame will have.
    pub(super) fn frame_bytes(&self) -> usize {
        self.bytes.len().next_multiple_of(FRAME_ALIGN)
    }

    /// Completes the frame; without records it is a mark. Called once a frame.
    pub(super) fn finish(&mut self) -> &[u8] {
        let content = &self.bytes[FRAME_HEADER_BYTES..];
        let header = FrameHeader {
            content_bytes: u32::try_from(content.len()).expect("limits keep frames below 4 GiB"),
            first_seq: self.first_seq,
            record_count: u32::try_from(self.record_count()).expect("limits keep a frame's records below 4 Gi"),
            content_crc: crc32fast::hash(content),
        };
        self.bytes[..FRAME_HEADER_BYTES].copy_from_slice(&header.encode());
        self.bytes.resize(header.frame_bytes(), 0);
        &self.bytes
    }
}

/// Reads a frame's records one after the other. `content` has passed the frame's checksum; what is inside is checked
/// all the same, because a checksum proves nothing about who wrote it.
pub(super) struct FrameRecords<'a> {
    content: &'a [u8],
    at: usize,
    left: u32,
    ended: bool,
}

impl<'a> FrameRecords<'a> {
    pub(super) fn new(header: &FrameHeader, content: &'a [u8]) -> Self {
        Self {
            content,
            at: 0,
            left: header.record_count,
            ended: false,
        }
    }

    fn read(&mut self) -> Option<Result<RecordView<'a>, String>> {
        let rest = &self.content[self.at..];
        if self.left == 0 {
            self.ended = true;
            let count = rest.len();
            return (count != HASH_BYTES).then(|| {
                Err(format!(
                    "frame has {count} bytes after its last record's body, expected {HASH_BYTES}"
                ))
            });
        }
        match RecordView::decode(rest) {
            Ok(view) => {
                self.left -= 1;
                self.at += view.link_bytes().len();
                Some(Ok(view))
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error.to_string()))
            }
        }
    }
}

impl<'a> Iterator for FrameRecords<'a> {
    type Item = Result<RecordView<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended { None } else { self.read() }
    }
}

/// The hash that a frame names as the one before it.
pub(super) fn previous_hash(content: &[u8]) -> Option<Hash> {
    content.first_chunk::<HASH_BYTES>().map(|bytes| Hash(*bytes))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A frame of records with these payloads, and the head after it.
    pub(in super::super) fn frame(head: Head, payloads: &[String]) -> (Vec<u8>, Head) {
        let mut builder = FrameBuilder::default();
        builder.begin(head);
        for (payload, topic_seq) in payloads.iter().zip(head.seq + 1..) {
            let new = NewRecord {
                topic: "t".into(),
                payload: payload.clone(),
                ..NewRecord::default()
            };
            builder.push(new, topic_seq, 0);
        }
        let after = builder.head();
        assert_eq!(builder.frame_bytes(), builder.finish().len());
        (builder.bytes, after)
    }

    proptest! {
        #[test]
        fn a_frame_gives_back_its_records(payloads in proptest::collection::vec(".{0,40}", 0..6)) {
            let (bytes, after) = frame(Head::EMPTY, &payloads);
            let header = FrameHeader::decode(&bytes).unwrap();
            prop_assert_eq!(header.frame_bytes(), bytes.len());
            prop_assert_eq!(header.is_mark(), payloads.is_empty());
            prop_assert_eq!(header.next_seq(), after.seq + 1);
            let content = &bytes[FRAME_HEADER_BYTES..header.used_bytes()];
            prop_assert_eq!(previous_hash(content), Some(Hash::ZERO));
            let records: Vec<_> = FrameRecords::new(&header, content).map(Result::unwrap).collect();
            prop_assert!(records.iter().map(|record| record.payload).eq(payloads.iter()));
            prop_assert!(records.iter().all(|record| record.computed_hash() == record.hash));
            prop_assert_eq!(records.last().map_or(Hash::ZERO, |record| record.hash), after.hash);
        }

        #[test]
        fn arbitrary_bytes_are_no_frame(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(FrameHeader::decode(&bytes), None);
        }

        /// The checksum may be right and the content nonsense all the same.
        #[test]
        fn arbitrary_content_never_panics(
            content in any::<Vec<u8>>(), record_count in 0u32..5,
            damage in any::<proptest::sample::Index>(), byte in any::<u8>(),
        ) {
            let header = FrameHeader { content_bytes: 0, first_seq: 1, record_count, content_crc: 0 };
            prop_assert!(FrameRecords::new(&header, &content).count() <= 6);
            let (mut bytes, _) = frame(Head::EMPTY, &["one".into(), "two".into()]);
            let at = damage.index(bytes.len() - FRAME_HEADER_BYTES) + FRAME_HEADER_BYTES;
            bytes[at] = byte;
            prop_assert!(FrameRecords::new(&header, &bytes[FRAME_HEADER_BYTES..]).count() <= 6);
        }
    }
}
