//! Finds a Rust toolchain that can build for `wasm32-unknown-unknown`, and says how to call it.
//!
//! The standard library is built from its source together with the module: only so can a panic become a bare trap, and
//! the library be built for size, which takes a quarter off the module. Where the source comes from, in this order:
//! 1. the toolchain in use has it;
//! 2. `rustup component add rust-src` gets it, which needs the network and so has a time limit;
//! 3. Debian's `rust-web-src`, with Debian's own compiler.
//!
//! Failing all that, the target's ready-made library does, for a larger module.
//!
//! Owns the differences between these; the caller only adds what to build. Must not know what is built.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::install;
use crate::places;
use crate::run::{Failure, Outcome, Program, say};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// `rustup` answers at once without a network; with a slow one it has this long.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// Debian's compiler, its cargo, the library's source and a linker for wasm.
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Where the standard library is built with the module, a panic is nothing but a trap: its text and place are a tenth
/// of the module, and the page cannot do more with them than with the trap.
const BARE_PANICS: [&str; 4] = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
];

/// The oldest compiler that knows the flags above; the workspace itself builds with older ones.
const MINOR_MIN: u32 = 92;

/// A way to build for wasm.
pub(crate) enum Toolchain {
    /// The cargo in use, whose toolchain has the library's source.
    Source,
    /// Debian's, which has it too.
    Debian { linker: PathBuf },
    /// The cargo in use, with a library that was built by others.
    ReadyMade,
}

impl Toolchain {
    /// The first way that works on this machine.
    pub(crate) fn find() -> Outcome<Self> {
        if has_source() {
            return Ok(Self::Source);
        }
        if let Some(debian) = debian() {
            return Ok(debian);
        }
        if rustup(&["component", "add", "rust-src"]) && has_source() {
            return Ok(Self::Source);
        }
        let refused = install::debian(&DEBIAN_PACKAGES).err();
        if let Some(debian) = debian() {
            return Ok(debian);
        }
        if has_target() || (rustup(&["target", "add", TARGET]) && has_target()) {
            say("building with a ready-made standard library: the modules will be larger than published ones");
            return Ok(Self::ReadyMade);
        }
        let refused = refused.map_or_else(String::new, |why| why.to_string());
        Err(Failure::new(format!(
            "no toolchain for {TARGET}: rustup and apt-get could not provide one\n{refused}"
        )))
    }

    /// `cargo build` for the target with these rustc flags, into a folder of its own, since another compiler's files
    /// beside ours would make both start over.
    pub(crate) fn cargo_build(&self, flags: &[String]) -> Program {
        let cargo = match self {
            Self::Source | Self::ReadyMade => Program::cargo(),
            Self::Debian { linker } => Program::new("/usr/bin/cargo")
                .without_cargo_package()
                .without_env("RUSTUP_TOOLCHAIN")
                .without_env("LD_LIBRARY_PATH")
                .env("RUSTC", "/usr/bin/rustc")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker),
        };
        let mut cargo = cargo.arg("build");
        let mut flags = flags.to_vec();
        if !matches!(self, Self::ReadyMade) {
            flags.extend(BARE_PANICS.map(str::to_owned));
            // Building the library from source is an unstable option of a stable compiler.
            cargo = cargo.env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=std,panic_abort");
            // The hot loops are our own; of the standard library a page should load as little as it can.
            cargo = cargo.arg("-Zbuild-std-features=optimize_for_size");
        }
        // The encoded form replaces every other variable with flags, and its separator allows spaces in paths.
        cargo
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .args(["--locked", "--target", TARGET, "--target-dir"])
            .arg(build_dir())
    }
}

/// Where the modules are compiled, before any tool touched them.
pub(crate) fn build_dir() -> PathBuf {
    places::target().join("wasm-build")
}

fn rustup(arguments: &[&str]) -> bool {
    let rustup = Program::new("rustup").args(arguments);
    say(rustup.shown());
    rustup.succeeds_within(RUSTUP_LIMIT)
}

fn has_target() -> bool {
    let print = ["--print", "target-libdir", "--target", TARGET];
    Program::new("rustc")
        .args(print)
        .read()
        .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

fn has_source() -> bool {
    let sysroot = Program::new("rustc").args(["--print", "sysroot"]).read();
    let source = |folder: String| Path::new(folder.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    sysroot.is_ok_and(|folder| source(folder).is_file()) && is_new_enough("rustc")
}

/// Debian's toolchain, if all of it is there.
fn debian() -> Option<Toolchain> {
    let source = Path::new("/usr/lib/rustlib/src/rust/library/Cargo.lock");
    let whole = source.is_file() && Path::new("/usr/bin/cargo").is_file() && is_new_enough("/usr/bin/rustc");
    debian_linker()
        .filter(|_| whole)
        .map(|linker| Toolchain::Debian { linker })
}

fn is_new_enough(rustc: &str) -> bool {
    let version = Program::new(rustc)
        .without_env("LD_LIBRARY_PATH")
        .arg("--version")
        .read();
    version.is_ok_and(|text| minor(&text).is_some_and(|minor| minor >= MINOR_MIN))
}

/// The middle number of `rustc 1.96.0 (…)`.
fn minor(version: &str) -> Option<u32> {
    version.split_whitespace().nth(1)?.split('.').nth(1)?.parse().ok()
}

fn debian_linker() -> Option<PathBuf> {
    install::find_program(&["wasm-ld-19", "wasm-ld-20", "wasm-ld-21", "wasm-ld-22", "wasm-ld"])
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn reads_the_compilers_version() {
        assert_eq!(
            minor("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"),
            Some(96)
        );
        assert_eq!(minor("something else"), None);
    }
}
