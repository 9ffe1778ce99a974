//! Finds a Rust toolchain that can build for `wasm32-unknown-unknown`, and says how to call it.
//!
//! Three ways, in this order:
//! 1. the toolchain in use already has the target;
//! 2. `rustup target add` gets it, which needs the network and so has a time limit;
//! 3. Debian's `rustc-web` with `rust-web-src`: its own compiler builds the standard library from source.
//!
//! Owns the differences between them; the caller only adds what to build. Must not know what is built.

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

/// The oldest compiler that builds the workspace, as in Cargo.toml's `rust-version`.
const MINOR_MIN: u32 = 90;

/// A way to build for wasm.
pub(crate) enum Toolchain {
    /// The cargo in use, whose toolchain has the target.
    Installed,
    /// Debian's, which has the library only as source.
    Debian { linker: PathBuf },
}

impl Toolchain {
    /// The first way that works on this machine.
    pub(crate) fn find() -> Outcome<Self> {
        if has_target() {
            return Ok(Self::Installed);
        }
        if let Some(linker) = debian_linker().filter(|_| debian_compiler_is_ready()) {
            return Ok(Self::Debian { linker });
        }
        say("rustup target add wasm32-unknown-unknown");
        if Program::new("rustup")
            .args(["target", "add", TARGET])
            .succeeds_within(RUSTUP_LIMIT)
            && has_target()
        {
            return Ok(Self::Installed);
        }
        install::debian(&DEBIAN_PACKAGES)?;
        if !debian_compiler_is_ready() {
            return Err(Failure::new(format!(
                "no toolchain for {TARGET}: rustup could not add it, and Debian's rustc is missing or older than 1.{MINOR_MIN}"
            )));
        }
        debian_linker()
            .map(|linker| Self::Debian { linker })
            .ok_or_else(|| Failure::new("no wasm-ld found; install lld"))
    }

    /// `cargo build` for the target with these rustc flags, into a folder of its own, since another compiler's files
    /// beside ours would make both start over.
    pub(crate) fn cargo_build(&self, flags: &[String]) -> Program {
        let cargo = match self {
            Self::Installed => Program::cargo().arg("build"),
            Self::Debian { linker } => Program::new("/usr/bin/cargo")
                .without_cargo_package()
                .without_env("RUSTUP_TOOLCHAIN")
                .without_env("LD_LIBRARY_PATH")
                .env("RUSTC", "/usr/bin/rustc")
                // Building the library from source is an unstable option of a stable compiler.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                .args(["build", "-Zbuild-std=std,panic_abort"])
                // The hot loops are our own; of the standard library a page should load as little as it can.
                .arg("-Zbuild-std-features=optimize_for_size"),
        };
        let mut flags = flags.to_vec();
        if matches!(self, Self::Debian { .. }) {
            flags.extend(BARE_PANICS.map(str::to_owned));
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

fn has_target() -> bool {
    let print = ["--print", "target-libdir", "--target", TARGET];
    Program::new("rustc")
        .args(print)
        .read()
        .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

fn debian_compiler_is_ready() -> bool {
    let source = Path::new("/usr/lib/rustlib/src/rust/library/Cargo.lock");
    let version = Program::new("/usr/bin/rustc")
        .without_env("LD_LIBRARY_PATH")
        .arg("--version")
        .read();
    source.is_file()
        && Path::new("/usr/bin/cargo").is_file()
        && version.is_ok_and(|text| minor(&text).is_some_and(|minor| minor >= MINOR_MIN))
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
