//! The daemon and its command line from outside: real processes, real sockets, real files.
//!
//! Nothing here knows the library's types; what a test sees is what a program or a person sees. No sleeps: every wait
//! is for a line, an answer or the end of a process.

mod access;
mod daemon;
mod files;
mod ingest;
mod limits;
mod reading;
mod self_description;
mod stream;
