//! `cargo xtask conform`: contract cases from anywhere, in every world.
//!
//! Builds what the chosen worlds need, then hands over to the package `jobfold-conformance`, which owns reading,
//! running, comparing and reporting. A package of its own, so that xtask compiles without the core.

use std::path::PathBuf;

use crate::install;
use crate::npm;
use crate::places;
use crate::run::{Failure, Outcome, Program};
use crate::wasm::Wasm;

/// Runs contract cases from files or folders, recursively. Each file's contract is told by its content; markdown is
/// passed over, any other file that no contract recognises is a failure. Prints failures with their differences, then
/// one line for each world. Fails if a case fails or nothing ran.
#[derive(clap::Args)]
pub(crate) struct Conform {
    /// Files or folders of cases, anywhere on the disk.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where to run them, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "native,node,browser")]
    pub(crate) world: Vec<World>,
}

/// A world that the core lives in.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum World {
    /// The core as a Rust library.
    Native,
    /// The npm package in Node.
    Node,
    /// The npm package in headless Chromium.
    Browser,
}

impl Conform {
    pub(crate) fn run(&self) -> Outcome {
        self.prepare()?;
        if self.program()?.run_to_the_end()? {
            Ok(())
        } else {
            Err(Failure::silent())
        }
    }

    /// Builds the npm package where a world needs it.
    fn prepare(&self) -> Outcome {
        if self.world.iter().all(|world| *world == World::Native) {
            return Ok(());
        }
        Wasm::run()?;
        npm::build()
    }

    /// The runner on these cases, once everything it needs is built.
    pub(crate) fn program(&self) -> Outcome<Program> {
        let names: Vec<&str> = self.world.iter().map(|world| world.name()).collect();
        let browser = self.world.contains(&World::Browser);
        let runner = runner("jobfold-conformance", browser)?
            .arg("--world")
            .arg(names.join(","));
        Ok(runner.args(&self.paths))
    }
}

/// The same histories in all three worlds, compared with their goldens.
pub(crate) fn parity() -> Outcome<Program> {
    Ok(runner("jobfold-parity", true)?.arg(places::root().join("fixtures")))
}

/// A program of the package `jobfold-conformance`, told where the package and Chromium are.
fn runner(name: &str, browser: bool) -> Outcome<Program> {
    let manifest = places::root().join("Cargo.toml");
    let build = [
        "build",
        "--quiet",
        "--locked",
        "--package",
        "jobfold-conformance",
        "--manifest-path",
    ];
    Program::cargo().args(build).arg(manifest).run()?;
    let runner = Program::new(places::target().join("debug").join(name));
    let runner = runner.arg("--package").arg(places::node_bindings());
    let runner = runner.arg("--scratch").arg(places::target().join(name));
    if browser {
        return Ok(runner.arg("--chromium").arg(install::chromium()?));
    }
    Ok(runner)
}

impl World {
    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Node => "node",
            Self::Browser => "browser",
        }
    }
}
