//! The repository's text files, as the rules see them. Built things and other people's things are not among them.

use std::fs;
use std::path::Path;

use crate::run::{Context, Outcome};

/// Folders that hold nothing written by hand; `.git` is a file in a second work tree.
const BUILT: [&str; 5] = [".git", "target", "node_modules", "dist", "corpus"];

/// Files that tools write.
const GENERATED: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// A text file.
pub(super) struct Source {
    /// Path from the root, with forward slashes.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// What follows the last dot of the name; empty if there is none.
    pub(super) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Recorded data speaks for itself: no rule about style applies.
    pub(super) fn is_data(&self) -> bool {
        self.name().contains(".snap") || ["json", "jsonl", "ndjson"].contains(&self.extension())
    }

    pub(super) fn is_rust(&self) -> bool {
        self.extension() == "rs"
    }

    pub(super) fn is_javascript(&self) -> bool {
        ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"].contains(&self.extension())
    }
}

/// All text files under the root, sorted by path.
pub(super) fn sources(root: &Path) -> Outcome<Vec<Source>> {
    let mut found = Vec::new();
    walk(root, "", &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) -> Outcome {
    for entry in fs::read_dir(folder).context(folder.display())? {
        let entry = entry.context(folder.display())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().context(&path)?;
        if BUILT.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), found)?;
        } else if kind.is_file() && !GENERATED.contains(&name.as_str()) {
            // What is not UTF-8 is no text, and no rule's business.
            if let Ok(text) = fs::read_to_string(entry.path()) {
                found.push(Source { path, text });
            }
        }
    }
    Ok(())
}
