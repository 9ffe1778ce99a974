//! `jobfold completions SHELL`.

use super::exit::Failure;
use super::output::data;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example: jobfold completions bash > ~/.local/share/bash-completion/completions/jobfold")]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Cli::command(), "jobfold", &mut script);
        Ok(data(&script)?)
    }
}
