//! The core, spoken to JavaScript.
//!
//! What this crate owns: the translation of arguments, answers and errors between JavaScript and the core, and the
//! buffer through which bytes come in without a detour. What it must not know: jobs. There is no decision here about
//! an event, a card or a record; the npm package on the other side has none either.
//!
//! Reading order: [`boundary`] (how values and errors cross), [`input`] (how bytes cross), [`contract`], [`view`] and
//! [`log`] (what can be called).

#![allow(
    clippy::needless_pass_by_value,
    reason = "what crosses from JavaScript is owned: wasm-bindgen offers no borrowed form of it"
)]

pub mod boundary;
pub mod contract;
pub mod input;
pub mod log;
pub mod view;
