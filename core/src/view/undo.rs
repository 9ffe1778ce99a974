//! How a refused batch leaves no trace.
//!
//! Owns what must be remembered while a batch is folded: the keys it added, the cards it touched as they were, and how
//! long every growing list was. Must not know: why the batch was refused.

use super::JobsView;
use crate::dedupe::DedupeSet;
use crate::fold::{Board, Card, Fold, Jobs, JobsMark};
use alloc::sync::Arc;
use alloc::vec::Vec;

pub(super) struct Undo {
    /// Tells this batch from all others.
    batch: u64,
    head: u64,
    jobs: JobsMark,
    /// Keys the batch added. A batch on an empty view adds all there are, so it remembers none.
    keys: Vec<u128>,
    /// Cards that stood before the batch, with how many refs their job had.
    cards: Vec<(u32, Arc<Card>, [u32; 3])>,
}

impl Undo {
    pub(super) fn begin(view: &JobsView) -> Self {
        Self {
            batch: view.batches,
            head: view.head,
            jobs: view.jobs.mark(),
            keys: Vec::new(),
            cards: Vec::new(),
        }
    }

    /// Remembers what folding an event with this key into the card of `job` is about to change.
    pub(super) fn remember(&mut self, hash: u128, job: u32, board: &Board, jobs: &mut Jobs) {
        if self.head > 0 {
            self.keys.push(hash);
        }
        if !Jobs::is_before(self.jobs, job) {
            return;
        }
        let owner = jobs.get_mut(job);
        if owner.is_first_touch(self.batch)
            && let Some(card) = board.cards.get(job as usize)
        {
            self.cards.push((job, Arc::clone(card), owner.ref_counts()));
        }
    }

    /// The batch stays: what was remembered serves the next one.
    pub(super) fn discard(self, fold: &mut Fold) {
        for (_, card, _) in self.cards {
            fold.recycle(card);
        }
    }

    /// Puts everything back.
    pub(super) fn restore(self, view: &mut JobsView) {
        if self.head == 0 {
            view.seen = DedupeSet::default();
        }
        for hash in self.keys {
            view.seen.remove(hash);
        }
        for (job, card, counts) in self.cards {
            view.live.cards[job as usize] = card;
            view.jobs.truncate_refs(job, counts);
        }
        view.jobs.truncate(self.jobs, &view.keyed);
        view.live.cards.truncate(view.jobs.len() as usize);
        view.head = self.head;
        if let Some(history) = &mut view.history {
            history.truncate(self.head);
        }
    }
}
