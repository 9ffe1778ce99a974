//! Agreement with an independent reading of the contract.
//!
//! Owns the comparison with the oracle: verdict by verdict, and card by card. Must not know: how either folds.

use crate::streams::{cases, mixed_lines, plain, produced_lines, recording, seeds};
use jobfold_core::view::Admission;
use jobfold_core::{Error, contract};
use jobfold_tests::chance::Chance;
use jobfold_tests::generate::{self, KINDS};
use jobfold_tests::tree::Tree;
use jobfold_tests::{fixtures, oracle};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether two members are the same or one holds the other: which of several faults is named first inside one member
/// is not part of the contract.
fn related(ours: &str, theirs: &str) -> bool {
    ours.starts_with(theirs) || theirs.starts_with(ours)
}

fn cards(json: &str) -> Value {
    serde_json::from_str(json).expect("cards are json")
}

/// Line by line the same verdict, and in the end the same cards.
pub(crate) fn agree(lines: &[String]) -> Result<(), TestCaseError> {
    let mut view = plain();
    let (mut unique, mut keys) = (Vec::new(), BTreeSet::new());
    for line in lines {
        let event: Value = serde_json::from_str(line).expect("a spelled tree is json");
        match (view.push_event(line.as_bytes()), oracle::validate(&event)) {
            (Ok(admission), Ok(())) => {
                let fresh = keys.insert(event["dedupe_key"].to_string());
                prop_assert_eq!(admission == Admission::Fresh, fresh, "{}", line);
                unique.extend(fresh.then_some(event));
            }
            (Err(error), Err((code, path))) => {
                prop_assert_eq!(error.code(), code, "{}\n{}", error, line);
                prop_assert!(related(error.path(), &path), "{} but {}\n{}", error, path, line);
            }
            (ours, theirs) => prop_assert!(false, "{:?} but {:?}\n{}", ours, theirs, line),
        }
    }
    prop_assert_eq!(oracle::dedupe(&unique).len(), unique.len());
    prop_assert_eq!(cards(&view.cards_json()), oracle::cards(&unique));
    Ok(())
}

/// The answer of the core's normaliser and the oracle's, for one seed.
fn normalised(seed: u64) -> (String, Result<Value, Error>, Result<Value, oracle::Fault>) {
    let mut chance = Chance(seed);
    let kind = match chance.below(12) {
        0 => Tree::raw("null"),
        1 => Tree::raw("7"),
        2 => Tree::text(" run.started "),
        _ => Tree::text(chance.word(&KINDS)),
    };
    let input = match chance.below(40) {
        0 => Tree::List(Vec::new()),
        _ => generate::input(&mut chance, 3),
    };
    let options = match chance.below(8) {
        0..5 => Tree::raw("null"),
        _ => generate::input(&mut chance, 0),
    };
    let arguments = [kind, input, options].map(|tree| tree.spelled(&mut chance));
    let [kind, input, options] = arguments.each_ref();
    let ours = contract::dashboard_job_event(kind, input, Some(options));
    let ours = ours.map(|event| serde_json::from_str(&event).expect("an event is json"));
    let [kind, input, options] =
        [kind, input, options].map(|text| serde_json::from_str(text).expect("a spelled tree is json"));
    let theirs = oracle::normalise(&kind, &input, &options);
    (arguments.join("\n"), ours, theirs)
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn the_normaliser_is_the_contract_s(seed in any::<u64>()) {
        match normalised(seed) {
            (arguments, Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs, "{}", arguments),
            (arguments, Err(error), Err((code, at))) => {
                prop_assert_eq!(error.code(), code, "{} but {}\n{}", error, at, arguments);
            }
            (arguments, ours, theirs) => prop_assert!(false, "{:?}\nbut {:?}\n{}", ours, theirs, arguments),
        }
    }
}

/// The property above would hold for a generator whose inputs are all refused; this one is not such.
#[test]
fn random_inputs_are_often_accepted() {
    let accepted = (0..400).filter(|seed| normalised(*seed).1.is_ok()).count();
    assert!((40..360).contains(&accepted), "{accepted} of 400");
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn the_fold_is_the_contract_s(seeds in seeds(60)) {
        agree(&mixed_lines(&seeds))?;
    }

    #[test]
    fn the_fold_of_a_few_producers_is_the_contract_s(
        producers in prop::collection::vec(any::<u64>().no_shrink(), 1..5), seeds in seeds(120),
    ) {
        agree(&produced_lines(&producers, &seeds))?;
    }
}

#[test]
fn the_histories_fold_as_the_contract_says() {
    for scenario in fixtures::scenario_names() {
        let events: Vec<Value> = fixtures::lines(&scenario)
            .iter()
            .map(|line| serde_json::from_str(line).expect("an event is json"))
            .collect();
        for event in &events {
            assert_eq!(oracle::validate(event), Ok(()), "{scenario}");
        }
        let mut view = recording(100);
        view.push(&fixtures::events(&scenario)).expect("the history is valid");
        assert_eq!(
            cards(&view.cards_json()),
            oracle::cards(&oracle::dedupe(&events)),
            "{scenario}"
        );
        let middle = events.len() / 2;
        view.seek(middle as u64).expect("the position is in range");
        let past = oracle::cards(&oracle::dedupe(&events[..middle]));
        assert_eq!(cards(&view.cards_json()), past, "{scenario} at {middle}");
    }
}
