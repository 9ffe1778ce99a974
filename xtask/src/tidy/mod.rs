//! `cargo xtask tidy`: the rules of the house that a compiler does not know.
//!
//! Each rule is a function from the tree of sources to complaints; every complaint names file, line and rule. Also a
//! test of this package, so that `cargo test` finds what CI would. A rule must hold for the whole repository: there are
//! no lists of exceptions, only a rule's own definition of what it looks at.

mod paper;
mod rooms;
mod text;
mod tree;

use std::fmt::Write as _;

use crate::places;
use crate::run::{Failure, Outcome};

/// Checks the rules that no compiler knows: how files open, what rooms may import, what must not be left behind.
#[derive(clap::Args)]
pub(crate) struct Tidy {}

/// One broken rule at one place.
#[derive(Debug)]
pub(crate) struct Complaint {
    /// File or package, and the line where there is one.
    at: String,
    /// What the rule wants, as a sentence that can be acted upon.
    wants: String,
}

impl Complaint {
    fn new(at: impl Into<String>, wants: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            wants: wants.into(),
        }
    }
}

impl Tidy {
    pub(crate) fn run() -> Outcome {
        let complaints = complaints()?;
        if complaints.is_empty() {
            println!("tidy: nothing to complain about");
            return Ok(());
        }
        let mut told = String::new();
        for Complaint { at, wants } in &complaints {
            let _ = writeln!(told, "{at}: {wants}");
        }
        Err(Failure::new(format!(
            "tidy has {} complaints\n{told}",
            complaints.len()
        )))
    }
}

/// Every complaint of every rule.
fn complaints() -> Outcome<Vec<Complaint>> {
    let root = places::root();
    let files = tree::sources(&root)?;
    let mut complaints = text::check(&files);
    complaints.extend(rooms::check(&root, &files)?);
    complaints.extend(paper::check(&root, &files)?);
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let complaints = super::complaints().expect("the tree can be read");
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}
