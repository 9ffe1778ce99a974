//! `jobfold man`.

use super::exit::Failure;
use super::output::data;
use clap::{Args, CommandFactory};
use std::path::PathBuf;

/// Print the manual page, or write the pages of all commands into a directory.
#[derive(Debug, Args)]
#[command(after_help = "Example: jobfold man | man -l -")]
pub(super) struct Man {
    /// Write jobfold.1, jobfold-serve.1 and so on into this directory instead.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let command = super::Cli::command();
        if let Some(dir) = &self.dir {
            return clap_mangen::generate_to(command, dir)
                .map_err(|error| Failure::failed("output_failed", format!("{}: {error}", dir.display())));
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        Ok(data(&page)?)
    }
}
