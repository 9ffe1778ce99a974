//! `jobfold-parity FIXTURES`: every history through native code, Node and headless Chromium, a line of digests each.
//!
//! `cargo xtask test` builds what this needs and names it on the command line. Exit code 0 if every world gave every
//! golden, 1 otherwise.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use jobfold_conformance::parity::{self, Subject};
use jobfold_conformance::worlds::{Tools, World};

/// Folds every checked-in history in each world and compares with its golden, byte for byte.
#[derive(Parser)]
struct Arguments {
    /// The folder of fixtures.
    fixtures: PathBuf,
    /// The npm package's folder, built.
    #[arg(long, default_value = "node-bindings")]
    package: PathBuf,
    /// A folder for requests and answers.
    #[arg(long, default_value = "target/parity")]
    scratch: PathBuf,
    /// Chromium's program.
    #[arg(long, default_value = "chromium")]
    chromium: PathBuf,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// How many answers were not the golden.
fn run(arguments: Arguments) -> Result<usize, String> {
    let Arguments {
        fixtures,
        package,
        scratch,
        chromium,
    } = arguments;
    let tools = Tools {
        package,
        scratch,
        chromium,
    };
    let subjects = parity::subjects(&fixtures)?;
    let worlds = [World::Native, World::Node, World::Browser];
    let mut answers = Vec::new();
    for world in worlds {
        answers.push(parity::answers(world, &subjects, &tools)?);
    }
    for (index, subject) in subjects.iter().enumerate() {
        let shorts: Vec<String> = answers.iter().map(|world| Subject::short(&world[index])).collect();
        println!("{:<36} {}", subject.name, shorts.join("  "));
    }
    let mut failed_in_all = 0;
    for (world, answers) in worlds.iter().zip(&answers) {
        let mut failed = 0;
        for (subject, answer) in subjects.iter().zip(answers) {
            if let Some(difference) = subject.difference(answer) {
                failed += 1;
                println!("FAILED {} {}\n{difference}", world.name(), subject.name);
            }
        }
        println!(
            "{}: {} passed, {failed} failed, 0 skipped",
            world.name(),
            subjects.len() - failed
        );
        failed_in_all += failed;
    }
    Ok(failed_in_all)
}
