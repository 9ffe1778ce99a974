//! The fold kept alive: events in, cards out, at any position of the history.
//!
//! Owns positions, duplicates, atomic batches, time travel and what a reader has not yet seen. One [`JobsView`] is
//! what the daemon, Node and the page all fold with; the contract's functions are thin callers of it.
//! Must not know: transport, storage, JavaScript.
//!
//! A *position* counts the events offered so far, duplicates included: position N is the state after N events.

mod changes;
mod history;
mod query;
mod undo;

use crate::dedupe::DedupeSet;
use crate::envelope::{Envelope, Member};
use crate::error::{Code, Error};
use crate::fold::{Board, Card, Field, Fold, Jobs};
use crate::hash::Keyed;
use crate::json::tape::decode;
use crate::json::write::{self, into_text};
use crate::reader::{Reader, Span};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use changes::ChangeLog;
use hashbrown::HashTable;
use history::History;
use undo::Undo;

pub use changes::Changes;
pub use history::{Bucket, HistoryOptions};

/// How a view is set up.
#[derive(Debug, Clone, Copy)]
pub struct ViewOptions {
    /// Keep the events, so that the view can seek and list them. Without it the view grows only by its dedupe set.
    pub history: Option<HistoryOptions>,
    /// Secret key of the view's hashes. A host with randomness passes 16 random bytes; the output never depends on it.
    pub key: [u8; 16],
    /// The largest event that is accepted, in bytes; at most 2^29 - 1.
    pub event_bytes_max: u32,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self {
            history: None,
            key: [0; 16],
            event_bytes_max: 1 << 20,
        }
    }
}

/// What a batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pushed {
    /// Events in the batch.
    pub offered: u64,
    /// Events whose dedupe key was new.
    pub unique: u64,
    /// Events whose dedupe key had been seen before.
    pub duplicates: u64,
    /// The head after the batch.
    pub position: u64,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The event was folded.
    Fresh,
    /// An event with the same dedupe key came before; nothing changed but the head.
    Duplicate,
}

/// The live view over an ordered stream of events. See the module's documentation.
#[derive(Debug)]
pub struct JobsView {
    keyed: Keyed,
    reader: Reader,
    fold: Fold,
    jobs: Jobs,
    seen: DedupeSet,
    head: u64,
    /// Batches begun, refused ones included.
    batches: u64,
    live: Board,
    /// The board of an earlier position, while one is shown.
    past: Option<Past>,
    history: Option<History>,
    changes: ChangeLog,
}

#[derive(Debug)]
struct Past {
    position: u64,
    board: Board,
}

impl JobsView {
    /// An empty view.
    pub fn new(options: ViewOptions) -> Self {
        Self {
            keyed: Keyed::new(&options.key),
            reader: Reader::new(options.event_bytes_max.min(history::EVENT_BYTES_LIMIT)),
            fold: Fold::default(),
            jobs: Jobs::default(),
            seen: DedupeSet::default(),
            head: 0,
            batches: 0,
            live: Board::default(),
            past: None,
            history: options.history.map(History::new),
            changes: ChangeLog::default(),
        }
    }

