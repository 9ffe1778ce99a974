//! Reading a whole log: every frame, every record, every hash, in order.
//!
//! Owns the one pass that opening, verifying and repairing share, and its verdict: what is whole, what a crash left
//! half-written, where damage begins. Three kinds of thread share the work, because hashing takes longer than all
//! the rest: one reads segments and checks frames, some check hashes, the caller's checks the chain and hands each
//! record on. A record is handed on only after its hash has been found right. Memory: a few segments at a time.

use super::disk::Disk;
use super::error::{Damage, Error};
use super::frame::{FRAME_HEADER_BYTES, FrameHeader, FrameRecords, HASH_BYTES};
use super::segment::{HeaderFault, Step, Walker, decode_header, parse_segment_name};
use jobfold_core::log::{ChainVerifier, Hash, Head, RecordView, record_hash};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

/// Frames are handed from thread to thread in chunks of about this many bytes.
const CHUNK_BYTES: usize = 512 * 1024;
/// Chunks waiting between two threads. With segments of 64 MiB this keeps two of them in memory.
const CHUNKS_WAITING_MAX: usize = 64;
/// A place is remembered about every so many bytes, so that a read by seq starts close by.
pub(super) const PLACE_BYTES: u64 = 64 * 1024;
/// More hashing threads than this no longer help: the caller's thread is then the slowest.
const HASH_THREADS_MAX: usize = 4;

/// Where the frame with a seq begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) seq: u64,
    /// Ordinal of the segment, from 0.
    pub(super) segment: usize,
    pub(super) offset: u64,
}

/// One segment file.
#[derive(Debug, Clone)]
pub(super) struct SegmentInfo {
    pub(super) name: String,
    pub(super) first_seq: u64,
    pub(super) bytes: u64,
}

/// A write that a crash interrupted: bytes from `offset` to `end` belong to no whole frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Torn {
    pub(super) offset: u64,
    pub(super) end: u64,
}

/// The last frame of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastFrame {
    pub(super) offset: u64,
    pub(super) bytes: u64,
    pub(super) is_mark: bool,
}

/// What one pass over a log found.
pub(super) struct Scan {
    /// Topic counts; after damage they may include records of the frame at fault.
    pub(super) chain: ChainVerifier,
    /// After the last whole frame.
    pub(super) head: Head,
    /// Whole records.
    pub(super) record_count: u64,
    /// All segments, those beyond the damage included.
    pub(super) segments: Vec<SegmentInfo>,
    pub(super) places: Vec<Place>,
    /// Ordinal of the segment that holds the last whole frame or would hold the next one.
    pub(super) last_segment: usize,
    /// Where the next frame goes in that segment.
    pub(super) append_at: u64,
    /// The last whole frame of that segment, if it has one.
    pub(super) last_frame: Option<LastFrame>,
    pub(super) torn: Option<Torn>,
    pub(super) damage: Option<Damage>,
    /// Everything up to this seq is known to have been synced; what follows was in the last write.
    pub(super) confirmed_seq: u64,
}

/// Frames of one segment that lie next to each other.
struct Chunk {
    segment: usize,
    bytes: Arc<Vec<u8>>,
    frames: Vec<(usize, FrameHeader)>,
}

impl Chunk {
    fn content(&self, offset: usize, header: &FrameHeader) -> &[u8] {
        &self.bytes[offset + FRAME_HEADER_BYTES..offset + header.used_bytes()]
    }
}

/// The reader's messages, in the log's order.
enum Found {
    /// A chunk and where its hashes' verdict will arrive: the first altered record, if there is one.
    Chunk(Arc<Chunk>, Receiver<Option<AlteredRecord>>),
    /// No more frames in the last segment.
    End {
        segment: usize,
        offset: u64,
        torn: Option<Torn>,
    },
    Damage(Damage),
    Failed(Error),
}

/// A record whose bytes do not yield its hash.
struct AlteredRecord {
    frame: usize,
    what: String,
}

type HashJob = (Arc<Chunk>, SyncSender<Option<AlteredRecord>>);

