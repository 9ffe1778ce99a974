//! Who may ask, and how they prove it.
//!
//! Owns tokens (for programs), one-time codes (the link that opens the page) and sessions (the page's cookie).
//! Secrets are 256 random bits, kept hashed, compared in constant time, never part of an address or a log line.
//! Must not know HTTP: `http::gate` reads headers and asks here.

mod once;
mod scope;
mod secret;
mod session;
mod token;

pub use once::OnceCodes;
pub use scope::{Scope, Scopes};
pub use secret::Secret;
pub use session::Sessions;
pub use token::{AuthError, Tokens, read_token_file};

/// Whoever passed the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Name of the token, or of the token a session stems from. Not secret; rate limits count by it.
    pub id: String,
    /// What it may do.
    pub scopes: Scopes,
}
