//! Fuzz targets, on the stable toolchain: a few thousand inputs each in an ordinary test run, more when asked.
//!
//! Owns the targets and how bytes become inputs that get past the first check. `docs/testing.md` says how to run them
//! for hours, with or without coverage, and how to repeat a failure. Must not know: private modules.

mod doors;
mod scanner;
mod shape;
