//! Comparing bytes eight at a time: WebAssembly has no fast `memcmp`, and the fold compares short texts all the time.
//!
//! Owns the comparison. Must not know what is compared.

/// Whether two slices of equal length hold the same bytes. The lengths are the caller's to compare.
#[inline]
pub(crate) fn same(text: &[u8], other: &[u8]) -> bool {
    let (Some(text_end), Some(other_end)) = (text.last_chunk::<8>(), other.last_chunk::<8>()) else {
        return text.iter().zip(other).all(|(left, right)| left == right);
    };
    let (text_words, other_words) = (text.as_chunks::<8>().0, other.as_chunks::<8>().0);
    let equal = |left: &[u8; 8], right: &[u8; 8]| u64::from_le_bytes(*left) == u64::from_le_bytes(*right);
    text_words
        .iter()
        .zip(other_words)
        .all(|(left, right)| equal(left, right))
        && equal(text_end, other_end)
}

/// Whether two slices are equal.
#[inline]
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && same(left, right)
}
