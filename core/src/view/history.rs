//! The events themselves, kept verbatim, with checkpoints to start from.
//!
//! Owns where every event's bytes are, which job it belongs to and what it means to a reader who looks for failures.
//! A checkpoint is a board of shared cards: it copies neither cards that stay as they are, nor refs, nor the dedupe
//! set. Memory per event: its bytes, 16 for its entry and 4 for its job's list. Must not know: how to fold.

use crate::envelope::{Envelope, Member};
use crate::fold::Board;
use crate::reader::Span;
use alloc::vec::Vec;

/// Events are kept in chunks of this size, so that growing never copies what is there.
const CHUNK_BYTES: usize = 1 << 20;

/// How a view's history is kept.
#[derive(Debug, Clone, Copy)]
pub struct HistoryOptions {
    /// Events between checkpoints: a seek folds at most this many.
    pub checkpoint_events: u32,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        Self {
            checkpoint_events: 4096,
        }
    }
}

/// What happened in one part of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    /// Events offered, duplicates included.
    pub events: u32,
    /// Runs that failed.
    pub failures: u32,
    /// Approval events.
    pub approvals: u32,
    /// Dead-letter events.
    pub dead_letters: u32,
}

/// What an event means to a reader of the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Duplicate,
    Plain,
    Failure,
    Approval,
    DeadLetter,
}

/// Where one event is.
#[derive(Clone, Copy, Debug)]
struct Entry {
    chunk: u32,
    start: u32,
    /// Length, with the mark in the top three bits: events are at most 2^29 - 1 bytes long.
    length_and_mark: u32,
    job: u32,
}

const LENGTH_BITS: u32 = 29;

/// The largest event an entry can describe, in bytes.
pub(super) const EVENT_BYTES_LIMIT: u32 = (1 << LENGTH_BITS) - 1;

impl Entry {
    const fn mark(self) -> Mark {
        match self.length_and_mark >> LENGTH_BITS {
            0 => Mark::Duplicate,
            1 => Mark::Plain,
            2 => Mark::Failure,
            3 => Mark::Approval,
            _ => Mark::DeadLetter,
        }
    }

    const fn length(self) -> usize {
        (self.length_and_mark & ((1 << LENGTH_BITS) - 1)) as usize
    }
}

#[derive(Debug)]
struct Checkpoint {
    position: u64,
    board: Board,
}

#[derive(Debug)]
pub(super) struct History {
    options: HistoryOptions,
    chunks: Vec<Vec<u8>>,
    entries: Vec<Entry>,
    /// Positions of each job's events.
    jobs: Vec<Vec<u32>>,
    checkpoints: Vec<Checkpoint>,
}

#[allow(clippy::cast_possible_truncation)] // positions and chunk offsets stay far below 2^32: see `record`
impl History {
    pub(super) const fn new(options: HistoryOptions) -> Self {
        Self {
            options,
            chunks: Vec::new(),
            entries: Vec::new(),
            jobs: Vec::new(),
            checkpoints: Vec::new(),
        }
    }

    /// Records that the event at `position`, the next one, was a duplicate.
    pub(super) fn duplicate(&mut self, position: u64, board: &Board) {
        self.entries.push(Entry {
            chunk: 0,
            start: 0,
            length_and_mark: 0,
            job: u32::MAX,
        });
        self.checkpoint(position, board);
    }

    /// Records the event at `position`, the next one; `board` is the state after it.
    pub(super) fn record(
        &mut self,
        position: u64,
        job: u32,
        event: &Envelope,
        bytes: &[u8],
        span: Span,
        board: &Board,
    ) {
        let text = &bytes[span.start..span.end];
        let mark = mark(event, bytes) as u32;
        if self
            .chunks
            .last()
            .is_none_or(|chunk| chunk.len() + text.len() > chunk.capacity())
        {
            self.chunks.push(Vec::with_capacity(CHUNK_BYTES.max(text.len())));
        }
        let chunk = self.chunks.len() - 1;
        let start = self.chunks[chunk].len();
        self.chunks[chunk].extend_from_slice(text);
        self.entries.push(Entry {
            chunk: chunk as u32,
            start: start as u32,
            length_and_mark: text.len() as u32 | (mark << LENGTH_BITS),
            job,
        });
        if self.jobs.len() <= job as usize {
            self.jobs.resize_with(job as usize + 1, Vec::new);
        }
        self.jobs[job as usize].push(position as u32);
        self.checkpoint(position, board);
    }

