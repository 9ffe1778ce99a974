//! Hashes that nobody outside can predict: `SipHash` under a key that the host chose.
//!
//! Owns the two widths in use: 64 bits where the text is compared anyway, 128 bits where the hash stands for the text.
//! A crafted stream can therefore neither crowd a table nor make two texts look alike. The key never changes output.

use core::hash::Hasher;
use siphasher::sip::SipHasher13;
use siphasher::sip128;

/// A secret key with its hash functions.
#[derive(Debug, Clone)]
pub(crate) struct Keyed {
    narrow: SipHasher13,
    wide: sip128::SipHasher13,
}

impl Keyed {
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self {
            narrow: SipHasher13::new_with_key(key),
            wide: sip128::SipHasher13::new_with_key(key),
        }
    }

    /// For tables that compare the text itself.
    #[inline]
    pub(crate) fn narrow(&self, text: &[u8]) -> u64 {
        let mut hasher = self.narrow;
        hasher.write(text);
        hasher.finish()
    }

    /// For sets that keep nothing but the hash.
    #[inline]
    pub(crate) fn wide(&self, text: &[u8]) -> u128 {
        self.wide.hash(text).as_u128()
    }
}
