//! One segment file: its name, its header, and walking its frames.
//!
//! Owns what a segment's bytes may look like and how a torn tail is told from damage. A segment is named after its
//! first record's seq and begins, in 4096 bytes, with:
//!
//! ```text
//! 0   8  magic "JFSEG" 0D 0A FF
//! 8   2  format version       10  6  zero
//! 16  8  first_seq
//! 24 32  hash of the record before first_seq
//! 56  4  zero                 60  4  CRC-32 of bytes 0..60
//! ```
//!
//! Frames follow; after the last one everything is zero. Knows bytes only, no files.

use super::frame::{FRAME_ALIGN, FRAME_HEADER_BYTES, FrameHeader, HASH_BYTES};
use jobfold_core::log::{FORMAT_VERSION, Hash, Head};

/// Bytes before the first frame: a page of its own, so that no frame shares a sector with the header.
pub(super) const SEGMENT_HEADER_BYTES: usize = 4096;
/// Bytes of the header that carry something.
const HEADER_USED_BYTES: usize = 64;
const MAGIC: [u8; 8] = *b"JFSEG\r\n\xFF";
const SUFFIX: &str = ".seg";
/// What a disk writes or does not write as a whole.
const SECTOR_BYTES: usize = 512;

/// The name of the segment whose first record has this seq; sorts like the seq.
pub(super) fn segment_name(first_seq: u64) -> String {
    format!("{first_seq:020}{SUFFIX}")
}

/// The seq in a segment's name; `None` for other files.
pub(super) fn parse_segment_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SUFFIX)?;
    (digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// The header of a segment that continues the log after `head`.
pub(super) fn encode_header(head: Head) -> [u8; HEADER_USED_BYTES] {
    let mut bytes = [0; HEADER_USED_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..10].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes[16..24].copy_from_slice(&(head.seq + 1).to_le_bytes());
    bytes[24..56].copy_from_slice(&head.hash.0);
    let crc = crc32fast::hash(&bytes[..60]);
    bytes[60..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// What is wrong with a segment's header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderFault {
    /// Written by a newer version. Nothing else in the file is looked at.
    Newer(u16),
    /// Altered or not ours.
    Damaged(String),
}

/// Reads a header and answers the head that the segment continues.
pub(super) fn decode_header(bytes: &[u8]) -> Result<Head, HeaderFault> {
    let damaged = |what: &str| HeaderFault::Damaged(what.to_owned());
    let header: &[u8; HEADER_USED_BYTES] = bytes
        .first_chunk()
        .ok_or_else(|| damaged("segment is shorter than its header"))?;
    if header[..8] != MAGIC {
        return Err(damaged("segment does not begin with the magic bytes"));
    }
    // Every version keeps these 64 bytes and their checksum, so that a flipped bit never passes for a newer version.
    let crc = u32::from_le_bytes([header[60], header[61], header[62], header[63]]);
    let version = u16::from_le_bytes([header[8], header[9]]);
    if crc != crc32fast::hash(&header[..60]) {
        return Err(damaged("segment header does not match its checksum"));
    }
    if version > FORMAT_VERSION {
        return Err(HeaderFault::Newer(version));
    }
    if bytes.len() < SEGMENT_HEADER_BYTES
        || bytes[HEADER_USED_BYTES..SEGMENT_HEADER_BYTES]
            .iter()
            .any(|byte| *byte != 0)
    {
        return Err(damaged("segment header is not followed by zeros up to the first frame"));
    }
    if version == 0 {
        return Err(damaged("segment header has format 0"));
    }
    let mut first_seq = [0; 8];
    first_seq.copy_from_slice(&header[16..24]);
    let mut hash = [0; HASH_BYTES];
    hash.copy_from_slice(&header[24..56]);
    let seq = u64::from_le_bytes(first_seq)
        .checked_sub(1)
        .ok_or_else(|| damaged("segment begins with seq 0"))?;
    Ok(Head { seq, hash: Hash(hash) })
}

/// What comes next in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A whole frame; its content has passed the checksum.
    Frame {
        /// Where the frame begins.
        offset: usize,
        /// Its header.
        header: FrameHeader,
    },
    /// Only zero bytes from here on.
    End {
        /// Where the next frame would begin.
        offset: usize,
    },
    /// Something else.
    Fault {
        /// Where it begins.
        offset: usize,
        /// What is wrong.
        what: String,
        /// Whether it may be the rest of a write that a crash interrupted, in the last segment.
        torn: bool,
        /// Where only zero bytes remain.
        end: usize,
    },
}

/// Walks the frames of a segment held in memory.
pub(super) struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
    next_seq: u64,
}

