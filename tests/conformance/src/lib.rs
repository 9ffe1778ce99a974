//! Conformance: the contracts' cases, as plain files, against the core in every world it lives in.
//!
//! Reading order: [`files`] finds files, [`contracts`] recognises their contract by content and turns every case into a
//! [`case::Case`] (calls to make, and what must come out), [`worlds`] makes the calls, [`verdict`] compares, [`report`]
//! tells. The comparison exists once, here: worlds only produce JSON text. [`parity`] does the same with histories.
//!
//! A further contract is one more module in [`contracts`]. This crate must not know how anything is folded.

pub mod case;
pub mod contracts;
pub mod files;
pub mod json;
pub mod parity;
pub mod report;
pub mod verdict;
pub mod worlds;
