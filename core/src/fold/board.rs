//! The board: one card per job, in the order of first appearance, and the step that folds one event into it.
//!
//! Owns the step. It is total: every validated event folds, whatever its texts say. A board is a list of shared cards,
//! so copying one is copying pointers, and a card that someone else still holds is replaced, never changed.
//! Must not know: positions, duplicates, readers.

use super::card::{Card, canonical};
use super::intents::Intents;
use super::jobs::Jobs;
use crate::envelope::{Envelope, Member};
use crate::hash::Keyed;
use crate::kind;
use alloc::sync::Arc;
use alloc::vec::Vec;

#[derive(Debug, Clone, Default)]
pub(crate) struct Board {
    pub cards: Vec<Arc<Card>>,
}

/// Buffers that every step reuses.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    heap: Vec<u8>,
    id: Vec<u8>,
    key: Vec<u8>,
    joined: Vec<u8>,
    /// Cards that nobody holds any more, for their buffers.
    spares: Vec<Arc<Card>>,
}

/// Spare cards that are kept at most.
const SPARES_MAX: usize = 1024;

impl Fold {
    /// The job that `event` belongs to, made when it is new.
    pub(crate) fn place(&mut self, event: &Envelope, bytes: &[u8], jobs: &mut Jobs, keyed: &Keyed) -> u32 {
        self.id.clear();
        canonical(&mut self.id, event.slot(Member::JobId), bytes);
        jobs.place(&self.id, keyed)
    }

    /// Folds `event` into the card of `job`.
    pub(crate) fn step(
        &mut self,
        board: &mut Board,
        jobs: &mut Jobs,
        job: u32,
        event: &Envelope,
        bytes: &[u8],
        keyed: &Keyed,
    ) {
        let neutral = is_neutral(event, bytes);
        let before = board.cards.get(job as usize);
        let ends = Card::texts(before.map(Arc::as_ref), event, bytes, neutral, &mut self.heap);
        let shown = before.map(|card| card.refs);
        let refs = self.refs(shown, jobs, job, event, bytes, keyed);
        let Some(card) = board.cards.get_mut(job as usize) else {
            let mut intents = Arc::default();
            Intents::replace(&mut intents, event, bytes);
            board
                .cards
                .push(Arc::new(Card::new(self.heap.clone(), ends, refs, intents)));
            return;
        };
        if let Some(own) = Arc::get_mut(card) {
            own.replace_texts(&mut self.heap, ends);
            own.refs = refs;
            if neutral {
                Intents::extend(&mut own.intents, event, bytes, keyed);
            } else {
                Intents::replace(&mut own.intents, event, bytes);
            }
            return;
        }
        // Someone else holds the card: it stays as it is, and another one takes its place.
        let mut next = self.spares.pop().unwrap_or_default();
        if let Some(own) = Arc::get_mut(&mut next) {
            own.replace_texts(&mut self.heap, ends);
            own.refs = refs;
            if neutral {
                own.intents = Arc::clone(&card.intents);
                Intents::extend(&mut own.intents, event, bytes, keyed);
            } else {
                Intents::follow(&mut own.intents, &card.intents, event, bytes, &mut self.joined);
            }
            *card = next;
        }
    }

    /// Takes a card that has been replaced. Worth keeping only when nobody else holds it.
    pub(crate) fn recycle(&mut self, mut card: Arc<Card>) {
        if self.spares.len() < SPARES_MAX && Arc::get_mut(&mut card).is_some() {
            self.spares.push(card);
        }
    }

    fn refs(
        &mut self,
        shown: Option<[u32; 3]>,
        jobs: &mut Jobs,
        job: u32,
        event: &Envelope,
        bytes: &[u8],
        keyed: &Keyed,
    ) -> [u32; 3] {
        let first = shown.is_none();
        let mut counts = shown.unwrap_or_default();
        if event.refs.is_empty() {
            return counts;
        }
        let job = jobs.get_mut(job);
        for item in &event.refs {
            let count = &mut counts[item.list as usize];
            *count = job
                .refs_mut(item.list)
                .admit(*count, item, bytes, first, keyed, &mut self.key);
        }
        counts
    }
}

/// Neutral events add refs and intents and leave title and status alone (dashboard contract §7).
fn is_neutral(event: &Envelope, bytes: &[u8]) -> bool {
    let kind = event.slot(Member::Kind).content(bytes);
    *kind == *kind::RECEIPT_AVAILABLE.as_bytes() || *kind == *kind::REPLAY_FIXTURE_AVAILABLE.as_bytes()
}
