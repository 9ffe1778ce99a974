//! `xtask-bindgen IN.wasm OUT_DIR NAME`: turns a compiled module into `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm`.
//!
//! A package of its own, because wasm-bindgen's library is heavy and only `cargo xtask wasm` needs it; linking the
//! library instead of installing its command-line program keeps its version and the crate's in one `Cargo.lock`.
//! It must not know where the module came from or where the files go next.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, out_dir, name] = arguments.as_slice() else {
        eprintln!("usage: xtask-bindgen IN.wasm OUT_DIR NAME");
        return ExitCode::from(2);
    };
    match glue(module, out_dir, name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("wasm-bindgen failed: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// `web` output without a default module path: the package's own entries decide how the module is found.
fn glue(module: &str, out_dir: &str, name: &str) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).typescript(true).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(out_dir)).map_err(|error| format!("{error:#}"))
}
