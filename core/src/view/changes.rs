//! What a reader has not yet seen.
//!
//! Owns revisions: every batch and every seek is one, and a log says which cards it touched. The log is rebuilt with
//! one entry a card before it outgrows the cards, so asking costs what has changed, not what there is.
//! Must not know: what changed in a card.

use alloc::vec::Vec;

/// The log may hold this many entries more than twice the cards before it is rebuilt.
const SLACK: usize = 1024;

/// The answer to "what has changed since?".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Pass this the next time.
    pub cursor: u64,
    /// Cards there are now; a reader drops those with a higher index.
    pub len: u32,
    /// Cards that may differ from what the reader saw, ascending.
    pub indices: Vec<u32>,
}

#[derive(Debug, Default)]
pub(super) struct ChangeLog {
    revision: u64,
    /// The last revision that touched each card.
    latest: Vec<u64>,
    /// (revision, card), ascending by revision. An entry counts only while it is its card's latest.
    entries: Vec<(u64, u32)>,
    /// What `latest` said before this revision touched a card, for the case that it is abandoned.
    earlier: Vec<u64>,
}

impl ChangeLog {
    /// Starts a revision.
    pub(super) fn begin(&mut self) {
        self.revision += 1;
        self.earlier.clear();
        if self.entries.len() > 2 * self.latest.len() + SLACK {
            let latest = &self.latest;
            self.entries
                .retain(|(revision, index)| latest[*index as usize] == *revision);
        }
    }

    #[inline]
    pub(super) fn touch(&mut self, index: u32) {
        let place = index as usize;
        if place >= self.latest.len() {
            self.latest.resize(place + 1, 0);
        }
        if self.latest[place] != self.revision {
            self.earlier.push(self.latest[place]);
            self.latest[place] = self.revision;
            self.entries.push((self.revision, index));
        }
    }

    /// Takes back the revision that began last, because its batch was refused. Rebuilding the log in `begin` drops no
    /// card's latest entry, so the one that counts again is still there.
    pub(super) fn abandon(&mut self) {
        while let Some(latest) = self.earlier.pop() {
            if let Some((_, index)) = self.entries.pop() {
                self.latest[index as usize] = latest;
            }
        }
        self.revision -= 1;
    }

    pub(super) fn cursor(&self) -> u64 {
        self.revision
    }

    pub(super) fn since(&self, cursor: u64, len: u32) -> Changes {
        let from = self.entries.partition_point(|(revision, _)| *revision <= cursor);
        let mut indices: Vec<u32> = self.entries[from..]
            .iter()
            .filter(|(revision, index)| *index < len && self.latest[*index as usize] == *revision)
            .map(|(_, index)| *index)
            .collect();
        indices.sort_unstable();
        Changes {
            cursor: self.revision,
            len,
            indices,
        }
    }
}
