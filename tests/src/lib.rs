//! What the cross-room tests share: the recorded histories, random events, and an independent fold to compare with.
//!
//! Owns the checked-in fixtures as data ([`fixtures`]), the code that writes them ([`scenarios`]), random events in
//! random spelling ([`generate`], [`tree`], [`chance`]) and a slow reference fold ([`oracle`]). Must not know: private
//! modules of any room.

pub mod chance;
pub mod fixtures;
pub mod generate;
pub mod oracle;
pub mod scenarios;
pub mod tree;