impl<'a> Walker<'a> {
    /// From the first frame on; the first record has `next_seq`.
    pub(super) fn new(bytes: &'a [u8], next_seq: u64) -> Self {
        Self {
            bytes,
            at: SEGMENT_HEADER_BYTES.min(bytes.len()),
            next_seq,
        }
    }

    /// Seq of the record that comes next.
    pub(super) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The next step. After `End` or `Fault` it repeats itself.
    pub(super) fn step(&mut self) -> Step {
        let offset = self.at;
        let rest = &self.bytes[offset..];
        let Some(header) = FrameHeader::decode(rest) else {
            return match last_nonzero(rest) {
                None => Step::End { offset },
                Some(_) => self.fault(
                    "no frame header where a frame should begin".to_owned(),
                    FRAME_HEADER_BYTES,
                ),
            };
        };
        let used = header.used_bytes();
        let Some(content) = rest.get(FRAME_HEADER_BYTES..used) else {
            return self.fault("frame is longer than its segment".to_owned(), used);
        };
        if crc32fast::hash(content) != header.content_crc {
            return self.fault("frame content does not match its checksum".to_owned(), used);
        }
        if rest[used..header.frame_bytes().min(rest.len())]
            .iter()
            .any(|byte| *byte != 0)
        {
            return self.fault_not_torn("frame is followed by bytes that should be zero".to_owned());
        }
        if header.first_seq != self.next_seq {
            let what = format!("frame begins with seq {}, expected {}", header.first_seq, self.next_seq);
            return self.fault_not_torn(what);
        }
        self.at = (offset + header.frame_bytes()).min(self.bytes.len());
        self.next_seq = header.next_seq();
        Step::Frame { offset, header }
    }

    fn fault(&self, what: String, extent: usize) -> Step {
        let extent = &self.bytes[self.at..(self.at + extent).min(self.bytes.len())];
        let torn = may_be_torn(self.at, extent) && !frame_follows(&self.bytes[self.at..]);
        Step::Fault {
            offset: self.at,
            what,
            torn,
            end: self.content_end(),
        }
    }

    fn fault_not_torn(&self, what: String) -> Step {
        Step::Fault {
            offset: self.at,
            what,
            torn: false,
            end: self.content_end(),
        }
    }

    fn content_end(&self) -> usize {
        last_nonzero(&self.bytes[self.at..]).map_or(self.at, |last| self.at + last + 1)
    }
}

/// Whether an interrupted write can have left `extent`, which begins at `offset` in its file. The area was zero
/// before. A write that was cut short leaves, in at least one sector, zeros from some byte to the sector's end; where
/// no sector ends with a zero byte everything had been written, and it was altered later.
fn may_be_torn(offset: usize, extent: &[u8]) -> bool {
    let mut at = 0;
    while at < extent.len() {
        let sector_end = (offset + at + 1).next_multiple_of(SECTOR_BYTES) - offset;
        let end = sector_end.min(extent.len());
        if extent[end - 1] == 0 {
            return true;
        }
        at = end;
    }
    false
}

/// Whether a whole frame header stands anywhere after the first bytes. Frames are written one at a time, each after
/// the one before was synced, so this proves that what is unreadable before it had been durable.
fn frame_follows(bytes: &[u8]) -> bool {
    (FRAME_ALIGN..bytes.len())
        .step_by(FRAME_ALIGN)
        .any(|at| FrameHeader::decode(&bytes[at..]).is_some())
}

