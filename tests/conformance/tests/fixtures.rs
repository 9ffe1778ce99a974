//! Every checked-in case passes in the native world; the other worlds are entered by `cargo xtask conform`.

use std::path::Path;

use jobfold_conformance::worlds::{Tools, World};
use jobfold_conformance::{files, parity, report};

#[test]
fn all_fixtures_pass_natively() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/conformance");
    let tallies = report::run(&files::find(&[fixtures]), &[World::Native], &Tools::default());
    let [tally] = tallies.as_slice() else {
        panic!("one world, one tally")
    };
    assert!(tally.is_good(), "{}{}", tally.failures, tally.line());
}

#[test]
fn what_no_contract_recognises_is_a_failure() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let missing = Path::new(env!("CARGO_MANIFEST_DIR")).join("no-such-file");
    let tallies = report::run(&files::find(&[here, missing]), &[World::Native], &Tools::default());
    assert_eq!(tallies[0].line(), "native: 0 passed, 2 failed, 0 skipped");
    assert!(!tallies[0].is_good());
}

#[test]
fn nothing_run_is_not_good() {
    let markdown = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let tallies = report::run(&files::find(&[markdown]), &[World::Native], &Tools::default());
    assert_eq!(tallies[0].line(), "native: 0 passed, 0 failed, 0 skipped");
    assert!(!tallies[0].is_good());
}

#[test]
fn all_histories_fold_natively_to_their_goldens() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let subjects = parity::subjects(&fixtures).expect("fixtures can be read");
    let answers = parity::answers(World::Native, &subjects, &Tools::default()).expect("the native world is here");
    assert!(!subjects.is_empty());
    for (subject, answer) in subjects.iter().zip(&answers) {
        assert_eq!(subject.difference(answer), None, "{}", subject.name);
    }
}
