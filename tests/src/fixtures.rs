//! The checked-in histories: where they are and how to read them.
//!
//! Owns the layout of the `fixtures` folder that tests rely on. Must not know: how a history came about, how it folds.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of all fixtures.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the workspace")
        .join("fixtures")
}

/// Names of all scenarios, sorted: every folder with an `events.jsonl`.
pub fn scenario_names() -> Vec<String> {
    let entries = fs::read_dir(root()).expect("the fixtures folder can be read");
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()).filter(|path| path.join("events.jsonl").is_file()))
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort_unstable();
    names
}

/// A scenario's folder.
pub fn folder(scenario: &str) -> PathBuf {
    root().join(scenario)
}

/// A scenario's events, as they are on the disk.
pub fn events(scenario: &str) -> Vec<u8> {
    read(&folder(scenario).join("events.jsonl"))
}

/// The lines of a scenario's events.
pub fn lines(scenario: &str) -> Vec<String> {
    let text = String::from_utf8(events(scenario)).expect("fixtures are utf-8");
    text.lines().map(str::to_owned).collect()
}

/// A file's bytes; a missing one ends the test with its name.
pub fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}