    /// Folds a batch: JSON Lines, one JSON array of events, or one event.
    ///
    /// # Errors
    /// The first event's error, with its ordinal and offset; then nothing of the batch has been folded.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Pushed, Error> {
        let mut cursor = Reader::begin(bytes)?;
        self.changes.begin();
        self.batches += 1;
        let mut undo = Undo::begin(self);
        let mut pushed = Pushed::default();
        loop {
            match self.reader.next(bytes, &mut cursor) {
                Ok(None) => break,
                Ok(Some(span)) => {
                    // A batch of one cannot fail any more, so nothing needs to be remembered for its sake.
                    let alone = pushed.offered == 0 && Reader::is_last(bytes, &cursor);
                    let memory = if alone { None } else { Some(&mut undo) };
                    pushed.offered += 1;
                    match self.admit(bytes, span, memory) {
                        Admission::Fresh => pushed.unique += 1,
                        Admission::Duplicate => pushed.duplicates += 1,
                    }
                }
                Err(error) => {
                    undo.restore(self);
                    self.changes.abandon();
                    return Err(error);
                }
            }
        }
        undo.discard(&mut self.fold);
        pushed.position = self.head;
        Ok(pushed)
    }

    /// Folds exactly one event.
    ///
    /// # Errors
    /// As [`JobsView::push`]; also `json_invalid` when the text does not hold exactly one event.
    pub fn push_event(&mut self, event: &[u8]) -> Result<Admission, Error> {
        let mut cursor = Reader::begin(event)?;
        match self.reader.next(event, &mut cursor)? {
            Some(span) if Reader::is_last(event, &cursor) => {
                self.changes.begin();
                Ok(self.admit(event, span, None))
            }
            _ => Err(Error::new(Code::JsonInvalid, "event", "expected exactly one event")),
        }
    }

    /// Takes in the event that the reader has just located.
    fn admit(&mut self, bytes: &[u8], span: Span, undo: Option<&mut Undo>) -> Admission {
        let event = &self.reader.envelope;
        self.head += 1;
        let hash = dedupe_hash(&self.keyed, event, bytes);
        if !self.seen.insert(hash) {
            if let Some(history) = &mut self.history {
                history.duplicate(self.head, &self.live);
            }
            return Admission::Duplicate;
        }
        let job = self.fold.place(event, bytes, &mut self.jobs, &self.keyed);
        if let Some(undo) = undo {
            undo.remember(hash, job, &self.live, &mut self.jobs);
        }
        self.fold
            .step(&mut self.live, &mut self.jobs, job, event, bytes, &self.keyed);
        if let Some(history) = &mut self.history {
            history.record(self.head, job, event, bytes, span, &self.live);
        }
        if self.past.is_none() {
            self.changes.touch(job);
        }
        Admission::Fresh
    }

    /// Events offered so far, duplicates included.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// The shown position: the head while the view is live.
    pub fn position(&self) -> u64 {
        self.past.as_ref().map_or(self.head, |past| past.position)
    }

    /// Whether the view follows the head.
    pub fn is_live(&self) -> bool {
        self.past.is_none()
    }

    /// Shows the state after `position` events. Events pushed meanwhile are folded, but not shown.
    ///
    /// # Errors
    /// `history_off`, `position_out_of_range`.
    pub fn seek(&mut self, position: u64) -> Result<(), Error> {
        let history = self.history.as_ref().ok_or_else(history_off)?;
        if position > self.head {
            let detail = alloc::format!("expected a position from 0 to {}, got {position}", self.head);
            return Err(Error::new(Code::PositionOutOfRange, "position", detail));
        }
        let (mut at, mut board) = history.nearest(position);
        if let Some(past) = &self.past
            && (at..=position).contains(&past.position)
        {
            (at, board) = (past.position, past.board.clone());
        }
        while at < position {
            at += 1;
            if let Some((job, bytes)) = history.event(at) {
                self.reader.reread(bytes);
                let event = &self.reader.envelope;
                self.fold
                    .step(&mut board, &mut self.jobs, job, event, bytes, &self.keyed);
            }
        }
        self.show(Some(Past { position, board }));
        Ok(())
    }

    /// Lets go of the events, for a host that has them elsewhere and needs the memory. The view follows its head from
    /// now on and cannot seek or list events any more; cards and digest stay what they are.
    pub fn forget_history(&mut self) {
        self.live();
        self.history = None;
    }

    /// Follows the head again.
    pub fn live(&mut self) {
        if self.past.is_some() {
            self.show(None);
        }
    }

    fn show(&mut self, next: Option<Past>) {
        let before = self.past.as_ref().map_or(&self.live, |past| &past.board);
        let after = next.as_ref().map_or(&self.live, |past| &past.board);
        self.changes.begin();
        for index in 0..self.jobs.len() {
            let (old, new) = (before.cards.get(index as usize), after.cards.get(index as usize));
            let same = match (old, new) {
                (Some(old), Some(new)) => Arc::ptr_eq(old, new),
                (None, None) => true,
                _ => false,
            };
            if !same {
                self.changes.touch(index);
            }
        }
        self.past = next;
    }

    fn shown(&self) -> &Board {
        self.past.as_ref().map_or(&self.live, |past| &past.board)
    }

    fn card(&self, index: u32) -> Option<&Card> {
        self.shown().cards.get(index as usize).map(Arc::as_ref)
    }

    /// Cards at the shown position. A card's index is its order of first appearance, the same at every position.
    pub fn len(&self) -> u32 {
        u32::try_from(self.shown().cards.len()).unwrap_or(u32::MAX)
    }

    /// Whether there are no cards at the shown position.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index of a job's card, if it has one at the shown position.
    pub fn find(&self, job_id: &str) -> Option<u32> {
        let mut id = Vec::with_capacity(job_id.len());
        write::escaped(&mut id, job_id.as_bytes());
        self.jobs.find(&id, &self.keyed).filter(|index| *index < self.len())
    }

    /// One card as JSON (dashboard contract §7).
    pub fn card_json(&self, index: u32) -> Option<String> {
        let mut out = Vec::new();
        self.write_card(index, &mut out).then(|| into_text(out))
    }

    /// Appends one card as JSON; answers whether there is such a card.
    pub fn write_card(&self, index: u32, out: &mut Vec<u8>) -> bool {
        match (self.card(index), self.jobs.get(index)) {
            (Some(card), Some(job)) => {
                card.write(job, out);
                true
            }
            _ => false,
        }
    }

    /// All cards at the shown position as one JSON array.
    pub fn cards_json(&self) -> String {
        let mut out = Vec::new();
        self.write_cards(&mut out);
        into_text(out)
    }

    /// Appends all cards as one JSON array.
    pub fn write_cards(&self, out: &mut Vec<u8>) {
        write::list(out, 0..self.len(), |out, index| {
            self.write_card(index, out);
        });
    }

    /// The id of the job at `index`, decoded.
    pub fn job_id(&self, index: u32) -> Option<String> {
        self.jobs.get(index).map(|job| decode(job.id()))
    }

    /// The status of the card at `index`, decoded; empty when the card shows none.
    pub fn status(&self, index: u32) -> Option<String> {
        self.card(index).map(|card| decode(card.field(Field::Status)))
    }

    /// Which cards changed since `cursor`; 0 stands for a reader that has seen nothing.
    pub fn changes(&self, cursor: u64) -> Changes {
        self.changes.since(cursor, self.len())
    }

    /// The cursor of a reader that has seen everything shown now.
    pub fn cursor(&self) -> u64 {
        self.changes.cursor()
    }

    /// BLAKE3 over the shown cards: equal states have equal digests, in every world.
    ///
    /// The hash covers, per card in order, the length of its JSON as 8 little-endian bytes and the JSON itself.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("jobfold 2026-11-20 digest of cards v1");
        let mut card = Vec::new();
        for index in 0..self.len() {
            card.clear();
            self.write_card(index, &mut card);
            hasher.update(&(card.len() as u64).to_le_bytes());
            hasher.update(&card);
        }
        *hasher.finalize().as_bytes()
    }

    /// How many shown cards have each status, sorted by status.
    pub fn status_counts(&self) -> Vec<(String, u32)> {
        let mut groups: Vec<(&[u8], u32)> = Vec::new();
        let mut index: HashTable<u32> = HashTable::new();
        for card in &self.shown().cards {
            let status = card.field(Field::Status);
            let hash = self.keyed.narrow(status);
            if let Some(&at) = index.find(hash, |at| groups[*at as usize].0 == status) {
                groups[at as usize].1 += 1;
            } else {
                let at = u32::try_from(groups.len()).unwrap_or(u32::MAX);
                groups.push((status, 1));
                index.insert_unique(hash, at, |at| self.keyed.narrow(groups[*at as usize].0));
            }
        }
        let mut counts: Vec<(String, u32)> = groups
            .into_iter()
            .map(|(status, count)| (decode(status), count))
            .collect();
        counts.sort_unstable(); // after decoding, because escaped texts stand in another order
        counts
    }

    /// Indices of the shown cards that match, in card order. The grammar: words separated by
    /// spaces must all match; `status:`, `queue:`, `job:`, `run:`, `workflow:` and `error~` look at one member, a bare
    /// word at ids, title, status and error; `*` stands for any text, quotes keep spaces, the case of A to Z is
    /// ignored.
    ///
    /// # Errors
    /// `query_invalid` for an unknown member or a quote without an end.
    pub fn query(&self, query: &str) -> Result<Vec<u32>, Error> {
        let query = query::Query::parse(query)?;
        let matches = |index: &u32| match (self.card(*index), self.jobs.get(*index)) {
            (Some(card), Some(job)) => query.matches(card, job),
            _ => false,
        };
        Ok((0..self.len()).filter(matches).collect())
    }

    /// The event at a position, as it was pushed. `None` without history, for duplicates, and out of range.
    pub fn event_json(&self, position: u64) -> Option<&str> {
        let (_, bytes) = self.history.as_ref()?.event(position)?;
        core::str::from_utf8(bytes).ok()
    }

    /// Positions of a job's events up to the shown position, oldest first, duplicates left out.
    pub fn job_events(&self, index: u32) -> Vec<u64> {
        self.history
            .as_ref()
            .map(|history| history.job_events(index, self.position()))
            .unwrap_or_default()
    }

    /// How many events, failures, approvals and dead letters fall into each of `buckets` equal parts of the history.
    pub fn density(&self, buckets: u32) -> Vec<Bucket> {
        self.history
            .as_ref()
            .map(|history| history.density(buckets))
            .unwrap_or_default()
    }

    /// The position of the first failure after `position`.
    pub fn next_failure(&self, after: u64) -> Option<u64> {
        self.history.as_ref()?.next_failure(after)
    }

    /// The position of the last failure before `position`.
    pub fn previous_failure(&self, before: u64) -> Option<u64> {
        self.history.as_ref()?.previous_failure(before)
    }

    /// Appends the unique events up to the shown position as one JSON array, as they were pushed.
    ///
    /// # Errors
    /// `history_off`.
    pub fn write_events(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let history = self.history.as_ref().ok_or_else(history_off)?;
        let events = (1..=self.position()).filter_map(|position| history.event(position));
        write::list(out, events, |out, (_, bytes)| out.extend_from_slice(bytes));
        Ok(())
    }
}

/// The hash that stands for an event's dedupe key, compared as text (dashboard contract §7).
fn dedupe_hash(keyed: &Keyed, event: &Envelope, bytes: &[u8]) -> u128 {
    keyed.wide(&event.slot(Member::DedupeKey).content(bytes))
}

fn history_off() -> Error {
    Error::new(Code::HistoryOff, "", "this view keeps no history")
}
