//! 256 random bits with a recognisable spelling.
//!
//! Owns drawing, spelling, hashing and comparing. A secret's `Debug` shows nothing of it.

use std::fmt;
use std::fmt::Write as _;
use subtle::ConstantTimeEq;

/// Random bits of a secret, in bytes.
const BYTES: usize = 32;

/// A secret in its spoken form: a prefix that scanners for leaked secrets can find, then 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Draws a new secret from the operating system's randomness.
    pub fn draw(prefix: &str) -> std::io::Result<Self> {
        Ok(Self(format!("{prefix}{}", hex(&random()?))))
    }

    /// Takes a spoken form if it has the right shape.
    pub fn parse(prefix: &str, text: &str) -> Option<Self> {
        let digits = text.strip_prefix(prefix)?;
        let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (digits.len() == BYTES * 2 && digits.bytes().all(lower_hex)).then(|| Self(text.to_owned()))
    }

    /// The spoken form. Callers hand it to its owner and to nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored in the secret's place.
    pub fn digest(&self) -> Digest {
        Digest(blake3::hash(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A secret's hash. With 256 random bits inside there is nothing to guess, so a fast hash is the right one.
#[derive(Clone, Debug)]
pub struct Digest([u8; BYTES]);

impl Digest {
    /// 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Reads what [`Digest::to_hex`] wrote.
    pub fn from_hex(text: &str) -> Option<Self> {
        Some(Self(blake3::Hash::from_hex(text).ok()?.into()))
    }

    /// Compares in a time that does not depend on where the two differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// 32 bytes from the operating system.
pub(super) fn random() -> std::io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_spelling_and_hashing() {
        let secret = Secret::draw("jf_").unwrap();
        assert_eq!(Secret::parse("jf_", secret.reveal()), Some(secret.clone()));
        let stored = Digest::from_hex(&secret.digest().to_hex()).unwrap();
        assert!(stored.matches(&secret.digest()));
        assert!(!stored.matches(&Secret::draw("jf_").unwrap().digest()));
        assert!(!format!("{secret:?}").contains(&secret.reveal()[3..]));
    }

    #[test]
    fn other_shapes_are_refused() {
        let secret = Secret::draw("jf_").unwrap();
        for text in [
            "",
            "jf_",
            "jf_00",
            &secret.reveal()[1..],
            &secret.reveal().to_uppercase(),
        ] {
            assert_eq!(Secret::parse("jf_", text), None, "{text}");
        }
    }
}
