//! The jobs a view has met: their names, their refs, and the index from name to place.
//!
//! Owns what only grows: a job keeps its place for ever, so a card's index means the same job at every position of
//! the history. Must not know: cards.

use super::refs::Refs;
use crate::bytes::equal;
use crate::envelope::RefList;
use crate::hash::Keyed;
use alloc::boxed::Box;
use alloc::vec::Vec;
use hashbrown::HashTable;

#[derive(Debug)]
pub(crate) struct Job {
    /// The job's id as the content of a JSON string in canonical spelling, so equal ids have equal bytes.
    id: Box<[u8]>,
    refs: [Refs; 3],
    /// The last batch that touched the job's card.
    batch: u64,
}

impl Job {
    pub(crate) fn id(&self) -> &[u8] {
        &self.id
    }

    pub(crate) fn refs(&self, list: RefList, count: u32) -> impl Iterator<Item = &[u8]> {
        self.refs[list as usize].shown(count)
    }

    pub(crate) fn refs_mut(&mut self, list: RefList) -> &mut Refs {
        &mut self.refs[list as usize]
    }

    /// Whether the batch of this number has not touched the job before; from now on it has.
    pub(crate) fn is_first_touch(&mut self, batch: u64) -> bool {
        core::mem::replace(&mut self.batch, batch) != batch
    }

    pub(crate) fn ref_counts(&self) -> [u32; 3] {
        [self.refs[0].len(), self.refs[1].len(), self.refs[2].len()]
    }
}

#[derive(Debug, Default)]
pub(crate) struct Jobs {
    list: Vec<Job>,
    index: HashTable<u32>,
}

/// How many jobs there were: everything behind it can be forgotten.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobsMark(u32);

impl Jobs {
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn get(&self, index: u32) -> Option<&Job> {
        self.list.get(index as usize)
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> &mut Job {
        &mut self.list[index as usize]
    }

    pub(crate) fn find(&self, id: &[u8], keyed: &Keyed) -> Option<u32> {
        self.index
            .find(keyed.narrow(id), |&at| equal(&self.list[at as usize].id, id))
            .copied()
    }

    /// The place of the job with this canonical id, made at the end when the job is new.
    pub(crate) fn place(&mut self, id: &[u8], keyed: &Keyed) -> u32 {
        let hash = keyed.narrow(id);
        if let Some(&at) = self.index.find(hash, |&at| equal(&self.list[at as usize].id, id)) {
            return at;
        }
        let at = self.len();
        self.list.push(Job {
            id: id.into(),
            refs: Default::default(),
            batch: 0,
        });
        let list = &self.list;
        self.index
            .insert_unique(hash, at, |&at| keyed.narrow(&list[at as usize].id));
        at
    }

    /// Forgets refs that a refused batch added to an older job.
    pub(crate) fn truncate_refs(&mut self, index: u32, counts: [u32; 3]) {
        if let Some(job) = self.list.get_mut(index as usize) {
            for (refs, count) in job.refs.iter_mut().zip(counts) {
                refs.truncate(count);
            }
        }
    }

    pub(crate) fn mark(&self) -> JobsMark {
        JobsMark(self.len())
    }

    pub(crate) fn is_before(mark: JobsMark, index: u32) -> bool {
        index < mark.0
    }

    pub(crate) fn truncate(&mut self, mark: JobsMark, keyed: &Keyed) {
        while self.len() > mark.0 {
            let Some(job) = self.list.pop() else { return };
            let at = self.len();
            if let Ok(entry) = self.index.find_entry(keyed.narrow(&job.id), |&other| other == at) {
                entry.remove();
            }
        }
    }
}