/// Reads the log in `disk` and hands every whole record to `on_record`, in order. When the answer tells of damage,
/// records of the frame at fault may have been handed on before the fault was met.
///
/// Damage is part of the answer. Errors are what prevents an answer: the disk refuses to be read, or the files are of
/// a newer version.
pub(super) fn scan(disk: &dyn Disk, on_record: &mut dyn FnMut(&RecordView<'_>)) -> Result<Scan, Error> {
    let segments = list_segments(disk)?;
    let mut scan = Scan {
        chain: ChainVerifier::new(),
        head: Head::EMPTY,
        record_count: 0,
        segments: Vec::new(),
        places: Vec::new(),
        last_segment: 0,
        append_at: 0,
        last_frame: None,
        torn: None,
        damage: None,
        confirmed_seq: 0,
    };
    let (job_sender, job_receiver) = sync_channel::<HashJob>(CHUNKS_WAITING_MAX);
    let (found_sender, found_receiver) = sync_channel::<Found>(CHUNKS_WAITING_MAX);
    let jobs = Mutex::new(job_receiver);
    let result = std::thread::scope(|scope| {
        let reader = Reader {
            disk,
            segments: &segments,
            jobs: job_sender,
            found: found_sender,
        };
        scope.spawn(move || reader.run());
        for _ in 0..hash_threads() {
            scope.spawn(|| hash_chunks(&jobs));
        }
        let result = scan.fold(disk, &segments, &found_receiver, on_record);
        // Lets the reader stop early: its next message finds nobody.
        drop(found_receiver);
        result
    });
    scan.segments = segments;
    result.map(|()| scan)
}

fn hash_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores.saturating_sub(1).clamp(1, HASH_THREADS_MAX)
}

/// The segments in the log's order.
pub(super) fn list_segments(disk: &dyn Disk) -> Result<Vec<SegmentInfo>, Error> {
    let names = disk.list().map_err(|error| Error::io("list", disk.path(""), &error))?;
    let mut segments = Vec::new();
    for name in names {
        let Some(first_seq) = parse_segment_name(&name) else {
            continue;
        };
        let bytes = disk
            .open(&name)
            .and_then(|file| file.len())
            .map_err(|error| Error::io("open", disk.path(&name), &error))?;
        segments.push(SegmentInfo { name, first_seq, bytes });
    }
    segments.sort_unstable_by_key(|segment| segment.first_seq);
    Ok(segments)
}

/// Reads segments and checks their frames.
struct Reader<'s> {
    disk: &'s dyn Disk,
    segments: &'s [SegmentInfo],
    jobs: SyncSender<HashJob>,
    found: SyncSender<Found>,
}

/// The other side has heard enough.
struct Unheard;

