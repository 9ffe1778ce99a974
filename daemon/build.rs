//! Makes sure that the folder of the built page exists, so that the page can be compiled into the binary.
//!
//! An empty folder is fine: the daemon then says how to build the page. Creating it also keeps cargo's change
//! detection calm, which takes a missing path for a changed one. Outside the repository there is nothing to do.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-demo");
    if page.is_dir() {
        let built = page.join("dist");
        // A read-only checkout has no page to embed either; the daemon says so when asked for it.
        let _ = std::fs::create_dir_all(&built);
        println!("cargo::rerun-if-changed={}", built.display());
    }
}
