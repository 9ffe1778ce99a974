//! Everything of Jobfold that touches the world: the durable log, HTTP, the command line.
//!
//! Owns files, sockets, the clock and randomness, and hands them to the core as plain values. Must not hold a second
//! opinion about jobs: every decision and every fold is the core's.
//!
//! Reading order: [`log`] (what is true), [`ingest`] (how events get there), [`board`] (what follows from them),
//! [`http`] (who may ask and how), [`cli`] (the commands). Beside them [`auth`], [`state_dir`] and [`clock`].

pub mod auth;
pub mod board;
pub mod cli;
pub mod clock;
pub mod http;
pub mod ingest;
pub mod log;
pub mod state_dir;
