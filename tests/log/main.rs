//! The log, seen from outside: one conformance suite against every backend, recovery and repair on real files, and a
//! torture on a simulated disk.
//!
//! Owns no rule of its own: what is checked stands in the documentation of `EventLog` and in `docs/log-format.md`.

mod conformance;
mod pressure;
mod recovery;
mod torture;
