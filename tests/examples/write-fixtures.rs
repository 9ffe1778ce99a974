//! Writes every `fixtures/<scenario>/events.jsonl` and the folder `fixtures/invalid` anew.
//!
//! `cargo run -p jobfold-tests --example write-fixtures`. Goldens are not touched: `cargo insta` or
//! `INSTA_UPDATE=always cargo test -p jobfold-tests --test replay` accepts those. Must not know: any event.

use jobfold_tests::fixtures;
use jobfold_tests::scenarios::{SCENARIOS, invalid};
use std::fs;
use std::io;

fn main() -> io::Result<()> {
    for scenario in &SCENARIOS {
        let folder = fixtures::folder(scenario.name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("events.jsonl"), scenario.events())?;
    }
    let folder = fixtures::folder("invalid");
    fs::create_dir_all(&folder)?;
    for case in invalid::cases() {
        fs::write(folder.join(case.file), &case.input)?;
    }
    fs::write(folder.join("expected.json"), invalid::expected())
}
