//! The command line: arguments in, exit code out.
//!
//! Owns the list of commands and what they share: where the state is, how to speak, how to end. Each command has a
//! file of its own. Must not hold rules about events or jobs.
//!
//! | file | holds |
//! |---|---|
//! | `serve` | the daemon |
//! | `link`, `tail` | a running daemon's clients |
//! | `replay` | a file folded without a daemon |
//! | `export`, `import`, `verify`, `repair` | the log as a whole |
//! | `completions`, `man`, `openapi` | the command line about itself |
//! | `exit`, `output`, `client`, `prompt` | what all of them share |

#![allow(
    clippy::doc_markdown,
    reason = "comments on arguments are shown by --help, where backticks would stay"
)]

mod client;
mod completions;
mod exit;
mod export;
mod import;
mod link;
mod man;
mod openapi;
mod output;
mod prompt;
mod repair;
mod replay;
mod serve;
mod tail;
mod verify;

use crate::state_dir::StateDir;
use clap::{Args, Parser, Subcommand};
use exit::Failure;
use output::{Color, Output};
use std::path::PathBuf;
use std::process::ExitCode;

/// The history of every job as one ordered, tamper-evident log, and the job cards that follow from it.
#[derive(Debug, Parser)]
#[command(name = "jobfold", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 conflict, 6 not authorised,\n\
    7 daemon unreachable, 130 interrupted. Data goes to stdout, words go to stderr."
)]
struct Cli {
    /// Colour the words on stderr; `auto` honours NO_COLOR and CLICOLOR_FORCE.
    #[arg(
        long,
        value_enum,
        default_value_t = Color::Auto,
        global = true,
        value_name = "WHEN",
        help_heading = "Everywhere"
    )]
    color: Color,
    /// Say nothing but errors.
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    quiet: bool,
    /// Never ask; refuse instead.
    #[arg(long, global = true, help_heading = "Everywhere")]
    no_input: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Link(link::Link),
    Replay(replay::Replay),
    Events(Events),
    Export(export::Export),
    Import(import::Import),
    Verify(verify::Verify),
    Repair(repair::Repair),
    Completions(completions::Completions),
    Man(man::Man),
    #[command(hide = true)]
    Openapi(openapi::Openapi),
}

/// Look at a running daemon's events.
#[derive(Debug, Args)]
struct Events {
    #[command(subcommand)]
    command: EventsCommand,
}

#[derive(Debug, Subcommand)]
enum EventsCommand {
    Tail(tail::Tail),
}

/// Where a daemon's state is.
#[derive(Debug, Args)]
struct StateArgs {
    /// Directory that holds the log and the tokens [default: $XDG_STATE_HOME/jobfold or ~/.local/state/jobfold].
    #[arg(long, value_name = "DIR", env = "JOBFOLD_STATE_DIR")]
    state_dir: Option<PathBuf>,
}

impl StateArgs {
    fn dir(&self) -> StateDir {
        StateDir::new(self.state_dir.clone().unwrap_or_else(StateDir::default_root))
    }
}

/// Reads the process's arguments and runs a command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    cli.color.apply();
    let (quiet, ask) = (cli.quiet, !cli.no_input);
    let speak = |json| Output { json, quiet };
    let (output, outcome) = match cli.command {
        Command::Serve(command) => (speak(false), command.run(speak(false))),
        Command::Link(command) => (speak(command.json), command.run(speak(command.json))),
        Command::Replay(command) => (speak(command.json), command.run(speak(command.json))),
        Command::Events(Events {
            command: EventsCommand::Tail(command),
        }) => (speak(command.ndjson), command.run(speak(command.ndjson))),
        Command::Export(command) => (speak(false), command.run(speak(false))),
        Command::Import(command) => (speak(command.json), command.run(speak(command.json))),
        Command::Verify(command) => (speak(command.json), command.run(speak(command.json))),
        Command::Repair(command) => (speak(command.json), command.run(speak(command.json), ask)),
        Command::Completions(command) => (speak(false), command.run()),
        Command::Man(command) => (speak(false), command.run()),
        Command::Openapi(_) => (speak(false), openapi::Openapi::run()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.end(output),
    }
}

/// A runtime for commands that talk to a daemon: one thread is plenty.
fn client_runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::failed("runtime_failed", format!("failed to start: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
