//! `jobfold repair`.

use super::StateArgs;
use super::exit::Failure;
use super::output::{Output, data};
use super::prompt::confirm;
use super::verify::render;
use crate::log::repair;
use clap::Args;

/// Keep the longest valid part of a damaged log and set the rest aside, beside it. Deletes nothing.
#[derive(Debug, Args)]
#[command(after_help = "A log without damage is left as it is. The daemon must not be running.")]
pub(super) struct Repair {
    #[command(flatten)]
    state: StateArgs,
    /// Say what would be kept, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// Print one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

impl Repair {
    pub(super) fn run(&self, output: Output, ask: bool) -> Result<(), Failure> {
        let dir = self.state.dir().log();
        let found = repair::verify(&dir, |_| {})?;
        if found.is_whole() || self.dry_run {
            return Ok(data(render(&found, output.json).as_bytes())?);
        }
        if !self.yes {
            let kept = found.head.seq;
            output.say(render(&found, false).trim_end());
            let question = format!("Keep records 1 to {kept} and set everything after them aside?");
            confirm(
                &question,
                ask,
                "jobfold repair --yes goes ahead, jobfold repair --dry-run only looks",
            )?;
        }
        let report = repair::repair(&dir)?;
        Ok(data(render(&report, output.json).as_bytes())?)
    }
}
