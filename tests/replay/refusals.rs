//! Bad inputs and how they are refused.
//!
//! Owns the comparison with `fixtures/invalid/expected.json`. Must not know: the words of an error.

use jobfold_core::{JobsView, ViewOptions};
use jobfold_tests::fixtures;
use jobfold_tests::scenarios::invalid;

#[test]
fn bad_input_is_refused_with_code_member_event_and_byte() {
    let folder = fixtures::folder("invalid");
    for case in invalid::cases() {
        assert!(
            fixtures::read(&folder.join(case.file)) == case.input,
            "fixtures/invalid/{} is not what the code writes: run the example write-fixtures",
            case.file
        );
        let error = JobsView::new(ViewOptions::default())
            .push(&case.input)
            .expect_err(case.file);
        assert_eq!(
            (error.code(), error.path(), error.item(), error.offset()),
            (case.code, case.path, Some(case.item), Some(case.offset)),
            "{}: {error}",
            case.file
        );
    }
}

#[test]
fn the_expected_refusals_are_listed_for_every_world() {
    let listed = fixtures::read(&fixtures::folder("invalid").join("expected.json"));
    assert!(
        listed == invalid::expected().as_bytes(),
        "run the example write-fixtures"
    );
    let list: serde_json::Value = serde_json::from_slice(&listed).expect("expected.json is json");
    let files = std::fs::read_dir(fixtures::folder("invalid")).expect("the folder can be read");
    let inputs = files.filter(|file| {
        let name = file.as_ref().expect("the folder can be read").file_name();
        name != "expected.json" && name != "README.md"
    });
    assert_eq!(list.as_array().map(Vec::len), Some(inputs.count()));
}