    fn checkpoint(&mut self, position: u64, board: &Board) {
        if position.is_multiple_of(u64::from(self.options.checkpoint_events.max(1))) {
            self.checkpoints.push(Checkpoint {
                position,
                board: board.clone(),
            });
        }
    }

    /// Forgets everything behind `head`.
    pub(super) fn truncate(&mut self, head: u64) {
        while self.entries.len() as u64 > head {
            let Some(entry) = self.entries.pop() else { return };
            if entry.mark() == Mark::Duplicate {
                continue;
            }
            self.jobs[entry.job as usize].pop();
            self.chunks.truncate(entry.chunk as usize + 1);
            self.chunks[entry.chunk as usize].truncate(entry.start as usize);
        }
        while self
            .checkpoints
            .last()
            .is_some_and(|checkpoint| checkpoint.position > head)
        {
            self.checkpoints.pop();
        }
    }

    /// The latest checkpoint at or before `position`; the empty board at 0 when there is none.
    pub(super) fn nearest(&self, position: u64) -> (u64, Board) {
        let after = self
            .checkpoints
            .partition_point(|checkpoint| checkpoint.position <= position);
        match after.checked_sub(1).and_then(|index| self.checkpoints.get(index)) {
            Some(checkpoint) => (checkpoint.position, checkpoint.board.clone()),
            None => (0, Board::default()),
        }
    }

    /// The job and the bytes of the event at `position`; `None` for a duplicate.
    pub(super) fn event(&self, position: u64) -> Option<(u32, &[u8])> {
        let entry = self.entries.get(usize::try_from(position.checked_sub(1)?).ok()?)?;
        if entry.mark() == Mark::Duplicate {
            return None;
        }
        let start = entry.start as usize;
        Some((
            entry.job,
            self.chunks
                .get(entry.chunk as usize)?
                .get(start..start + entry.length())?,
        ))
    }

    pub(super) fn job_events(&self, job: u32, until: u64) -> Vec<u64> {
        let Some(positions) = self.jobs.get(job as usize) else {
            return Vec::new();
        };
        let count = positions.partition_point(|position| u64::from(*position) <= until);
        positions[..count].iter().map(|position| u64::from(*position)).collect()
    }

    pub(super) fn density(&self, buckets: u32) -> Vec<Bucket> {
        let count = (buckets as usize).min(self.entries.len());
        let mut out = alloc::vec![Bucket::default(); count];
        if count == 0 {
            return out;
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let bucket = &mut out[(index as u64 * count as u64 / self.entries.len() as u64) as usize];
            bucket.events += 1;
            match entry.mark() {
                Mark::Failure => bucket.failures += 1,
                Mark::Approval => bucket.approvals += 1,
                Mark::DeadLetter => bucket.dead_letters += 1,
                Mark::Duplicate | Mark::Plain => {}
            }
        }
        out
    }

    pub(super) fn next_failure(&self, after: u64) -> Option<u64> {
        let from = usize::try_from(after).ok()?;
        let found = self
            .entries
            .get(from..)?
            .iter()
            .position(|entry| entry.mark() == Mark::Failure)?;
        Some(after + found as u64 + 1)
    }

    pub(super) fn previous_failure(&self, before: u64) -> Option<u64> {
        let until = usize::try_from(before.checked_sub(1)?).ok()?.min(self.entries.len());
        let found = self.entries[..until]
            .iter()
            .rposition(|entry| entry.mark() == Mark::Failure)?;
        Some(found as u64 + 1)
    }
}

/// Approval and dead-letter events are told by their kind, failures by the status they carry.
fn mark(event: &Envelope, bytes: &[u8]) -> Mark {
    let kind = event.slot(Member::Kind).text(bytes);
    if kind.starts_with("approval.") {
        Mark::Approval
    } else if kind.starts_with("dlq.") {
        Mark::DeadLetter
    } else if event.slot(Member::Status).text(bytes) == "failed" {
        Mark::Failure
    } else {
        Mark::Plain
    }
}
