//! Rules about what is written for people, and about data that nothing reads.

use std::fs;
use std::path::Path;

use clap::CommandFactory;

use super::Complaint;
use super::tree::Source;
use crate::Xtask;
use crate::run::{Context, Outcome};

/// Without these a stranger cannot begin.
const PAPERS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "docs/log-format.md",
];

pub(super) fn check(root: &Path, files: &[Source]) -> Outcome<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for paper in PAPERS {
        if !root.join(paper).is_file() {
            complaints.push(Complaint::new(paper, "write it"));
        }
    }
    commands_exist(files, &mut complaints);
    links_lead_somewhere(root, files, &mut complaints);
    fixtures_are_read(root, files, &mut complaints)?;
    Ok(complaints)
}

/// Every `cargo xtask NAME` that a paper tells people to type is a command.
fn commands_exist(files: &[Source], complaints: &mut Vec<Complaint>) {
    let command = Xtask::command();
    let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    for file in files.iter().filter(|file| file.extension() == "md") {
        for (index, line) in file.text.lines().enumerate() {
            for after in line.split("cargo xtask ").skip(1) {
                let name = after
                    .split(|c: char| !c.is_ascii_lowercase() && c != '-')
                    .next()
                    .unwrap_or_default();
                if !name.is_empty() && !known.contains(&name) {
                    let at = format!("{}:{}", file.path, index + 1);
                    complaints.push(Complaint::new(at, format!("there is no command `cargo xtask {name}`")));
                }
            }
        }
    }
}

/// A relative link in markdown names a file or folder of the repository.
fn links_lead_somewhere(root: &Path, files: &[Source], complaints: &mut Vec<Complaint>) {
    for file in files.iter().filter(|file| file.extension() == "md") {
        let folder = root
            .join(&file.path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        for (index, line) in file.text.lines().enumerate() {
            for after in line.split("](").skip(1) {
                let target = after.split([')', '#', ' ']).next().unwrap_or_default();
                let elsewhere = target.is_empty() || target.contains(':') || target.starts_with('/');
                if !elsewhere && !folder.join(target).exists() {
                    let at = format!("{}:{}", file.path, index + 1);
                    complaints.push(Complaint::new(at, format!("the link to {target:?} leads nowhere")));
                }
            }
        }
    }
}

/// A history has its fold beside it, which the replay tests check; any other folder is named by the code that reads it.
fn fixtures_are_read(root: &Path, files: &[Source], complaints: &mut Vec<Complaint>) -> Outcome {
    let fixtures = root.join("fixtures");
    if !fixtures.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&fixtures).context(fixtures.display())? {
        let entry = entry.context(fixtures.display())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        let inside = format!("fixtures/{name}/");
        let has = |what: fn(&Source) -> bool| files.iter().any(|file| file.path.starts_with(&inside) && what(file));
        let is_history = entry.path().join("events.jsonl").is_file();
        let read = if is_history {
            has(|file| file.name().contains(".snap"))
        } else {
            let readers = files.iter().filter(|file| file.is_rust() || file.is_javascript());
            readers.into_iter().any(|file| file.text.contains(&name))
        };
        if !read {
            complaints.push(Complaint::new(
                format!("fixtures/{name}"),
                "nothing reads it: take it out, or test with it",
            ));
        }
    }
    Ok(())
}
