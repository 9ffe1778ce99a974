//! Tokens: how programs prove who they are.
//!
//! Owns the two files of the state directory that concern them: `token`, which the operator reads, and `tokens.json`,
//! which holds hashes, scopes and expiry and is what requests are checked against. Must not know HTTP.

use super::secret::{Digest, Secret};
use super::{Principal, Scopes};
use crate::state_dir::{StateDir, read_optional, write_private};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// What every token begins with, so that people and scanners recognise one.
const PREFIX: &str = "jf_";
/// The token made at first start.
const OPERATOR: &str = "operator";

/// Why tokens could not be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file holds something else than it should; its content is not repeated here.
    #[error("{path}: expected {expected}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
}

impl AuthError {
    /// The stable, machine-readable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "auth_file_unreadable",
            Self::Malformed { .. } => "auth_file_malformed",
        }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }

    pub(super) fn malformed(path: &Path, expected: &'static str) -> Self {
        Self::Malformed {
            path: path.to_path_buf(),
            expected,
        }
    }
}

/// One line of `tokens.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredToken {
    id: String,
    hash: String,
    scopes: Scopes,
    /// Unix milliseconds; `null` for a token that does not expire.
    expires_at_ms: Option<i64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTokens {
    tokens: Vec<StoredToken>,
}

#[derive(Debug)]
struct Entry {
    digest: Digest,
    principal: Principal,
    expires_at_ms: Option<i64>,
}

/// The tokens a daemon accepts.
#[derive(Debug)]
pub struct Tokens {
    entries: Vec<Entry>,
}

impl Tokens {
    /// Reads the tokens of a state directory. At first start, or when `token` was removed to revoke it, draws a new
    /// operator's token and stores it, plain for the operator and hashed for us.
    pub fn open(dir: &StateDir) -> Result<Self, AuthError> {
        let mut stored = read_stored(&dir.tokens())?;
        let secret = match read_optional(&dir.token()).map_err(AuthError::io(&dir.token()))? {
            Some(text) => parse_token(&dir.token(), &text)?,
            None => create_operator(&dir.token())?,
        };
        let hash = secret.digest().to_hex();
        let known = stored
            .tokens
            .iter()
            .any(|token| token.id == OPERATOR && token.hash == hash);
        if !known {
            stored.tokens.retain(|token| token.id != OPERATOR);
            stored.tokens.push(StoredToken {
                id: OPERATOR.to_owned(),
                hash,
                scopes: Scopes::operator(),
                expires_at_ms: None,
            });
            let text = serde_json::to_vec_pretty(&stored).map_err(io::Error::other);
            text.and_then(|text| write_private(&dir.tokens(), &text))
                .map_err(AuthError::io(&dir.tokens()))?;
        }
        let entries = stored.tokens.into_iter().map(|token| entry(&dir.tokens(), token));
        Ok(Self {
            entries: entries.collect::<Result<_, _>>()?,
        })
    }

    /// Whose token this is, unless it is unknown or expired. Every stored hash is compared, whichever matches.
    pub fn check(&self, text: &str, now_ms: i64) -> Option<Principal> {
        let digest = Secret::parse(PREFIX, text)?.digest();
        let mut found = None;
        for entry in &self.entries {
            let alive = entry.expires_at_ms.is_none_or(|expiry| now_ms < expiry);
            if entry.digest.matches(&digest) && alive {
                found = Some(&entry.principal);
            }
        }
        found.cloned()
    }
}

fn read_stored(path: &Path) -> Result<StoredTokens, AuthError> {
    let Some(text) = read_optional(path).map_err(AuthError::io(path))? else {
        return Ok(StoredTokens::default());
    };
    serde_json::from_str(&text).map_err(|_| AuthError::malformed(path, "a list of hashed tokens"))
}

fn entry(path: &Path, token: StoredToken) -> Result<Entry, AuthError> {
    let digest = Digest::from_hex(&token.hash);
    Ok(Entry {
        digest: digest.ok_or_else(|| AuthError::malformed(path, "hashes of 64 hexadecimal digits"))?,
        principal: Principal {
            id: token.id,
            scopes: token.scopes,
        },
        expires_at_ms: token.expires_at_ms,
    })
}

fn create_operator(path: &Path) -> Result<Secret, AuthError> {
    let secret = Secret::draw(PREFIX).map_err(AuthError::io(path))?;
    let line = format!("{}\n", secret.reveal());
    write_private(path, line.as_bytes()).map_err(AuthError::io(path))?;
    Ok(secret)
}

fn parse_token(path: &Path, text: &str) -> Result<Secret, AuthError> {
    Secret::parse(PREFIX, text.trim()).ok_or_else(|| AuthError::malformed(path, "jf_ and 64 hexadecimal digits"))
}

/// Reads a token for use against a daemon.
pub fn read_token_file(path: &Path) -> Result<Secret, AuthError> {
    let text = std::fs::read_to_string(path).map_err(AuthError::io(path))?;
    parse_token(path, &text)
}

#[cfg(test)]
mod tests {
    use super::super::Scope;
    use super::*;

    fn fresh() -> (tempfile::TempDir, StateDir) {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::new(dir.path().join("state"));
        state.create().unwrap();
        (dir, state)
    }

    #[test]
    fn the_operators_token_is_made_once_and_stored_hashed() {
        let (_keep, state) = fresh();
        let tokens = Tokens::open(&state).unwrap();
        let plain = read_token_file(&state.token()).unwrap();
        let principal = tokens.check(plain.reveal(), 0).unwrap();
        assert!(principal.scopes.allow(Scope::Admin));
        assert!(
            !std::fs::read_to_string(state.tokens())
                .unwrap()
                .contains(plain.reveal())
        );
        let again = Tokens::open(&state).unwrap();
        assert_eq!(again.check(plain.reveal(), 0), Some(principal));
        assert_eq!(again.check("jf_", 0), None);
    }

    #[test]
    fn removing_the_file_revokes_the_token() {
        let (_keep, state) = fresh();
        Tokens::open(&state).unwrap();
        let old = read_token_file(&state.token()).unwrap();
        std::fs::remove_file(state.token()).unwrap();
        let tokens = Tokens::open(&state).unwrap();
        assert_eq!(tokens.check(old.reveal(), 0), None);
        assert!(
            tokens
                .check(read_token_file(&state.token()).unwrap().reveal(), 0)
                .is_some()
        );
    }

    #[test]
    fn an_expired_token_is_no_token() {
        let (_keep, state) = fresh();
        Tokens::open(&state).unwrap();
        let plain = read_token_file(&state.token()).unwrap();
        let text = std::fs::read_to_string(state.tokens()).unwrap();
        let text = text.replace("\"expires_at_ms\": null", "\"expires_at_ms\": 5");
        std::fs::write(state.tokens(), text).unwrap();
        let tokens = Tokens::open(&state).unwrap();
        assert!(tokens.check(plain.reveal(), 4).is_some());
        assert!(tokens.check(plain.reveal(), 5).is_none());
    }

    #[test]
    fn a_damaged_file_is_named_and_not_repeated() {
        let (_keep, state) = fresh();
        std::fs::write(state.token(), "jf_secret").unwrap();
        let error = Tokens::open(&state).unwrap_err();
        assert_eq!(error.code(), "auth_file_malformed");
        assert!(!error.to_string().contains("jf_secret"), "{error}");
    }
}
