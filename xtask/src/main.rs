//! `cargo xtask`: the repository's chores, one file a command.
//!
//! Here is only the list of commands; each file says what its command does and leaves behind. Chores may know every
//! room; no room knows them, and nothing here is part of the product.

mod bench;
mod bless;
mod conform;
mod count;
mod demo;
mod install;
mod npm;
mod places;
mod run;
mod sizes;
mod test;
mod tidy;
mod toolchain;
mod wasm;
mod web;

use std::process::ExitCode;

use clap::Parser;

/// Builds, checks, shows and measures Jobfold. Everything a chore makes lands under `target/`, except the npm
/// package's and the page's own `dist` folders.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
enum Xtask {
    Demo(demo::Demo),
    Test(test::Test),
    Wasm(wasm::Wasm),
    Npm(npm::Npm),
    Web(web::Web),
    Conform(conform::Conform),
    Bench(bench::Bench),
    Sizes(sizes::Sizes),
    Bless(bless::Bless),
    Tidy(tidy::Tidy),
}

fn main() -> ExitCode {
    let outcome = match Xtask::parse() {
        Xtask::Demo(chore) => chore.run(),
        Xtask::Test(chore) => chore.run(),
        Xtask::Wasm(_) => wasm::Wasm::run(),
        Xtask::Npm(_) => npm::Npm::run(),
        Xtask::Web(_) => web::Web::run(),
        Xtask::Conform(chore) => chore.run(),
        Xtask::Bench(chore) => chore.run(),
        Xtask::Sizes(_) => sizes::Sizes::run(),
        Xtask::Bless(_) => bless::Bless::run(),
        Xtask::Tidy(_) => tidy::Tidy::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_silent() {
                eprintln!("error: {failure}");
            }
            ExitCode::FAILURE
        }
    }
}
