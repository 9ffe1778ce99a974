//! The only reader and writer of JSON in the core.
//!
//! Free-form JSON travels through Jobfold verbatim, so this reader never builds values: it checks a text once
//! (RFC 8259, strict, UTF-8, bounded depth) and leaves a flat [`Tape`] of tokens that point into it. A [`Node`] is a
//! place on the tape. Numbers keep their spelling; only [`number`] turns them into text.
//! Must not know: what any member means.

pub mod number;
pub mod scan;
pub mod tape;
pub mod write;

pub use scan::{DEPTH_MAX, SIZE_MAX};
pub use tape::{Kind, Node, Tape};
