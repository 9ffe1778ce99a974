//! The fold from validated events to job cards (dashboard contract §7).
//!
//! Owns cards, their refs and intents, and the board that holds one card per job in the order of first appearance.
//! Must not know: where events come from, what was a duplicate, what anyone has seen.

mod board;
mod card;
mod intents;
mod jobs;
mod refs;

pub(crate) use board::{Board, Fold};
pub(crate) use card::{Card, Field};
pub(crate) use jobs::{Job, Jobs, JobsMark};