impl Reader<'_> {
    fn run(&self) {
        let mut head = Head::EMPTY;
        for ordinal in 0..self.segments.len() {
            match self.read_segment(ordinal, head) {
                Ok(Some(next)) => head = next,
                Ok(None) | Err(Unheard) => return,
            }
        }
    }

    fn say(&self, found: Found) -> Result<(), Unheard> {
        self.found.send(found).map_err(|_| Unheard)
    }

    fn damage(&self, ordinal: usize, offset: usize, seq: u64, what: String) -> Result<Option<Head>, Unheard> {
        let file = self.disk.path(&self.segments[ordinal].name);
        self.say(Found::Damage(Damage {
            file,
            offset: offset as u64,
            seq,
            what,
        }))?;
        Ok(None)
    }

    /// Answers the head after the segment, or nothing when the log ends in it.
    fn read_segment(&self, ordinal: usize, head: Head) -> Result<Option<Head>, Unheard> {
        let segment = &self.segments[ordinal];
        let bytes = match read_file(self.disk, segment) {
            Ok(bytes) => Arc::new(bytes),
            Err(error) => {
                self.say(Found::Failed(error))?;
                return Ok(None);
            }
        };
        let next_seq = head.seq + 1;
        match decode_header(&bytes) {
            Ok(begin) if begin == head && segment.first_seq == next_seq => {}
            Ok(begin) => {
                let what = format!(
                    "segment begins after seq {} ({}), expected {} ({})",
                    begin.seq, begin.hash, head.seq, head.hash
                );
                return self.damage(ordinal, 0, next_seq, what);
            }
            Err(HeaderFault::Newer(actual)) => {
                let file = self.disk.path(&segment.name);
                let expected = jobfold_core::log::FORMAT_VERSION;
                self.say(Found::Failed(Error::FormatUnsupported { file, expected, actual }))?;
                return Ok(None);
            }
            Err(HeaderFault::Damaged(what)) => return self.damage(ordinal, 0, next_seq, what),
        }
        self.walk(ordinal, &bytes, head)
    }

    fn walk(&self, ordinal: usize, bytes: &Arc<Vec<u8>>, mut head: Head) -> Result<Option<Head>, Unheard> {
        let is_last = ordinal + 1 == self.segments.len();
        let mut walker = Walker::new(bytes, head.seq + 1);
        let mut frames = Vec::new();
        let mut chunk_bytes = 0;
        loop {
            let step = walker.step();
            if let Step::Frame { offset, header } = step {
                head = last_head(bytes, offset, &header);
                frames.push((offset, header));
                chunk_bytes += header.frame_bytes();
                if chunk_bytes >= CHUNK_BYTES {
                    self.say_chunk(ordinal, bytes, std::mem::take(&mut frames))?;
                    chunk_bytes = 0;
                }
                continue;
            }
            self.say_chunk(ordinal, bytes, frames)?;
            return match step {
                Step::Frame { .. } => unreachable!("frames are handled above"),
                Step::End { .. } if !is_last => Ok(Some(head)),
                Step::End { offset } => self.say_end(ordinal, offset, None),
                Step::Fault {
                    offset,
                    torn: true,
                    end,
                    ..
                } if is_last => self.say_end(
                    ordinal,
                    offset,
                    Some(Torn {
                        offset: offset as u64,
                        end: end as u64,
                    }),
                ),
                Step::Fault { offset, what, .. } => self.damage(ordinal, offset, walker.next_seq(), what),
            };
        }
    }

    fn say_end(&self, segment: usize, offset: usize, torn: Option<Torn>) -> Result<Option<Head>, Unheard> {
        self.say(Found::End {
            segment,
            offset: offset as u64,
            torn,
        })?;
        Ok(None)
    }

    fn say_chunk(
        &self,
        segment: usize,
        bytes: &Arc<Vec<u8>>,
        frames: Vec<(usize, FrameHeader)>,
    ) -> Result<(), Unheard> {
        if frames.is_empty() {
            return Ok(());
        }
        let chunk = Arc::new(Chunk {
            segment,
            bytes: Arc::clone(bytes),
            frames,
        });
        let (sender, verdict) = sync_channel(1);
        self.jobs.send((Arc::clone(&chunk), sender)).map_err(|_| Unheard)?;
        self.say(Found::Chunk(chunk, verdict))
    }
}

/// The head after a frame: its last record's hash stands at its end.
fn last_head(bytes: &[u8], offset: usize, header: &FrameHeader) -> Head {
    let hash = bytes[..offset + header.used_bytes()]
        .last_chunk::<HASH_BYTES>()
        .map_or(Hash::ZERO, |hash| Hash(*hash));
    Head {
        seq: header.next_seq().saturating_sub(1),
        hash,
    }
}

pub(super) fn read_file(disk: &dyn Disk, segment: &SegmentInfo) -> Result<Vec<u8>, Error> {
    let read = || {
        let file = disk.open(&segment.name)?;
        let len = usize::try_from(file.len()?).map_err(|_| std::io::ErrorKind::FileTooLarge)?;
        let mut bytes = vec![0; len];
        let filled = file.read_at(0, &mut bytes)?;
        bytes.truncate(filled);
        Ok(bytes)
    };
    read().map_err(|error: std::io::Error| Error::io("read", disk.path(&segment.name), &error))
}

/// Checks the hashes of chunks until there are no more.
fn hash_chunks(jobs: &Mutex<Receiver<HashJob>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok((chunk, sender)) = job else { return };
        // Nobody listens when the scan has ended early.
        let _ = sender.send(altered_record(&chunk));
    }
}

/// The first record of a chunk whose bytes do not yield its hash. Looks at lengths and hashes only: whether the rest
/// makes sense is checked where the records are read.
fn altered_record(chunk: &Chunk) -> Option<AlteredRecord> {
    for (frame, (offset, header)) in chunk.frames.iter().enumerate() {
        let content = chunk.content(*offset, header);
        let mut at = 0;
        for ordinal in 0..header.record_count {
            let Some((link, hash)) = link_and_hash(&content[at..]) else {
                // Too short for its records: the reader of the records says so, and better.
                break;
            };
            let actual = Hash(*hash);
            let expected = record_hash(link);
            if actual != expected {
                let seq = header.first_seq + u64::from(ordinal);
                let what = format!("record {seq} carries the hash {actual}, its content yields {expected}");
                return Some(AlteredRecord { frame, what });
            }
            at += link.len();
        }
    }
    None
}

