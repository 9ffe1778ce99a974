//! Rules about rooms: who may import whom, what the core may depend on, and which single file may name a database.

use std::path::Path;

use serde_json::Value;

use super::Complaint;
use super::tree::Source;
use crate::run::{Context, Outcome, Program};

/// Package, and which of ours it may depend on, also in its tests. See ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 6] = [
    ("jobfold-core", &[]),
    ("jobfold-wasm", &["jobfold-core"]),
    ("jobfold", &["jobfold-core"]),
    ("jobfold-conformance", &["jobfold-core"]),
    ("jobfold-tests", &["jobfold-core", "jobfold"]),
    ("xtask", &[]),
];

/// What brings a clock, randomness, threads or I/O along.
const IMPURE: [&str; 10] = [
    "getrandom",
    "rand",
    "fastrand",
    "tokio",
    "chrono",
    "time",
    "jiff",
    "rayon",
    "tracing",
    "uuid",
];

/// The core reads and writes JSON itself.
const NOT_IN_CORE: [&str; 4] = ["serde", "serde_json", "indexmap", "std"];

/// Each database is named by one file of the product.
const NAMED_ONCE: [(&str, &str); 2] = [
    ("sled", "daemon/src/log/index.rs"),
    ("postgres", "daemon/src/log/postgres.rs"),
];

/// Where the product's Rust is; tests and benchmarks may compare with a database directly.
const PRODUCT: [&str; 3] = ["core/src/", "wasm/src/", "daemon/src/"];

pub(super) fn check(root: &Path, files: &[Source]) -> Outcome<Vec<Complaint>> {
    let mut complaints = Vec::new();
    arrows(root, &mut complaints)?;
    core_is_pure(root, files, &mut complaints)?;
    for file in files {
        databases_are_named_once(file, &mut complaints);
        javascript_stays_in_its_room(file, &mut complaints);
    }
    Ok(complaints)
}

fn arrows(root: &Path, complaints: &mut Vec<Complaint>) -> Outcome {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--locked"];
    let metadata = Program::cargo().folder(root).args(arguments).read()?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(room, _)| *room == name) else {
            complaints.push(Complaint::new(
                name,
                "give the new package its place in xtask's list of arrows",
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let wanted = dependency["name"].as_str().unwrap_or_default();
            let ours = ARROWS.iter().any(|(room, _)| *room == wanted);
            if ours && !allowed.contains(&wanted) {
                complaints.push(Complaint::new(
                    name,
                    format!("do not depend on {wanted}: rooms import one way only"),
                ));
            }
        }
    }
    Ok(())
}

fn core_is_pure(root: &Path, files: &[Source], complaints: &mut Vec<Complaint>) -> Outcome {
    let lib = files
        .iter()
        .find(|file| file.path == "core/src/lib.rs")
        .map_or("", |file| &file.text);
    let attribute = |text: &str| lib.lines().any(|line| line.starts_with("#![") && line.contains(text));
    if !attribute("no_std") {
        complaints.push(Complaint::new("core/src/lib.rs", "say #![no_std]"));
    }
    if !attribute("forbid(unsafe_code)") {
        complaints.push(Complaint::new("core/src/lib.rs", "say #![forbid(unsafe_code)]"));
    }
    for (package, target) in [("jobfold-core", None), ("jobfold-wasm", Some("wasm32-unknown-unknown"))] {
        let arguments = [
            "tree",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--package",
        ];
        let tree = Program::cargo().folder(root).args(arguments).arg(package);
        let tree = target
            .map_or_else(Vec::new, |name| vec!["--target", name])
            .into_iter()
            .fold(tree, Program::arg);
        for line in tree.read()?.lines() {
            let name = line.split_whitespace().next().unwrap_or_default();
            let banned = IMPURE.contains(&name) || (package == "jobfold-core" && NOT_IN_CORE.contains(&name));
            if banned {
                complaints.push(Complaint::new(
                    package,
                    format!("do not depend on {name}: time, chance and I/O are arguments"),
                ));
            }
        }
    }
    Ok(())
}

/// Only code counts: a comment may explain what the index is made of.
fn databases_are_named_once(file: &Source, complaints: &mut Vec<Complaint>) {
    if !file.is_rust() || !PRODUCT.iter().any(|room| file.path.starts_with(room)) {
        return;
    }
    for (name, home) in NAMED_ONCE {
        if file.path == home {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let names = |word: &str| word.split('_').any(|part| part == name);
            if code.split(|c: char| !c.is_alphanumeric() && c != '_').any(names) {
                let at = format!("{}:{}", file.path, index + 1);
                complaints.push(Complaint::new(at, format!("leave {name} to {home}")));
            }
        }
    }
}

/// The page takes the package by its name, and neither room reaches into another by a relative path.
fn javascript_stays_in_its_room(file: &Source, complaints: &mut Vec<Complaint>) {
    let room = file.path.split('/').next().unwrap_or_default();
    if !file.is_javascript() || !["web-demo", "node-bindings"].contains(&room) {
        return;
    }
    let depth = file.path.matches('/').count() - 1;
    for (index, line) in file.text.lines().enumerate() {
        let Some(specifier) = imported(line) else { continue };
        let climbs = specifier.split('/').take_while(|part| *part == "..").count();
        if climbs > depth {
            let at = format!("{}:{}", file.path, index + 1);
            complaints.push(Complaint::new(
                at,
                format!("import by name instead of {specifier:?}: it leaves {room}/"),
            ));
        }
    }
}

/// The quoted module of an `import … from '…'`, `import '…'`, `export … from '…'` or `import('…')` on this line.
fn imported(line: &str) -> Option<&str> {
    let line = line.trim();
    let is_import = ["import ", "export ", "} from "]
        .iter()
        .any(|start| line.starts_with(start))
        || line.contains("import(");
    let quote = line.find(['\'', '"']).filter(|_| is_import)?;
    let rest = &line[quote + 1..];
    rest.find(['\'', '"']).map(|end| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn imports_that_leave_the_room_are_found() {
        let check = |path: &str, text: &str| {
            let mut complaints = Vec::new();
            javascript_stays_in_its_room(&source(path, text), &mut complaints);
            complaints.len()
        };
        assert_eq!(
            check(
                "web-demo/src/a.ts",
                "import { x } from '../../node-bindings/dist/x.js';"
            ),
            1
        );
        assert_eq!(check("web-demo/src/a.ts", "import { x } from '../b.js';"), 0);
        assert_eq!(check("web-demo/src/a.ts", "import { x } from 'jobfold';"), 0);
    }

    #[test]
    fn only_code_names_a_database() {
        let check = |path: &str, text: &str| {
            let mut complaints = Vec::new();
            databases_are_named_once(&source(path, text), &mut complaints);
            complaints.len()
        };
        assert_eq!(check("daemon/src/log/segments.rs", "use sled::Db;"), 1);
        assert_eq!(check("daemon/src/log/segments.rs", "// sled holds the index"), 0);
        assert_eq!(check("daemon/src/log/index.rs", "use sled::Db;"), 0);
        assert_eq!(check("tests/benches/log.rs", "use sled::Db;"), 0);
    }
}
