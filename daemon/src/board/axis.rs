//! Seqs of the log against positions of the view.
//!
//! A seq counts all records, a position the envelopes that were folded. The two run in step except where a record of
//! another kind lies between, so runs of steps are kept instead of pairs: a log of envelopes only is one run.

/// The translation, both ways.
#[derive(Debug, Default)]
pub struct Axis {
    runs: Vec<Run>,
    last: Option<Run>,
}

/// From here on, each position is one seq further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    seq: u64,
    position: u64,
}

impl Axis {
    /// Notes that the record at `seq` took the view to `position`. Both only ever grow.
    pub fn push(&mut self, seq: u64, position: u64) {
        let next = Run { seq, position };
        let in_step = self.last.is_some_and(|last| seq - last.seq == position - last.position);
        if !in_step {
            self.runs.push(next);
        }
        self.last = Some(next);
    }

    /// The position after all records up to `seq`.
    pub fn position_at(&self, seq: u64) -> u64 {
        let runs = self.runs.partition_point(|run| run.seq <= seq);
        let Some(run) = runs.checked_sub(1).map(|index| self.runs[index]) else {
            return 0;
        };
        let end = match self.runs.get(runs) {
            Some(next) => next.position - 1,
            None => self.last.map_or(0, |last| last.position),
        };
        (run.position + (seq - run.seq)).min(end)
    }

    /// The seq of the record that led to `position`; 0 for position 0.
    pub fn seq_of(&self, position: u64) -> u64 {
        let runs = self.runs.partition_point(|run| run.position <= position);
        let run = runs.checked_sub(1).map(|index| self.runs[index]);
        run.map_or(0, |run| run.seq + (position - run.position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_with_a_table() {
        // Seqs 3, 4 and 7 hold something else.
        let seqs = [1, 2, 5, 6, 8, 9];
        let mut axis = Axis::default();
        for (index, seq) in seqs.into_iter().enumerate() {
            axis.push(seq, index as u64 + 1);
        }
        assert_eq!(axis.runs.len(), 3);
        for seq in 0..12 {
            let expected = seqs.iter().filter(|own| **own <= seq).count() as u64;
            assert_eq!(axis.position_at(seq), expected, "at {seq}");
        }
        for (index, seq) in seqs.into_iter().enumerate() {
            assert_eq!(axis.seq_of(index as u64 + 1), seq);
        }
        assert_eq!((axis.seq_of(0), Axis::default().position_at(5)), (0, 0));
    }
}
