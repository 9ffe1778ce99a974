//! The refs of one job and one list: an append-only sequence of which every card shows a prefix.
//!
//! Owns the rule which refs are new (dashboard contract §7). Because nothing is ever removed, a card in the past is
//! just a shorter prefix, checkpoints copy no refs, and folding the past again adds nothing. A job with many refs
//! finds repeats through an index. Must not know: what a ref points to.

use super::intents::push_trimmed;
use crate::bytes::equal;
use crate::envelope::RefSlots;
use crate::hash::Keyed;
use alloc::boxed::Box;
use alloc::vec::Vec;
use hashbrown::HashTable;

/// Up to this many refs a plain search is faster than an index.
const SEARCH_COUNT_MAX: usize = 8;

#[derive(Debug)]
struct Item {
    /// The key, then the ref as it was written.
    text: Box<[u8]>,
    key_bytes: u32,
    /// Of the key; compared before the key is.
    hash: u64,
}

impl Item {
    fn key(&self) -> &[u8] {
        &self.text[..self.key_bytes as usize]
    }

    fn has(&self, hash: u64, key: &[u8]) -> bool {
        self.hash == hash && equal(self.key(), key)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Refs {
    items: Vec<Item>,
    /// Positions of the first item of each key; empty while a plain search serves.
    index: HashTable<u32>,
}

impl Refs {
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// The first `count` refs as they were written.
    pub(crate) fn shown(&self, count: u32) -> impl Iterator<Item = &[u8]> {
        self.items
            .iter()
            .take(count as usize)
            .map(|item| &item.text[item.key_bytes as usize..])
    }

    /// Forgets everything behind the first `count` refs: a refused batch leaves no trace.
    pub(crate) fn truncate(&mut self, count: u32) {
        while self.len() > count {
            let Some(item) = self.items.pop() else { return };
            let position = self.len();
            if let Ok(entry) = self.index.find_entry(item.hash, |&at| at == position) {
                entry.remove();
            }
        }
    }

    /// How many refs a card shows that showed `shown` of them before `item` came. `first` says that the event is the
    /// job's first, whose list is taken as it is, repeats included.
    pub(crate) fn admit(
        &mut self,
        shown: u32,
        item: &RefSlots,
        bytes: &[u8],
        first: bool,
        keyed: &Keyed,
        key: &mut Vec<u8>,
    ) -> u32 {
        if first && shown < self.len() {
            return shown + 1; // folded before: the item is already in its place
        }
        write_key(key, item, bytes);
        let hash = keyed.narrow(key);
        let found = self.find(hash, key);
        match found {
            Some(position) if !first => shown.max(position + 1),
            _ => {
                self.push(hash, key, item.whole.bytes(bytes), found.is_none());
                self.len()
            }
        }
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<u32> {
        if self.index.is_empty() {
            let position = self.items.iter().position(|item| item.has(hash, key))?;
            return u32::try_from(position).ok();
        }
        self.index
            .find(hash, |&at| self.items[at as usize].has(hash, key))
            .copied()
    }

    fn push(&mut self, hash: u64, key: &[u8], whole: &[u8], new_key: bool) {
        let position = self.len();
        let mut text = Vec::with_capacity(key.len() + whole.len());
        text.extend_from_slice(key);
        text.extend_from_slice(whole);
        let key_bytes = u32::try_from(key.len()).unwrap_or(u32::MAX);
        self.items.push(Item {
            text: text.into_boxed_slice(),
            key_bytes,
            hash,
        });
        if self.index.is_empty() {
            if self.items.len() > SEARCH_COUNT_MAX {
                self.build_index();
            }
        } else if new_key {
            self.insert(position);
        }
    }

    fn build_index(&mut self) {
        for position in 0..self.len() {
            let item = &self.items[position as usize];
            let is_it = |&at: &u32| self.items[at as usize].has(item.hash, item.key());
            if self.index.find(item.hash, is_it).is_none() {
                self.insert(position);
            }
        }
    }

    fn insert(&mut self, position: u32) {
        let items = &self.items;
        self.index
            .insert_unique(items[position as usize].hash, position, |&at| items[at as usize].hash);
    }
}

/// The key of a ref: trimmed kind, id and url, joined by colons.
fn write_key(out: &mut Vec<u8>, item: &RefSlots, bytes: &[u8]) {
    out.clear();
    push_trimmed(out, item.kind, bytes);
    out.push(b':');
    push_trimmed(out, item.id, bytes);
    out.push(b':');
    push_trimmed(out, item.url, bytes);
}
