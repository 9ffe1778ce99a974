//! `cargo xtask bless`: accepts what the code does now as what it should do.
//!
//! Rewrites every checked-in file that is made from code: insta's snapshots of the replay tests, and the table of sizes
//! where everything is built. Nothing is judged here; the diff is for a person to read before it is committed.

use crate::places;
use crate::run::{Outcome, Program, say};
use crate::sizes::Sizes;

/// Rewrites snapshots, the OpenAPI document and the table of sizes from what the code does now. Read the diff.
#[derive(clap::Args)]
pub(crate) struct Bless {}

impl Bless {
    pub(crate) fn run() -> Outcome {
        let root = places::root();
        let tests = ["test", "--quiet", "--locked", "--workspace", "--no-fail-fast"];
        // insta writes instead of comparing; JOBFOLD_BLESS tells the same to tests of files that insta does not own.
        let snapshots = Program::cargo()
            .folder(&root)
            .args(tests)
            .env("INSTA_UPDATE", "always")
            .env("JOBFOLD_BLESS", "1");
        snapshots.run()?;
        if let Err(why) = Sizes::bless() {
            say(&format!("sizes stay as they are: {why}"));
        }
        Program::new("git").folder(&root).args(["status", "--short"]).run()
    }
}
