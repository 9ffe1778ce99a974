//! The set of dedupe keys a view has seen (dashboard contract §7), at most 30 bytes per event.
//!
//! Owns open-addressing tables of 128-bit keyed hashes. Each grows by half, so it is never less than half full, and the
//! tables grow at different times, so that only a small part of the set stands twice in memory while it does.
//! Keys can be taken back, because a refused batch must leave no trace. Must not know: events.

use alloc::vec;
use alloc::vec::Vec;

/// Tables of a set; the lowest bits of a hash choose one.
const TABLE_COUNT: usize = 16;
/// Room for this many keys comes with a table's first one. Every table begins a little larger than the one before,
/// which is what keeps their growth apart.
const SLOT_COUNT_MIN: usize = 16;

#[derive(Debug, Clone, Default)]
pub(crate) struct DedupeSet {
    tables: [Table; TABLE_COUNT],
}

impl DedupeSet {
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.tables.iter().map(|table| table.len).sum()
    }

    /// Adds a key; answers whether it was new.
    pub(crate) fn insert(&mut self, hash: u128) -> bool {
        let hash = hash.max(1);
        let index = table_of(hash);
        self.tables[index].insert(hash, SLOT_COUNT_MIN + index)
    }

    /// Takes a key back.
    pub(crate) fn remove(&mut self, hash: u128) {
        let hash = hash.max(1);
        self.tables[table_of(hash)].remove(hash);
    }
}

#[allow(clippy::cast_possible_truncation)] // the lowest bits are what is wanted
const fn table_of(hash: u128) -> usize {
    hash as usize % TABLE_COUNT
}

#[derive(Debug, Clone, Default)]
struct Table {
    /// Zero marks a free slot.
    slots: Vec<u128>,
    len: usize,
}

impl Table {
    fn insert(&mut self, hash: u128, slots_min: usize) -> bool {
        if (self.len + 1) * 5 > self.slots.len() * 4 {
            self.grow(slots_min);
        }
        let mut at = self.home(hash);
        loop {
            match self.slots[at] {
                0 => {
                    self.slots[at] = hash;
                    self.len += 1;
                    return true;
                }
                other if other == hash => return false,
                _ => at = self.after(at),
            }
        }
    }

    /// Closes the gap, so that every other key is still found.
    fn remove(&mut self, hash: u128) {
        if self.slots.is_empty() {
            return;
        }
        let mut at = self.home(hash);
        while self.slots[at] != hash {
            if self.slots[at] == 0 {
                return;
            }
            at = self.after(at);
        }
        self.len -= 1;
        let mut gap = at;
        let mut next = self.after(gap);
        while self.slots[next] != 0 {
            let home = self.home(self.slots[next]);
            if self.distance(home, next) >= self.distance(gap, next) {
                self.slots[gap] = self.slots[next];
                gap = next;
            }
            next = self.after(next);
        }
        self.slots[gap] = 0;
    }

    /// Maps the upper hash bits onto the slots by multiplication, so any slot count will do.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // the result is below the slot count
    fn home(&self, hash: u128) -> usize {
        let upper = (hash >> 96) as u64;
        ((upper * self.slots.len() as u64) >> 32) as usize
    }

    #[inline]
    const fn after(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    const fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from {
            to - from
        } else {
            to + self.slots.len() - from
        }
    }

    #[cold]
    fn grow(&mut self, slots_min: usize) {
        let count = (self.slots.len() + self.slots.len() / 2).max(slots_min);
        let old = core::mem::replace(&mut self.slots, vec![0; count]);
        self.len = 0;
        for hash in old.into_iter().filter(|hash| *hash != 0) {
            self.insert(hash, slots_min);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DedupeSet;
    use alloc::collections::BTreeSet;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_like_a_plain_set(steps in prop::collection::vec((any::<bool>(), 0u128..60, 0u32..128), 0..400)) {
            let (mut set, mut model) = (DedupeSet::default(), BTreeSet::new());
            for (insert, small, shift) in steps {
                let hash = small.rotate_right(shift & 7);
                if insert {
                    prop_assert_eq!(set.insert(hash), model.insert(hash.max(1)));
                } else {
                    set.remove(hash);
                    model.remove(&hash.max(1));
                }
                prop_assert_eq!(set.len(), model.len());
            }
        }
    }

    #[test]
    fn stays_within_32_bytes_per_key() {
        let mut set = DedupeSet::default();
        for key in 0..100_000u128 {
            assert!(set.insert(key.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)));
            let slots: usize = set.tables.iter().map(|table| table.slots.len()).sum();
            if key > 10_000 {
                assert!(slots * 16 <= 32 * set.len(), "{slots} slots for {} keys", set.len());
            }
        }
    }
}
