//! `cargo xtask bless`: accepts what the code does now as what it should do.
//!
//! Rewrites every checked-in file that is made from code: the goldens of the replay tests, the OpenAPI document, and
//! the table of sizes where everything is built. Nothing is judged here; the diff is for a person to read before it is
//! committed.

use std::fs;

use crate::places;
use crate::run::{Context, Outcome, Program, say};
use crate::sizes::Sizes;

/// Rewrites goldens, the OpenAPI document and the table of sizes from what the code does now. Read the diff.
#[derive(clap::Args)]
pub(crate) struct Bless {}

impl Bless {
    pub(crate) fn run() -> Outcome {
        let root = places::root();
        let cargo = || Program::cargo().folder(&root);
        let replay = [
            "test",
            "--quiet",
            "--locked",
            "--package",
            "jobfold-tests",
            "--test",
            "replay",
        ];
        cargo().args(replay).env("INSTA_UPDATE", "always").run()?;

        let openapi = root.join("docs/openapi.json");
        let describe = ["run", "--quiet", "--locked", "--package", "jobfold", "--", "openapi"];
        fs::write(&openapi, cargo().args(describe).read()?).context(openapi.display())?;

        if let Err(why) = Sizes::bless() {
            say(&format!("sizes stay as they are: {why}"));
        }
        Program::new("git").folder(&root).args(["status", "--short"]).run()
    }
}
