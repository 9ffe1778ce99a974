//! Agreement with an independent reading of the contract.
//!
//! Owns the comparison with the oracle: verdict by verdict, and card by card. Must not know: how either folds.

use crate::streams::{cases, mixed_lines, plain, recording, seeds};
use jobfold_core::view::Admission;
use jobfold_tests::{fixtures, oracle};
use proptest::prelude::*;
use serde_json::Value;

/// Whether two members are the same or one holds the other: which of several faults is named first inside one member
/// is not part of the contract.
fn related(ours: &str, theirs: &str) -> bool {
    ours.starts_with(theirs) || theirs.starts_with(ours)
}

fn cards(json: &str) -> Value {
    serde_json::from_str(json).expect("cards are json")
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn the_fold_is_the_contract_s(seeds in seeds(60)) {
        let mut view = plain();
        let mut accepted = Vec::new();
        for line in mixed_lines(&seeds) {
            let event: Value = serde_json::from_str(&line).unwrap();
            match (view.push_event(line.as_bytes()), oracle::validate(&event)) {
                (Ok(admission), Ok(())) => {
                    accepted.push(event);
                    let unique = oracle::dedupe(&accepted);
                    prop_assert_eq!(admission == Admission::Fresh, unique.len() == accepted.len(), "{}", line);
                    accepted = unique;
                }
                (Err(error), Err((code, path))) => {
                    prop_assert_eq!(error.code(), code, "{}\n{}", error, line);
                    prop_assert!(related(error.path(), &path), "{} but {}\n{}", error, path, line);
                }
                (ours, theirs) => prop_assert!(false, "{:?} but {:?}\n{}", ours, theirs, line),
            }
        }
        prop_assert_eq!(cards(&view.cards_json()), oracle::cards(&accepted));
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
