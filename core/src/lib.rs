//! The pure heart of Jobfold: every decision and every fold, shared by the daemon, Node and the browser.
//!
//! What this crate owns: the dashboard job contract (normalise, validate, dedupe, fold, emit), the live
//! [`JobsView`](view::JobsView) with its time travel, and the record format with its hash chain.
//! What it must not know: files, sockets, clocks, randomness, threads, JavaScript. Time, ids and secret keys arrive
//! as arguments, so equal inputs give equal outputs in every world.
//!
//! Reading order: [`json`] (the only reader and writer of JSON), [`text`] (how values become text), [`normalise`],
//! [`envelope`] and [`validate`] (what an event is), [`dedupe`], [`card`] and [`board`] (the fold), [`view`]
//! (the fold kept alive), [`contract`] (the functions by their public names), [`log`] (records and their chain).
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod arguments;
mod bytes;
pub mod contract;
mod dedupe;
pub mod dedupe_key;
pub mod emit;
mod envelope;
pub mod error;
mod fold;
mod guard;
mod hash;
pub mod json;
pub mod kind;
mod layouts;
pub mod log;
pub mod normalise;
mod reader;
pub mod shapes;
pub mod text;
pub mod validate;
pub mod view;

pub use error::{Code, Error};
pub use view::{JobsView, Pushed, ViewOptions};
