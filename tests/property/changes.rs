//! Changes tell the whole difference.
//!
//! Owns: a reader who only ever applies `changes` holds exactly the shown cards, whatever happened in between. Must not
//! know: how changes are kept.

use crate::streams::{cases, lines, recording, seeds};
use jobfold_core::JobsView;
use jobfold_tests::chance::Chance;
use jobfold_tests::fixtures;
use proptest::prelude::*;

/// A reader who keeps cards and a cursor, as the page does.
#[derive(Default)]
struct Mirror {
    cursor: u64,
    cards: Vec<String>,
}

impl Mirror {
    fn catch_up(&mut self, view: &JobsView) {
        let changes = view.changes(self.cursor);
        assert!(changes.indices.is_sorted_by(|a, b| a < b));
        self.cards.resize(changes.len as usize, String::new());
        for index in changes.indices {
            self.cards[index as usize] = view.card_json(index).expect("a changed card exists");
        }
        self.cursor = changes.cursor;
        assert_eq!(self.cursor, view.cursor());
    }

    fn json(&self) -> String {
        format!("[{}]", self.cards.join(","))
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn applying_changes_is_enough(seeds in seeds(60), every in 0u32..9, walk in any::<u64>()) {
        let lines = lines(&seeds);
        let mut view = recording(every);
        let mut chance = Chance(walk);
        let mut mirrors = [Mirror::default(), Mirror::default(), Mirror::default()];
        let mut rest = lines.as_slice();
        for _ in 0..40 {
            match chance.below(6) {
                0 => view.seek(chance.below(view.head() + 1)).unwrap(),
                1 => view.live(),
                2 => {
                    let known = &lines[..lines.len() - rest.len()];
                    let repeats: Vec<&str> = known.iter().rev().take(3).map(String::as_str).collect();
                    let next = rest.first().map_or("", String::as_str);
                    view.push(format!("{}\n{next}\n!", repeats.join("\n")).as_bytes()).unwrap_err();
                }
                _ => {
                    let (piece, more) = rest.split_at(chance.index(rest.len().min(7) + 1));
                    view.push(piece.join("\n").as_bytes()).unwrap();
                    rest = more;
                }
            }
            for (index, mirror) in mirrors.iter_mut().enumerate() {
                if chance.one_in(index as u64 * 3 + 1) {
                    mirror.catch_up(&view);
                    prop_assert_eq!(mirror.json(), view.cards_json());
                }
            }
        }
        view.live();
        for mirror in &mut mirrors {
            mirror.catch_up(&view);
            prop_assert_eq!(mirror.json(), view.cards_json());
        }
    }

    #[test]
    fn nothing_is_reported_to_a_reader_who_has_seen_it_all(seeds in seeds(40)) {
        let mut view = recording(4);
        view.push(lines(&seeds).join("\n").as_bytes()).unwrap();
        prop_assert!(view.changes(view.cursor()).indices.is_empty());
        let all: Vec<u32> = (0..view.len()).collect();
        prop_assert_eq!(view.changes(0).indices, all);
    }
}

/// Long enough for the log of changes to be rebuilt on the way.
#[test]
fn applying_changes_is_enough_for_a_week() {
    let mut view = recording(256);
    let mut chance = Chance(1);
    let mut mirrors = [Mirror::default(), Mirror::default(), Mirror::default()];
    for line in fixtures::lines("week-of-operations") {
        view.push_event(line.as_bytes()).expect("the event is valid");
        if chance.one_in(50) {
            view.push(format!("{line}\n!").as_bytes())
                .expect_err("the batch ends badly");
            view.seek(chance.below(view.head() + 1))
                .expect("the position is in range");
        }
        if chance.one_in(3) {
            view.live();
        }
        for (mirror, every) in mirrors.iter_mut().zip([40, 400, 2_000]) {
            if chance.one_in(every) {
                mirror.catch_up(&view);
                assert_eq!(mirror.json(), view.cards_json());
            }
        }
    }
    for mirror in &mut mirrors {
        mirror.catch_up(&view);
        assert_eq!(mirror.json(), view.cards_json());
    }
}
