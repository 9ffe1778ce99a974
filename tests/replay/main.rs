//! Every checked-in history folds to its golden, and every bad input is refused as recorded.
//!
//! Owns the goldens beside the histories: raw JSON that Node and the browser compare byte for byte with their own
//! answers. Must not know: how a history came about.

mod goldens;
mod refusals;
