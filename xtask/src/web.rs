//! `cargo xtask web`: the dashboard page, built into `web-demo/dist`, from where the daemon takes it into its binary.
//!
//! The page uses the npm package by name, so the package is built first.

use crate::install;
use crate::npm;
use crate::places;
use crate::run::Outcome;
use crate::wasm::Wasm;

/// Builds the npm package and then the page into web-demo/dist; the next build of the daemon embeds it.
#[derive(clap::Args)]
pub(crate) struct Web {}

impl Web {
    pub(crate) fn run() -> Outcome {
        Wasm::run()?;
        npm::build()?;
        build()
    }
}

/// Builds the page against the package that is already there.
pub(crate) fn build() -> Outcome {
    let page = places::web_demo();
    install::npm_ci(&page)?;
    install::npm(&page).args(["run", "--silent", "build"]).run()
}
