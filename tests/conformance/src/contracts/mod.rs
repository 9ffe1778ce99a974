//! Which contract a file speaks of is told by its content alone, so that files may be anywhere and have any name.
//!
//! Each contract is a module with a [`Contract`]; [`recognise`] asks them in turn.

pub mod dashboard;
mod stream;

use crate::case::Case;

/// A contract whose cases can be read.
pub trait Contract: Sync {
    /// The contract's name, for reports.
    fn name(&self) -> &'static str;

    /// Whether the text looks like a file of this contract's cases. A damaged line further down does not matter: it
    /// becomes a failing case.
    fn recognises(&self, text: &str) -> bool;

    /// All cases of the file, in its order.
    fn cases(&self, text: &str) -> Vec<Case>;

    /// Whether the cases run one after the other on one log, instead of each on its own.
    fn is_session(&self, cases: &[Case]) -> bool;
}

/// The contract that a file's content belongs to.
pub fn recognise(text: &str) -> Option<&'static dyn Contract> {
    const ALL: [&dyn Contract; 1] = [&dashboard::Dashboard];
    ALL.into_iter().find(|contract| contract.recognises(text))
}
