//! Sessions: what the page carries instead of a token.
//!
//! A session is a signed value, `expiry.nonce.signature`, so it outlives a restart of the daemon without a store:
//! a page that was open stays signed in and resumes its stream. Removing `session-key` ends all of them.

use super::secret::{hex, random};
use super::token::AuthError;
use super::{Principal, Scopes};
use crate::state_dir::{StateDir, read_optional, write_private};
use subtle::ConstantTimeEq;

/// How long a session lives.
pub(super) const LIFETIME_MS: i64 = 12 * 60 * 60 * 1000;

/// Signs and checks sessions.
pub struct Sessions {
    key: [u8; 32],
}

impl Sessions {
    /// Reads the signing key of a state directory, or draws one.
    pub fn open(dir: &StateDir) -> Result<Self, AuthError> {
        let path = dir.session_key();
        let stored = read_optional(&path).map_err(AuthError::io(&path))?;
        let key = if let Some(text) = stored {
            let key = blake3::Hash::from_hex(text.trim());
            key.map_err(|_| AuthError::malformed(&path, "64 hexadecimal digits"))?
                .into()
        } else {
            let key = random().map_err(AuthError::io(&path))?;
            write_private(&path, format!("{}\n", hex(&key)).as_bytes()).map_err(AuthError::io(&path))?;
            key
        };
        Ok(Self { key })
    }

    /// A new session's value.
    pub fn issue(&self, now_ms: i64) -> std::io::Result<String> {
        let claim = format!("{}.{}", now_ms.saturating_add(LIFETIME_MS), hex(&random()?));
        let signature = self.sign(&claim);
        Ok(format!("{claim}.{}", signature.to_hex()))
    }

    /// Whose session this is, unless it is forged or over.
    pub fn check(&self, value: &str, now_ms: i64) -> Option<Principal> {
        let (claim, signature) = value.rsplit_once('.')?;
        let signature = blake3::Hash::from_hex(signature).ok()?;
        if !bool::from(signature.as_bytes().ct_eq(self.sign(claim).as_bytes())) {
            return None;
        }
        let expiry: i64 = claim.split('.').next()?.parse().ok()?;
        (now_ms < expiry).then(|| Principal {
            id: "page".to_owned(),
            scopes: Scopes::page(),
        })
    }

    fn sign(&self, claim: &str) -> blake3::Hash {
        blake3::keyed_hash(&self.key, claim.as_bytes())
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scope;
    use super::*;

    #[test]
    fn a_session_outlives_a_restart_and_ends() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::new(dir.path());
        let value = Sessions::open(&state).unwrap().issue(0).unwrap();
        let sessions = Sessions::open(&state).unwrap();
        let principal = sessions.check(&value, LIFETIME_MS - 1).unwrap();
        assert!(principal.scopes.allow(Scope::Read) && !principal.scopes.allow(Scope::Admin));
        assert_eq!(sessions.check(&value, LIFETIME_MS), None);
    }

    #[test]
    fn a_forged_session_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = Sessions::open(&StateDir::new(dir.path())).unwrap();
        let value = sessions.issue(0).unwrap();
        let later = value.replacen('4', "9", 1);
        for forged in [later.as_str(), &value[1..], "", ".", "9.9.9"] {
            assert_eq!(sessions.check(forged, 0), None, "{forged}");
        }
    }
}
