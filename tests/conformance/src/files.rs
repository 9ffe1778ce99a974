//! Finds the files that were asked for: files as they are, folders with everything below, in a stable order.
//!
//! Markdown is for people and passed over; a path that cannot be read stays in the list, to be reported as a failure.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All files below the paths, each once, sorted within a folder; what could not be looked into is listed as itself.
pub fn find(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut search = Search {
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    for path in paths {
        search.visit(path);
    }
    search.found
}

struct Search {
    /// Real paths, so that links cannot lead in circles and no file counts twice.
    seen: BTreeSet<PathBuf>,
    found: Vec<PathBuf>,
}

impl Search {
    fn visit(&mut self, path: &Path) {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if !self.seen.insert(real) {
            return;
        }
        match fs::read_dir(path) {
            Ok(entries) => {
                let mut inside: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
                inside.sort();
                for path in &inside {
                    self.visit(path);
                }
            }
            Err(_) if is_markdown(path) && path.exists() => {}
            Err(_) => self.found.push(path.to_path_buf()),
        }
    }
}

fn is_markdown(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}
