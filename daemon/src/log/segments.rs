//! The open segments of a log: reading records by seq, and beginning new segments.
//!
//! Owns the table of open files and the places that make a read by seq start close by. Shared by the writer, which
//! adds to it, and readers. Must not know who waits for what.

use super::disk::{Disk, DiskFile};
use super::error::{Damage, Error};
use super::frame::{FRAME_HEADER_BYTES, FrameHeader, FrameRecords};
use super::scan::{PLACE_BYTES, Place, SegmentInfo};
use super::segment::{SEGMENT_HEADER_BYTES, encode_header, segment_name};
use jobfold_core::log::{Head, RecordView};
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError, RwLock};

/// The file that becomes the next segment; meaningless until it is renamed.
const SPARE: &str = "spare.new";
/// What one read of a file asks for, unless a frame is larger.
const WINDOW_BYTES: usize = 128 * 1024;
/// Zeros are written and synced in pieces of this size, so that a commit never waits for many megabytes of them.
const ZERO_BYTES: usize = 1024 * 1024;

/// One open segment file.
pub(super) struct OpenSegment {
    pub(super) name: String,
    pub(super) file: Box<dyn DiskFile>,
    pub(super) bytes: u64,
}

/// All open segments.
pub(super) struct Segments {
    disk: Arc<dyn Disk>,
    table: RwLock<Table>,
}

struct Table {
    segments: Vec<Arc<OpenSegment>>,
    places: Vec<Place>,
}

impl Segments {
    /// Opens the files that a scan found.
    pub(super) fn open(disk: Arc<dyn Disk>, found: &[SegmentInfo], places: Vec<Place>) -> Result<Self, Error> {
        let open = |segment: &SegmentInfo| {
            let file = disk
                .open(&segment.name)
                .map_err(|error| Error::io("open", disk.path(&segment.name), &error))?;
            Ok(Arc::new(OpenSegment {
                name: segment.name.clone(),
                file,
                bytes: segment.bytes,
            }))
        };
        let segments = found.iter().map(open).collect::<Result<_, Error>>()?;
        Ok(Self {
            table: RwLock::new(Table { segments, places }),
            disk,
        })
    }

