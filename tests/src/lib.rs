//! What the cross-room tests share: the recorded histories and an independent fold to compare with.
//!
//! Owns the checked-in fixtures as data ([`fixtures`]), the code that writes them ([`scenarios`]) and a slow reference
//! fold ([`oracle`]). Must not know: private modules of any room.

pub mod fixtures;
pub mod scenarios;
