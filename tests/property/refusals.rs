//! A refused batch leaves no trace.
//!
//! Owns: after a refusal the view shows, answers and goes on as if the batch had never come, and the refusal names the
//! event and the byte. Must not know: which rule was broken.

use crate::streams::{cases, lines, plain, recording, seeds, shown};
use jobfold_core::{JobsView, ViewOptions};
use jobfold_tests::chance::Chance;
use jobfold_tests::fixtures;
use proptest::prelude::*;

/// Faults that no view accepts.
const BAD: [&str; 6] = [
    "{}",
    "[[]]",
    "{\"schema\":\"harn.dashboard_job_event.v1\"",
    "\u{1}",
    "null x",
    "{\"a\":01}",
];

/// All that a later reader could tell a difference by.
fn trace(view: &JobsView, cursors: &[u64]) -> impl PartialEq + std::fmt::Debug + use<> {
    let changes: Vec<_> = cursors.iter().map(|cursor| view.changes(*cursor)).collect();
    let events: Vec<_> = (0..=view.head() + 2)
        .map(|position| view.event_json(position).map(str::to_owned))
        .collect();
    let jobs: Vec<_> = (0..view.len() + 3)
        .map(|index| (view.job_id(index), view.job_events(index)))
        .collect();
    (
        shown(view),
        (view.head(), view.position(), view.cursor(), view.is_live()),
        (changes, events, jobs, view.density(7)),
    )
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_refused_batch_leaves_no_trace(
        before in seeds(20), refused in seeds(20), after in seeds(20), every in 0u32..5, choice in any::<u64>(),
    ) {
        let (before, mut refused, after) = (lines(&before), lines(&refused), lines(&after));
        let mut chance = Chance(choice);
        let [mut view, mut witness] = if chance.one_in(4) {
            [plain(), plain()]
        } else {
            [recording(every), recording(every)]
        };
        for line in &before {
            view.push(line.as_bytes()).unwrap();
            witness.push(line.as_bytes()).unwrap();
        }
        if chance.one_in(3) {
            let position = chance.index(before.len() + 1) as u64;
            prop_assert_eq!(view.seek(position), witness.seek(position));
        }
        let cursors = [0, view.cursor() / 2, view.cursor()];
        let untouched = trace(&view, &cursors);

        let place = chance.index(refused.len() + 1);
        refused.insert(place, chance.word(&BAD).to_owned());
        let error = view.push(refused.join("\n").as_bytes()).unwrap_err();
        prop_assert_eq!(error.item(), Some(place as u64 + 1), "{}", &error);
        let start: usize = refused[..place].iter().map(|line| line.len() + 1).sum();
        prop_assert!(error.offset().is_some_and(|offset| offset >= start as u64), "{}", &error);
        prop_assert!(trace(&view, &cursors) == untouched, "{}", &error);

        let error = view.push_event(refused[place].as_bytes()).unwrap_err();
        prop_assert!(trace(&view, &cursors) == untouched, "{}", &error);

        prop_assert_eq!(view.push(after.join("\n").as_bytes()), witness.push(after.join("\n").as_bytes()));
        prop_assert_eq!(trace(&view, &cursors), trace(&witness, &cursors));
        view.live();
        witness.live();
        prop_assert_eq!(trace(&view, &cursors), trace(&witness, &cursors));
        for position in 0..=view.head() {
            prop_assert_eq!(view.seek(position), witness.seek(position));
            prop_assert_eq!(shown(&view), shown(&witness));
        }
    }

    /// The limit counts an event's own bytes, and a layout that is known does not get around it.
    #[test]
    fn the_size_limit_is_exact(seeds in seeds(12), extra in 0usize..3) {
        for line in lines(&seeds) {
            let limit = u32::try_from(line.len() + extra - 1).unwrap();
            let mut view = JobsView::new(ViewOptions { event_bytes_max: limit, ..ViewOptions::default() });
            for _ in 0..3 {
                let pushed = view.push(format!(" {line} \n{line}\n").as_bytes());
                if extra == 0 {
                    let error = pushed.unwrap_err();
                    prop_assert_eq!(error.code(), "event_too_large");
                    prop_assert_eq!((error.item(), error.offset()), (Some(1), Some(1)));
                } else {
                    prop_assert_eq!(pushed.unwrap().offered, 2);
                }
            }
            prop_assert_eq!(view.is_empty(), extra == 0);
        }
    }
}

/// Refused batches that reach over the ends of the history's chunks and over checkpoints.
#[test]
fn long_refused_batches_leave_no_trace() {
    let week = fixtures::lines("week-of-operations");
    let (mut view, mut witness) = (recording(100), recording(100));
    for piece in week.chunks(350) {
        let piece = piece.join("\n");
        witness.push(piece.as_bytes()).expect("the history is valid");
        view.push(format!("{piece}\n!").as_bytes())
            .expect_err("the batch ends badly");
        view.push(piece.as_bytes()).expect("the history is valid");
    }
    assert_eq!(trace(&view, &[0]), trace(&witness, &[0]));
    for position in (0..=view.head()).step_by(97) {
        assert_eq!(view.seek(position), witness.seek(position));
        assert_eq!(shown(&view), shown(&witness));
    }
}