    /// The last segment and its ordinal.
    pub(super) fn last(&self) -> Option<(usize, Arc<OpenSegment>)> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        table
            .segments
            .last()
            .map(|segment| (table.segments.len() - 1, Arc::clone(segment)))
    }

    /// Turns a prepared file into the segment that continues the log after `head`. When this answers, the segment's
    /// name and header are durable; a crash in between leaves at most a spare file.
    pub(super) fn begin(&self, prepared: Prepared, head: Head) -> Result<(usize, Arc<OpenSegment>), Error> {
        let name = segment_name(head.seq + 1);
        let fail = |operation| {
            let file = self.disk.path(&name);
            move |error: std::io::Error| Error::io(operation, file, &error)
        };
        prepared.file.write_at(0, &encode_header(head)).map_err(fail("write"))?;
        prepared.file.sync().map_err(fail("sync"))?;
        self.disk.rename(SPARE, &name).map_err(fail("rename"))?;
        self.disk.sync_dir().map_err(fail("sync the directory of"))?;
        let segment = Arc::new(OpenSegment {
            name,
            file: prepared.file,
            bytes: prepared.bytes,
        });
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.segments.push(Arc::clone(&segment));
        Ok((table.segments.len() - 1, segment))
    }

    /// Notes where a frame begins, if the last note is far away.
    pub(super) fn note_place(&self, place: Place) {
        let far = |last: &Place| last.segment != place.segment || place.offset - last.offset >= PLACE_BYTES;
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        if table.places.last().is_none_or(far) {
            table.places.push(place);
        }
    }

    /// Hands the records from `from_seq` up to `last_seq` to `visit`, in order, until it breaks. All of them must be
    /// durable. Frames are checked against their checksums on the way.
    pub(super) fn visit(
        &self,
        from_seq: u64,
        last_seq: u64,
        visit: &mut dyn FnMut(&RecordView<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        if from_seq > last_seq {
            return Ok(());
        }
        let mut cursor = self.cursor(from_seq);
        let mut next_seq = from_seq;
        while next_seq <= last_seq {
            let Frame {
                segment,
                at,
                header,
                content,
            } = cursor.next_frame(self, next_seq)?;
            for record in FrameRecords::new(&header, content) {
                let record = record.map_err(|what| self.damaged(segment, at, next_seq, what))?;
                if record.seq < next_seq {
                    continue;
                }
                next_seq = record.seq + 1;
                if record.seq > last_seq || visit(&record).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn cursor(&self, seq: u64) -> Cursor {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let after = table.places.partition_point(|place| place.seq <= seq);
        let place = after.checked_sub(1).map(|index| table.places[index]);
        let (segment, next_at) = place.map_or((0, SEGMENT_HEADER_BYTES as u64), |place| (place.segment, place.offset));
        Cursor {
            segment,
            next_at,
            window: Vec::new(),
            window_at: 0,
            file: None,
        }
    }

    fn segment(&self, ordinal: usize) -> Option<Arc<OpenSegment>> {
        self.table
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .segments
            .get(ordinal)
            .cloned()
    }

    fn damaged(&self, segment: usize, offset: u64, seq: u64, what: String) -> Error {
        let name = self
            .segment(segment)
            .map_or_else(String::new, |segment| segment.name.clone());
        Error::Damaged(Damage {
            file: self.disk.path(&name),
            offset,
            seq,
            what,
        })
    }
}

/// A frame and where it stands.
struct Frame<'c> {
    segment: usize,
    at: u64,
    header: FrameHeader,
    content: &'c [u8],
}

/// A reader's place in the files.
struct Cursor {
    segment: usize,
    /// Where the next frame begins.
    next_at: u64,
    window: Vec<u8>,
    window_at: u64,
    file: Option<Arc<OpenSegment>>,
}

impl Cursor {
    /// The next frame that holds `seq` or something later.
    fn next_frame(&mut self, segments: &Segments, seq: u64) -> Result<Frame<'_>, Error> {
        let (at, header) = loop {
            let at = self.next_at;
            match FrameHeader::decode(self.bytes(segments, at, FRAME_HEADER_BYTES)?) {
                Some(header) => {
                    self.next_at = at + header.frame_bytes() as u64;
                    if !header.is_mark() && header.next_seq() > seq {
                        break (at, header);
                    }
                }
                None if segments.segment(self.segment + 1).is_some() => {
                    self.segment += 1;
                    self.next_at = SEGMENT_HEADER_BYTES as u64;
                    self.file = None;
                    self.window.clear();
                }
                None => return Err(segments.damaged(self.segment, at, seq, "no frame where one should be".to_owned())),
            }
        };
        let segment = self.segment;
        let frame = self.bytes(segments, at, header.used_bytes())?;
        let content = frame
            .get(FRAME_HEADER_BYTES..)
            .filter(|content| crc32fast::hash(content) == header.content_crc);
        match content {
            Some(content) if content.len() == header.content_bytes as usize => Ok(Frame {
                segment,
                at,
                header,
                content,
            }),
            _ => Err(segments.damaged(segment, at, seq, "frame content does not match its checksum".to_owned())),
        }
    }

    /// `len` bytes from `at` on, fewer at the file's end.
    fn bytes(&mut self, segments: &Segments, at: u64, len: usize) -> Result<&[u8], Error> {
        let inside = at >= self.window_at && at + len as u64 <= self.window_at + self.window.len() as u64;
        if !inside {
            self.fill(segments, at, len)?;
        }
        let start = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        Ok(&self.window[start..(start + len).min(self.window.len())])
    }

    fn fill(&mut self, segments: &Segments, at: u64, len: usize) -> Result<(), Error> {
        let missing = || segments.damaged(self.segment, at, 0, "segment is missing".to_owned());
        if self.file.is_none() {
            self.file = Some(segments.segment(self.segment).ok_or_else(missing)?);
        }
        let file = self.file.as_ref().ok_or_else(missing)?;
        // A length field is not to be trusted with memory: no frame is longer than its file.
        let left = usize::try_from(file.bytes.saturating_sub(at)).unwrap_or(usize::MAX);
        self.window.resize(len.max(WINDOW_BYTES).min(left), 0);
        let filled = file
            .file
            .read_at(at, &mut self.window)
            .map_err(|error| Error::io("read", segments.disk.path(&file.name), &error))?;
        self.window.truncate(filled);
        self.window_at = at;
        Ok(())
    }
}

/// A zero-filled, synced file, ready to become a segment.
pub(super) struct Prepared {
    file: Box<dyn DiskFile>,
    pub(super) bytes: u64,
}

/// Prepares a file of `bytes`. Writing zeros, instead of only reserving space, spares every later commit the file
/// system's bookkeeping: that is most of a sync's time.
pub(super) fn prepare(disk: &dyn Disk, bytes: u64) -> Result<Prepared, Error> {
    let write = || {
        let file = disk.create(SPARE)?;
        let zeros = vec![0; ZERO_BYTES];
        let mut at = 0;
        while at < bytes {
            let len = usize::try_from(bytes - at).unwrap_or(usize::MAX).min(ZERO_BYTES);
            file.write_at(at, &zeros[..len])?;
            file.sync()?;
            at += len as u64;
        }
        Ok(Prepared { file, bytes })
    };
    write().map_err(|error| Error::io("prepare", disk.path(SPARE), &error))
}
