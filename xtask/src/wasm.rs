//! `cargo xtask wasm`: the core as WebAssembly, twice, with the JavaScript that talks to it.
//!
//! Leaves this for the npm package, and nothing else:
//!
//! ```text
//! target/wasm-dist/
//!   normal/   core.wasm  core.js  core.d.ts      opt-level 3, for every entry but `inline`
//!   inline/   core.wasm  core.js  core.d.ts      opt-level z, for `inline`
//! ```
//!
//! `core.js` is wasm-bindgen's `web` output: an ES module exporting every function and class of the room `wasm/`,
//! `initSync({ module })` and, as default, `init({ module_or_path })`. It knows no default path of the module, has no
//! top-level effect, and imports nothing. The two folders' glue may differ in the names of imports: use each with its
//! own module. Needs SIMD in the host (every engine since 2021).

use std::fs;
use std::path::{Path, PathBuf};

use crate::install;
use crate::places;
use crate::run::{Context, Failure, Outcome, Program, say};
use crate::toolchain::{TARGET, Toolchain, build_dir};

/// Builds both modules and their glue. Nothing is done again for a module that has not changed.
#[derive(clap::Args)]
pub(crate) struct Wasm {}

/// One of the two modules.
struct Flavour {
    /// Folder under `target/wasm-dist`.
    name: &'static str,
    /// Cargo profile, described in the root Cargo.toml.
    profile: &'static str,
    /// wasm-opt's own optimisation level.
    level: &'static str,
}

const FLAVOURS: [Flavour; 2] = [
    Flavour {
        name: "normal",
        profile: "wasm-speed",
        level: "-O3",
    },
    Flavour {
        name: "inline",
        profile: "wasm-size",
        // Measured: what `-Oz` saves in bytes it loses again under Brotli.
        level: "-O1",
    },
];

/// What rustc may emit and every host of the package has; nothing newer may be introduced by wasm-opt.
const FEATURES: [&str; 8] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

impl Wasm {
    pub(crate) fn run() -> Outcome {
        let toolchain = Toolchain::find()?;
        for flavour in &FLAVOURS {
            let module = compile(&toolchain, flavour)?;
            finish(&module, flavour)?;
        }
        Ok(())
    }
}

fn compile(toolchain: &Toolchain, flavour: &Flavour) -> Outcome<PathBuf> {
    let build = toolchain.cargo_build(&rust_flags()).folder(&places::root());
    build
        .args(["--package", "jobfold-wasm", "--lib", "--profile", flavour.profile])
        .run()?;
    Ok(build_dir().join(TARGET).join(flavour.profile).join("jobfold_wasm.wasm"))
}

/// SIMD, and no path of this machine in the module: panics carry the names of source files.
fn rust_flags() -> Vec<String> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    vec![
        "-Ctarget-feature=+simd128,+bulk-memory".to_owned(),
        remap(&places::root(), "."),
        remap(&cargo_home.join("registry/src"), "crates"),
    ]
}

/// Glue, optimise, put in place; skipped when the very same module was finished before.
fn finish(module: &Path, flavour: &Flavour) -> Outcome {
    let dist = places::wasm_dist().join(flavour.name);
    let stamp = dist.join(".made-from");
    let made_from = identity(module)?;
    if fs::read_to_string(&stamp).is_ok_and(|seen| seen == made_from) {
        return Ok(());
    }
    let work = build_dir().join(flavour.name);
    remove_folder(&work)?;
    fs::create_dir_all(&work).context(work.display())?;
    bindgen()?.arg(module).arg(&work).arg("core").run()?;
    optimise(&work.join("core_bg.wasm"), &work.join("core.wasm"), flavour)?;

    remove_folder(&dist)?;
    fs::create_dir_all(&dist).context(dist.display())?;
    for file in ["core.wasm", "core.js", "core.d.ts"] {
        fs::copy(work.join(file), dist.join(file)).context(dist.join(file).display())?;
    }
    fs::write(&stamp, made_from).context(stamp.display())?;
    say(&format!("{} is ready", dist.display()));
    Ok(())
}

/// Changes whenever the module or the tools behind it do: its length and a checksum of its bytes, and the tools' locks.
fn identity(module: &Path) -> Outcome<String> {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    let lock = places::root().join("xtask/bindgen/Cargo.lock");
    let recipe = concat!(
        include_str!("wasm.rs"),
        include_str!("install.rs"),
        include_str!("toolchain.rs")
    );
    for bytes in [
        fs::read(module).context(module.display())?,
        fs::read(&lock).context(lock.display())?,
    ] {
        hasher.write(&bytes);
    }
    hasher.write(recipe.as_bytes());
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// The small program that links wasm-bindgen's library, after a check that crate and library have one version:
/// with two, the glue would not match the module.
fn bindgen() -> Outcome<Program> {
    let root = places::root();
    let ours = locked_version(&root.join("Cargo.lock"), "wasm-bindgen")?;
    let theirs = locked_version(&root.join("xtask/bindgen/Cargo.lock"), "wasm-bindgen-cli-support")?;
    if ours != theirs {
        return Err(Failure::new(format!(
            "wasm-bindgen is {ours}, but xtask/bindgen has its library at {theirs}"
        )));
    }
    let folder = places::target().join("bindgen");
    let build = Program::cargo().args(["build", "--quiet", "--locked", "--manifest-path"]);
    build
        .arg(root.join("xtask/bindgen/Cargo.toml"))
        .arg("--target-dir")
        .arg(&folder)
        .run()?;
    Ok(Program::new(folder.join("debug/xtask-bindgen")))
}

fn locked_version(lock: &Path, package: &str) -> Outcome<String> {
    let text = fs::read_to_string(lock).context(lock.display())?;
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines().skip_while(|line| *line != name);
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    version
        .map(|quoted| quoted.trim_matches('"').to_owned())
        .ok_or_else(|| Failure::new(format!("{} does not name {package}", lock.display())))
}

fn optimise(from: &Path, to: &Path, flavour: &Flavour) -> Outcome {
    let tool = Program::new(install::wasm_opt()?)
        .without_cargo_package()
        .arg(from)
        .args(FEATURES);
    let strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
    tool.args([flavour.level]).args(strip).arg("-o").arg(to).run()
}

fn remove_folder(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).context(folder.display())
    } else {
        Ok(())
    }
}
