//! One-time codes: the link that opens the page.
//!
//! A code is not a token: it works once, for minutes, and only buys a session cookie. That is why it may stand in an
//! address, which ends up in histories and logs, where a token must never be.

use super::secret::{Digest, Secret};
use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, PoisonError};

const PREFIX: &str = "once_";
/// How long a code lives.
const LIFETIME_MS: i64 = 10 * 60 * 1000;
/// Most codes that may wait at a time; the oldest makes room.
const CODES_MAX: usize = 16;

/// The codes that were handed out and not used yet.
#[derive(Debug, Default)]
pub struct OnceCodes {
    waiting: Mutex<VecDeque<(Digest, i64)>>,
}

impl OnceCodes {
    /// No codes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws a code that lives for ten minutes.
    pub fn issue(&self, now_ms: i64) -> io::Result<Secret> {
        let secret = Secret::draw(PREFIX)?;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() == CODES_MAX {
            waiting.pop_front();
        }
        waiting.push_back((secret.digest(), now_ms.saturating_add(LIFETIME_MS)));
        Ok(secret)
    }

    /// Whether the code is good; from now on it is not.
    pub fn redeem(&self, text: &str, now_ms: i64) -> bool {
        let Some(digest) = Secret::parse(PREFIX, text).map(|secret| secret.digest()) else {
            return false;
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(_, expiry)| now_ms < *expiry);
        let before = waiting.len();
        waiting.retain(|(code, _)| !code.matches(&digest));
        waiting.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_works_once_and_not_for_long() {
        let codes = OnceCodes::new();
        let code = codes.issue(0).unwrap();
        assert!(codes.redeem(code.reveal(), LIFETIME_MS - 1));
        assert!(!codes.redeem(code.reveal(), LIFETIME_MS - 1));
        let late = codes.issue(0).unwrap();
        assert!(!codes.redeem(late.reveal(), LIFETIME_MS));
        assert!(!codes.redeem("once_", 0));
    }

    #[test]
    fn the_oldest_code_makes_room() {
        let codes = OnceCodes::new();
        let issued: Vec<Secret> = (0..=CODES_MAX).map(|_| codes.issue(0).unwrap()).collect();
        assert!(!codes.redeem(issued[0].reveal(), 1));
        assert!(codes.redeem(issued[1].reveal(), 1));
    }
}
