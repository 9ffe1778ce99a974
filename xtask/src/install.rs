//! Installs what a bare machine lacks: Debian's packages by apt, and tools from npm under `target/tools`.
//!
//! Each function first looks whether the thing is there, so a second run costs nothing. On a system without apt it
//! says what to install by hand. Owns the pinned versions of tools that no package of ours depends on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::places;
use crate::run::{Context, Failure, Outcome, Program};

/// wasm-opt comes from here: Debian's own is too old for what rustc emits.
const BINARYEN: &str = "binaryen@132.0.0";

/// The first of these programs found in `PATH`.
pub(crate) fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

/// Installs or upgrades Debian packages, as root or through sudo. The lists are refreshed first: old ones name versions
/// that are gone from the servers, or too old for us.
pub(crate) fn debian(packages: &[&str]) -> Outcome {
    let by_hand = || {
        Failure::new(format!(
            "please install these by hand, then run again: {}",
            packages.join(" ")
        ))
    };
    if find_program(&["apt-get"]).is_none() {
        return Err(by_hand());
    }
    // One unreachable list among many makes this fail, and may not matter.
    let _ = apt().arg("update").run();
    let install = apt()
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages);
    install
        .run()
        .map_err(|why| Failure::new(format!("{why}\n{}", by_hand())))
}

fn apt() -> Program {
    let is_root = Program::new("id").arg("-u").read().is_ok_and(|id| id.trim() == "0");
    let apt = if is_root {
        Program::new("apt-get")
    } else {
        Program::new("sudo").args(["-n", "apt-get"])
    };
    // A half-configured machine may have another apt at work right after it boots.
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-q", "-o", "DPkg::Lock::Timeout=120"])
}

/// Chromium for the browser tests; installs Debian's when there is none.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    let found = || {
        let named = std::env::var_os("CHROMIUM")
            .map(PathBuf::from)
            .filter(|file| file.is_file());
        named.or_else(|| find_program(&["chromium", "chromium-browser", "google-chrome"]))
    };
    if found().is_none() {
        debian(&["chromium"])?;
    }
    found().ok_or_else(|| Failure::new("no chromium found; name one in the variable CHROMIUM"))
}

/// Installs exactly what a package's lock file says, unless that was done before with the same lock file.
pub(crate) fn npm_ci(package: &Path) -> Outcome {
    let lock = fs::read(package.join("package-lock.json")).context(package.join("package-lock.json").display())?;
    let stamp = package.join("node_modules/.installed-from");
    if fs::read(&stamp).is_ok_and(|seen| seen == lock) {
        return Ok(());
    }
    npm(package).args(["ci", "--no-audit", "--no-fund"]).run()?;
    fs::write(&stamp, lock).context(stamp.display())
}

/// npm, quiet about updates and funding, in a package's folder.
pub(crate) fn npm(folder: &Path) -> Program {
    Program::new("npm")
        .without_cargo_package()
        .folder(folder)
        .env("NPM_CONFIG_UPDATE_NOTIFIER", "false")
}

/// The `wasm-opt` of the pinned binaryen.
pub(crate) fn wasm_opt() -> Outcome<PathBuf> {
    let tools = places::tools();
    let program = tools.join("node_modules/.bin/wasm-opt");
    let stamp = tools.join("node_modules/.binaryen");
    if !fs::read_to_string(&stamp).is_ok_and(|seen| seen == BINARYEN) || !program.exists() {
        fs::create_dir_all(&tools).context(tools.display())?;
        let install = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--no-save"];
        npm(&tools)
            .args(install)
            .arg("--prefix")
            .arg(&tools)
            .arg(BINARYEN)
            .run()?;
        fs::write(&stamp, BINARYEN).context(stamp.display())?;
    }
    Ok(program)
}
