//! What the properties share: streams from seeds, views, and what of a view is compared.
//!
//! Owns the mapping from seeds to events: one seed is one event, so that shrinking a failure drops events. Must not
//! know: any property.

use jobfold_core::view::{HistoryOptions, JobsView, ViewOptions};
use jobfold_tests::chance::Chance;
use jobfold_tests::generate;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Runs `cases` streams, unless the environment asks for another number; keeps what failed.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/property/regressions.txt");
    let mut config = ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(path))),
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    config
}

/// Seeds of up to `most` events.
pub(crate) fn seeds(most: usize) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(any::<u64>().no_shrink(), 0..most)
}

/// One valid event a seed.
pub(crate) fn lines(seeds: &[u64]) -> Vec<String> {
    let line = |seed: &u64| {
        let mut chance = Chance(*seed);
        let event = generate::event(&mut chance);
        generate::spelled(&event, &mut chance)
    };
    seeds.iter().map(line).collect()
}

/// One event a seed, a third of them with a fault or something that looks like one.
pub(crate) fn mixed_lines(seeds: &[u64]) -> Vec<String> {
    let line = |seed: &u64| {
        let mut chance = Chance(*seed);
        let mut event = generate::event(&mut chance);
        if chance.one_in(3) {
            generate::spoil(&mut event, &mut chance);
        }
        generate::spelled(&event, &mut chance)
    };
    seeds.iter().map(line).collect()
}

/// Lines as a few producers write them: each has one layout and one spelling of it, values differ.
pub(crate) fn produced_lines(producers: &[u64], seeds: &[u64]) -> Vec<String> {
    let line = |seed: &u64| {
        let mut chance = Chance(*seed);
        let own = *chance.pick(producers);
        let mut event = generate::event(&mut Chance(own));
        generate::revalue(&mut event, &mut chance);
        generate::spelled(&event, &mut Chance(own))
    };
    seeds.iter().map(line).collect()
}

/// A view without history.
pub(crate) fn plain() -> JobsView {
    JobsView::new(ViewOptions::default())
}

/// A view with history.
pub(crate) fn recording(checkpoint_events: u32) -> JobsView {
    JobsView::new(ViewOptions {
        history: Some(HistoryOptions { checkpoint_events }),
        ..ViewOptions::default()
    })
}

/// The view of these lines, pushed one by one.
pub(crate) fn folded(lines: &[String]) -> JobsView {
    let mut view = plain();
    for line in lines {
        view.push_event(line.as_bytes()).expect("the event is valid");
    }
    view
}

/// Everything a reader can see of the shown state.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    pub cards: String,
    pub digest: [u8; 32],
    pub len: u32,
    pub counts: Vec<(String, u32)>,
}

pub(crate) fn shown(view: &JobsView) -> Shown {
    Shown {
        cards: view.cards_json(),
        digest: view.digest(),
        len: view.len(),
        counts: view.status_counts(),
    }
}

/// Cuts a list into pieces of random length.
pub(crate) fn pieces<'a, T>(items: &'a [T], chance: &mut Chance) -> Vec<&'a [T]> {
    let (mut rest, mut pieces) = (items, Vec::new());
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(1 + chance.index(rest.len().min(9)));
        pieces.push(piece);
        rest = more;
    }
    pieces
}
