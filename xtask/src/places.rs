//! Where things are in the repository, in one file, so that no chore spells a path twice.
//!
//! `target/wasm-dist/{normal,inline}/` is what `cargo xtask wasm` leaves for the npm package; see `wasm.rs` for its
//! contents. Everything under `target/` can be deleted at any time.

use std::path::{Path, PathBuf};

/// The repository's root: the folder above this package.
pub(crate) fn root() -> PathBuf {
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Cargo's output folder, which a person may have moved.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |moved| root().join(moved))
}

/// The finished modules with their glue: `normal/` and `inline/`. Not moved by `CARGO_TARGET_DIR`, because the npm
/// package reads them by a path relative to itself.
pub(crate) fn wasm_dist() -> PathBuf {
    root().join("target/wasm-dist")
}

/// Tools from npm that belong to no package of ours.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The npm package's room.
pub(crate) fn node_bindings() -> PathBuf {
    root().join("node-bindings")
}

/// The page's room; its built form is `web-demo/dist`, which the daemon embeds.
pub(crate) fn web_demo() -> PathBuf {
    root().join("web-demo")
}

/// Packed npm packages.
pub(crate) fn npm_packed() -> PathBuf {
    root().join("target/npm")
}