/// Splits `prev ‖ body ‖ hash …` after the body.
fn link_and_hash(bytes: &[u8]) -> Option<(&[u8], &[u8; HASH_BYTES])> {
    let len = bytes.get(HASH_BYTES..)?.first_chunk::<4>()?;
    let end = (HASH_BYTES + 4).checked_add(u32::from_le_bytes(*len) as usize)?;
    Some((bytes.get(..end)?, bytes.get(end..)?.first_chunk()?))
}

impl Scan {
    fn fold(
        &mut self,
        disk: &dyn Disk,
        segments: &[SegmentInfo],
        found: &Receiver<Found>,
        on_record: &mut dyn FnMut(&RecordView<'_>),
    ) -> Result<(), Error> {
        while let Ok(found) = found.recv() {
            match found {
                Found::Chunk(chunk, verdict) => {
                    // The hashing threads answer every chunk they take, and they take all of them.
                    let altered = verdict.recv().ok().flatten();
                    if let Err((offset, seq, what)) = self.fold_chunk(&chunk, altered.as_ref(), on_record) {
                        let file = disk.path(&segments[chunk.segment].name);
                        self.damage = Some(Damage {
                            file,
                            offset,
                            seq,
                            what,
                        });
                        return Ok(());
                    }
                }
                Found::End { segment, offset, torn } => {
                    self.enter(segment);
                    self.append_at = offset;
                    self.torn = torn;
                }
                Found::Damage(damage) => self.damage = Some(damage),
                Found::Failed(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn enter(&mut self, segment: usize) {
        if self.last_segment != segment {
            self.last_segment = segment;
            self.last_frame = None;
            // A segment is begun only after everything before it was synced.
            self.confirmed_seq = self.head.seq;
        }
    }

    /// On a fault: where the frame at fault begins, its first seq, and what is wrong.
    fn fold_chunk(
        &mut self,
        chunk: &Chunk,
        altered: Option<&AlteredRecord>,
        on_record: &mut dyn FnMut(&RecordView<'_>),
    ) -> Result<(), (u64, u64, String)> {
        self.enter(chunk.segment);
        for (ordinal, (offset, header)) in chunk.frames.iter().enumerate() {
            let fault = |what: String| (*offset as u64, header.first_seq, what);
            let content = chunk.content(*offset, header);
            if let Some(altered) = altered.filter(|altered| altered.frame == ordinal) {
                return Err(fault(altered.what.clone()));
            }
            self.check_frame(header, content).map_err(fault)?;
            self.confirmed_seq = self.head.seq;
            for record in FrameRecords::new(header, content) {
                let record = record.map_err(fault)?;
                self.chain
                    .check_place(&record)
                    .map_err(|error| fault(error.to_string()))?;
                on_record(&record);
            }
            self.passed(chunk.segment, *offset, header);
        }
        Ok(())
    }

    /// Checks what the records cannot: that the frame continues the chain.
    fn check_frame(&self, header: &FrameHeader, content: &[u8]) -> Result<(), String> {
        let expected = self.head;
        let actual = super::frame::previous_hash(content);
        if actual != Some(expected.hash) {
            return Err(format!(
                "frame does not continue the chain after the hash {}",
                expected.hash
            ));
        }
        if header.first_seq != expected.seq + 1 {
            return Err(format!(
                "frame begins with seq {}, expected {}",
                header.first_seq,
                expected.seq + 1
            ));
        }
        Ok(())
    }

    fn passed(&mut self, segment: usize, offset: usize, header: &FrameHeader) {
        let offset = offset as u64;
        self.head = self.chain.head();
        self.record_count += u64::from(header.record_count);
        if header.is_mark() {
            self.confirmed_seq = self.head.seq;
        } else {
            let far = |place: &Place| place.segment != segment || offset - place.offset >= PLACE_BYTES;
            if self.places.last().is_none_or(far) {
                self.places.push(Place {
                    seq: header.first_seq,
                    segment,
                    offset,
                });
            }
        }
        self.append_at = offset + header.frame_bytes() as u64;
        self.last_frame = Some(LastFrame {
            offset,
            bytes: header.frame_bytes() as u64,
            is_mark: header.is_mark(),
        });
    }
}