/// Index of the last byte that is not zero. Looks at sixteen bytes at a time from behind: segments end in megabytes
/// of zeros.
fn last_nonzero(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    while end >= 4096 && bytes[end - 4096..end].chunks_exact(16).all(|chunk| chunk == [0; 16]) {
        end -= 4096;
    }
    bytes[..end].iter().rposition(|byte| *byte != 0)
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::frame;
    use super::*;
    use proptest::prelude::*;

    /// A segment of 16 KiB with one frame a list of payloads; also where its content ends.
    fn segment(frames: &[Vec<String>]) -> (Vec<u8>, usize) {
        let mut bytes = encode_header(Head::EMPTY).to_vec();
        bytes.resize(SEGMENT_HEADER_BYTES, 0);
        let mut head = Head::EMPTY;
        for payloads in frames {
            let (frame, after) = frame(head, payloads);
            bytes.extend_from_slice(&frame);
            head = after;
        }
        let end = bytes.len();
        bytes.resize(end + 16 * 1024, 0);
        (bytes, end)
    }

    fn last_step(bytes: &[u8]) -> Step {
        let mut walker = Walker::new(bytes, 1);
        loop {
            match walker.step() {
                Step::Frame { .. } => {}
                last => return last,
            }
        }
    }

    fn payloads() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[a-z]{1,700}", 1..4)
    }

    #[test]
    fn names_and_headers_read_back() {
        let head = Head {
            seq: 41,
            hash: Hash([7; HASH_BYTES]),
        };
        assert_eq!(parse_segment_name(&segment_name(42)), Some(42));
        assert_eq!(parse_segment_name("1.seg"), None);
        assert_eq!(parse_segment_name("spare.new"), None);
        let mut bytes = encode_header(head).to_vec();
        bytes.resize(SEGMENT_HEADER_BYTES, 0);
        assert_eq!(decode_header(&bytes), Ok(head));
        assert!(matches!(decode_header(&bytes[..100]), Err(HeaderFault::Damaged(_))));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>(), offset in 0usize..9000) {
            let _ = decode_header(&bytes);
            let mut file = vec![0; offset];
            file.extend_from_slice(&bytes);
            last_step(&file);
        }

        /// Whatever mixture of sectors and parts of sectors a crash leaves of the last frame: it is never taken for
        /// damage, and what was before is untouched.
        #[test]
        fn an_interrupted_write_is_never_taken_for_damage(
            before in proptest::collection::vec(payloads(), 0..3), last in payloads(),
            kept in proptest::collection::vec(0usize..=SECTOR_BYTES, 0..8),
        ) {
            let (_, start) = segment(&before);
            let frames: Vec<Vec<String>> = before.into_iter().chain([last]).collect();
            let (mut bytes, end) = segment(&frames);
            let mut at = start;
            let mut kept = kept.into_iter();
            while at < end {
                let sector_end = ((at + 1).next_multiple_of(SECTOR_BYTES)).min(end);
                let keep = kept.next().unwrap_or(0).min(sector_end - at);
                bytes[at + keep..sector_end].fill(0);
                at = sector_end;
            }
            match last_step(&bytes) {
                Step::End { offset } => prop_assert!(offset == start || offset == end),
                Step::Fault { offset, torn, .. } => prop_assert!(torn && offset == start),
                Step::Frame { .. } => unreachable!("last_step passes frames"),
            }
        }

        /// A bit flipped anywhere before the last frame is damage, never an interrupted write.
        #[test]
        fn a_flipped_bit_before_the_last_frame_is_damage(
            before in proptest::collection::vec(payloads(), 1..3),
            at in any::<proptest::sample::Index>(), bit in 0u8..8,
        ) {
            let (_, start) = segment(&before);
            let frames: Vec<Vec<String>> = before.into_iter().chain([vec![]]).collect();
            let (mut bytes, _) = segment(&frames);
            let at = SEGMENT_HEADER_BYTES + at.index(start - SEGMENT_HEADER_BYTES);
            bytes[at] ^= 1 << bit;
            prop_assert!(matches!(last_step(&bytes), Step::Fault { torn: false, .. }), "byte {}", at);
        }
    }
}
