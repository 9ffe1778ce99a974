//! Properties of the fold that hold for every stream, checked on random ones.
//!
//! Owns the laws: one fold however it is fed, duplicates change nothing, a refusal leaves no trace, every shortcut is
//! exact, changes tell the whole difference, the past is what it was, no bytes panic; and agreement with an independent
//! slow fold. A failure prints its seeds and keeps them in `regressions.txt`, which every later run tries first.
//! `PROPTEST_CASES=10000 cargo test -p jobfold-tests --test property` looks longer. Must not know: private modules.

mod batches;
mod bytes;
mod changes;
mod reference;
mod refusals;
mod shortcuts;
mod streams;
mod travel;
