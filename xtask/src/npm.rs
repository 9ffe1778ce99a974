//! `cargo xtask npm`: the npm package, built and packed as it would be published.
//!
//! Leaves `node-bindings/dist/` (what the package's entries are made of) and one tarball in `target/npm/`. How the
//! package is put together is the package's own business (`npm run build`); this file only feeds it the modules.

use std::fs;
use std::path::PathBuf;

use crate::install;
use crate::places;
use crate::run::{Context, Failure, Outcome, Program};
use crate::wasm::Wasm;

/// Builds the WebAssembly modules and the npm package around them, and packs it into target/npm.
#[derive(clap::Args)]
pub(crate) struct Npm {}

impl Npm {
    pub(crate) fn run() -> Outcome {
        Wasm::run()?;
        build()?;
        let tarball = Self::pack()?;
        println!("{}", tarball.display());
        Ok(())
    }

    /// Packs what was built; older tarballs go, so that the folder never holds two versions.
    pub(crate) fn pack() -> Outcome<PathBuf> {
        let folder = places::npm_packed();
        if folder.exists() {
            fs::remove_dir_all(&folder).context(folder.display())?;
        }
        fs::create_dir_all(&folder).context(folder.display())?;
        let pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination"];
        install::npm(&places::node_bindings()).args(pack).arg(&folder).run()?;
        let mut packed = fs::read_dir(&folder).context(folder.display())?.filter_map(Result::ok);
        packed
            .next()
            .map(|entry| entry.path())
            .ok_or_else(|| Failure::new("npm pack left no tarball"))
    }
}

/// Builds the package from the modules that are already there.
pub(crate) fn build() -> Outcome {
    let package = places::node_bindings();
    install::npm_ci(&package)?;
    install::npm(&package).args(["run", "--silent", "build"]).run()
}

/// A test command of one of the two packages; each prints the summary of Node's test runner.
#[derive(Clone, Copy)]
pub(crate) enum Script {
    /// The npm package in Node.
    Test,
    /// The packed tarball, installed into scratch projects as a stranger would.
    Packaging,
    /// The built page in headless Chromium, from a file server and from the daemon.
    Page,
}

impl Script {
    pub(crate) fn program(self) -> Program {
        let (package, script) = match self {
            Self::Test => (places::node_bindings(), "test"),
            Self::Packaging => (places::node_bindings(), "packaging"),
            Self::Page => (places::web_demo(), "test:built"),
        };
        install::npm(&package).args(["run", "--silent", script])
    }
}
