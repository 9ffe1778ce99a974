//! Everything of Jobfold that touches the world: the durable log, HTTP, the command line.

pub mod log;
