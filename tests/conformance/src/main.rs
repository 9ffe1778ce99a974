//! `jobfold-conformance PATH... --world native,node,browser`: the runner behind `cargo xtask conform`, which builds
//! what this needs and names it on the command line.
//!
//! Exit code 0 if every case passed in every world, 1 otherwise, also when nothing ran.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use jobfold_conformance::worlds::{Tools, World};
use jobfold_conformance::{files, report};

/// Deeply nested cases are read by recursion.
const STACK_BYTES: usize = 512 << 20;

/// Runs contract cases in every world the core lives in.
#[derive(Parser)]
struct Arguments {
    /// Files or folders of cases, anywhere on the disk. Markdown is passed over.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Worlds to run in, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "native,node,browser", value_parser = world)]
    world: Vec<World>,
    /// The npm package's folder, built.
    #[arg(long, default_value = "node-bindings")]
    package: PathBuf,
    /// A folder for requests and answers.
    #[arg(long, default_value = "target/conform")]
    scratch: PathBuf,
    /// Chromium's program.
    #[arg(long, default_value = "chromium")]
    chromium: PathBuf,
}

fn world(name: &str) -> Result<World, String> {
    World::from_name(name).ok_or_else(|| "expected native, node or browser".to_owned())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let thread = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || run(arguments));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run(arguments: Arguments) -> bool {
    let Arguments {
        paths,
        world,
        package,
        scratch,
        chromium,
    } = arguments;
    let tools = Tools {
        package,
        scratch,
        chromium,
    };
    let tallies = report::run(&files::find(&paths), &world, &tools);
    let failures: String = tallies.iter().map(|tally| tally.failures.as_str()).collect();
    let lines: String = tallies.iter().map(|tally| tally.line() + "\n").collect();
    print!("{failures}{lines}");
    !tallies.is_empty() && tallies.iter().all(report::Tally::is_good)
}
