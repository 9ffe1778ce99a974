//! How a refused batch leaves no trace.
//!
//! Owns what must be remembered while a batch is folded: the keys it added, the cards it touched as they were, and how
//! long every growing list was. Must not know: why the batch was refused.

use super::JobsView;
use crate::fold::{Board, Card, Jobs, JobsMark};
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

pub(super) struct Undo {
    head: u64,
    jobs: JobsMark,
    keys: Vec<u128>,
    /// Cards that stood before the batch, with how many refs their job had.
    cards: BTreeMap<u32, (Arc<Card>, [u32; 3])>,
}

impl Undo {
    pub(super) fn begin(view: &JobsView) -> Self {
        Self {
            head: view.head,
            jobs: view.jobs.mark(),
            keys: Vec::new(),
            cards: BTreeMap::new(),
        }
    }

    /// Remembers what folding an event with this key into the card of `job` is about to change.
    pub(super) fn remember(&mut self, hash: u128, job: u32, board: &Board, jobs: &Jobs) {
        self.keys.push(hash);
        if Jobs::is_before(self.jobs, job)
            && let (Some(card), Some(owner)) = (board.cards.get(job as usize), jobs.get(job))
        {
            self.cards
                .entry(job)
                .or_insert_with(|| (Arc::clone(card), owner.ref_counts()));
        }
    }

    /// Puts everything back.
    pub(super) fn restore(self, view: &mut JobsView) {
        for hash in self.keys {
            view.seen.remove(hash);
        }
        for (job, (card, counts)) in self.cards {
            view.live.cards[job as usize] = card;
            view.jobs.truncate_refs(job, counts, &view.keyed);
        }
        view.jobs.truncate(self.jobs, &view.keyed);
        view.live.cards.truncate(view.jobs.len() as usize);
        view.head = self.head;
        if let Some(history) = &mut view.history {
            history.truncate(self.head);
        }
    }
}
