//! Kills a writing process again and again.

fn main() {}
