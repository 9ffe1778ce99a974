//! Parity: whole histories fold to the same bytes in every world, and bad input is refused alike.
//!
//! Owns the comparison of the checked-in goldens (`fixtures/README.md` describes them) with what each world answers,
//! byte for byte and digest for digest. How a golden came about is the replay tests' business.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jobfold_core::view::{HistoryOptions, JobsView, ViewOptions};
use serde_json::{Value, json};

use crate::worlds::{Tools, World, javascript};

/// One folder's history, or one bad input.
pub struct Subject {
    /// The scenario, or `invalid/FILE`.
    pub name: String,
    bytes: Vec<u8>,
    positions: Vec<u64>,
    expected: Value,
}

/// Every history below a folder of fixtures, and every bad input, in order of name.
pub fn subjects(fixtures: &Path) -> Result<Vec<Subject>, String> {
    let mut subjects = Vec::new();
    for folder in sorted(fixtures)? {
        if folder.join("events.jsonl").is_file() {
            subjects.push(history(&folder)?);
        }
    }
    let invalid = fixtures.join("invalid");
    let Value::Array(listed) = parse(&invalid.join("expected.json"))? else {
        return Err("fixtures/invalid/expected.json is no list".to_owned());
    };
    for entry in listed {
        let file = entry["file"].as_str().unwrap_or_default();
        let expected = json!({
            "code": entry["code"], "path": entry["path"], "item": entry["item"], "offset": entry["offset"],
        });
        let bytes = read(&invalid.join(file))?;
        subjects.push(Subject {
            name: format!("invalid/{file}"),
            bytes,
            positions: Vec::new(),
            expected,
        });
    }
    Ok(subjects)
}

/// The golden of a history in the form in which worlds answer.
fn history(folder: &Path) -> Result<Subject, String> {
    let summary = parse(&folder.join("summary.snap.json"))?;
    let (mut positions, mut states) = (Vec::new(), Vec::new());
    for (index, state) in summary["states"].as_array().into_iter().flatten().enumerate() {
        let position = state["position"].as_u64().unwrap_or_default();
        let golden = if index == 0 {
            "board.snap.json".to_owned()
        } else {
            format!("board-at-{position}.snap.json")
        };
        let cards = String::from_utf8(read(&folder.join(golden))?).map_err(|error| error.to_string())?;
        positions.push(position);
        states.push(json!({ "cards": cards, "digest": state["digest"] }));
    }
    let expected = json!({
        "offered": summary["offered"], "unique": summary["unique"], "duplicates": summary["duplicates"], "states": states,
    });
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Subject {
        name,
        bytes: read(&folder.join("events.jsonl"))?,
        positions,
        expected,
    })
}

/// What a world makes of each subject.
pub fn answers(world: World, subjects: &[Subject], tools: &Tools) -> Result<Vec<Value>, String> {
    if world == World::Native {
        return Ok(subjects.iter().map(fold).collect());
    }
    let request =
        |subject: &Subject| json!({ "form": "history", "events": hex(&subject.bytes), "positions": subject.positions });
    let answers = javascript::exchange(world, subjects.iter().map(request), tools)?;
    if answers.len() == subjects.len() {
        Ok(answers)
    } else {
        Err("too few answers".to_owned())
    }
}

fn fold(subject: &Subject) -> Value {
    let history = Some(HistoryOptions::default());
    let mut view = JobsView::new(ViewOptions {
        history,
        ..ViewOptions::default()
    });
    match view.push(&subject.bytes) {
        Ok(pushed) => {
            let states = subject.positions.iter().map(|position| match view.seek(*position) {
                Ok(()) => json!({ "cards": view.cards_json(), "digest": hex(&view.digest()) }),
                Err(error) => json!({ "code": error.code() }),
            });
            json!({
                "offered": pushed.offered, "unique": pushed.unique, "duplicates": pushed.duplicates,
                "states": states.collect::<Vec<_>>(),
            })
        }
        Err(error) => json!({
            "code": error.code(), "path": error.path(), "item": error.item(), "offset": error.offset(),
        }),
    }
}

impl Subject {
    /// `None` if the answer is the golden; otherwise where they differ.
    pub fn difference(&self, answer: &Value) -> Option<String> {
        if *answer == self.expected {
            return None;
        }
        let mut told = String::new();
        for name in [
            "broke",
            "code",
            "path",
            "item",
            "offset",
            "offered",
            "unique",
            "duplicates",
        ] {
            if answer[name] != self.expected[name] {
                let _ = writeln!(told, "{name}: expected {}, is {}", self.expected[name], answer[name]);
            }
        }
        for (index, position) in self.positions.iter().enumerate() {
            let (expected, actual) = (&self.expected["states"][index], &answer["states"][index]);
            for name in ["digest", "cards"] {
                if expected[name] != actual[name] {
                    let _ = writeln!(
                        told,
                        "{name} at {position}: {}",
                        first_difference(&expected[name], &actual[name])
                    );
                }
            }
        }
        Some(told)
    }

    /// The digest of an answer's first state, or its error code: enough to see at a glance that worlds agree.
    pub fn short(answer: &Value) -> String {
        let digest = answer["states"][0]["digest"]
            .as_str()
            .map(|digest| digest.chars().take(16).collect());
        digest
            .or_else(|| answer["code"].as_str().map(str::to_owned))
            .unwrap_or_else(|| "broke".to_owned())
    }
}

/// A few characters on both sides of the first byte that differs.
fn first_difference(expected: &Value, actual: &Value) -> String {
    let (Some(expected), Some(actual)) = (expected.as_str(), actual.as_str()) else {
        return format!("expected {expected}, is {actual}");
    };
    let same = expected.bytes().zip(actual.bytes()).take_while(|(a, b)| a == b).count();
    let near = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[same.saturating_sub(20).min(text.len())..(same + 60).min(text.len())])
            .into_owned()
    };
    format!("expected …{}…, is …{}… (byte {same})", near(expected), near(actual))
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn parse(file: &Path) -> Result<Value, String> {
    serde_json::from_slice(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))
}
