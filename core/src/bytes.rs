//! Looking at bytes many at a time: the fold compares, searches and copies short texts all the time, and WebAssembly
//! has neither a fast `memcmp` nor a cheap call of `memcpy`.
//!
//! Owns the search for the end of a plain run, with the processor's vectors where every build has them, comparison, and
//! the copying of short texts. Must not know what the bytes are.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

const fn is_stop(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Marks the bytes of a word that end a plain run. The lowest mark is exact; marks above it may be false, which is why
/// only the lowest one is ever used.
#[inline]
fn stops_in_word(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let slash = word ^ (ONES * 0x5c);
    ((quote.wrapping_sub(ONES) & !quote)
        | (slash.wrapping_sub(ONES) & !slash)
        | (word.wrapping_sub(ONES * 0x20) & !word))
        & HIGHS
}

/// Finds the first byte at or after `at` that ends a plain run (a quote, a backslash or a control character, or the end
/// of the bytes), and whether bytes above ASCII came before it.
#[inline]
pub(crate) fn plain_run(bytes: &[u8], at: usize) -> (usize, bool) {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return vectors::plain_run(bytes, at);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    plain_run_by_words(bytes, at, 0)
}

/// The same eight bytes at a time; `seen` has the high bits of what came before.
#[inline]
fn plain_run_by_words(bytes: &[u8], mut at: usize, mut seen: u64) -> (usize, bool) {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let mark = stops_in_word(word);
        if mark != 0 {
            let bits = mark.trailing_zeros() & !7;
            let before = if bits == 0 { 0 } else { word & (u64::MAX >> (64 - bits)) };
            return (at + (bits >> 3) as usize, (seen | before) & HIGHS != 0);
        }
        seen |= word;
        at += 8;
    }
    while let Some(&byte) = bytes.get(at).filter(|byte| !is_stop(**byte)) {
        seen |= u64::from(byte);
        at += 1;
    }
    (at, seen & HIGHS != 0)
}

/// Sixteen bytes at a time, where calling the processor's vectors is safe.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vectors {
    use super::{HIGHS, plain_run_by_words};
    use core::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_splat, u8x16_lt, u8x16_splat, u64x2, v128_or};

    #[inline]
    pub(super) fn plain_run(bytes: &[u8], mut at: usize) -> (usize, bool) {
        let mut wide = 0;
        while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
            let word = |half: Option<&[u8; 8]>| half.map_or(0, |bytes| u64::from_le_bytes(*bytes));
            let block = u64x2(word(block.first_chunk()), word(block.last_chunk()));
            let quote = i8x16_eq(block, i8x16_splat(0x22));
            let slash = i8x16_eq(block, i8x16_splat(0x5c));
            let control = u8x16_lt(block, u8x16_splat(0x20));
            let stops = u32::from(i8x16_bitmask(v128_or(v128_or(quote, slash), control)));
            let high = u32::from(i8x16_bitmask(block));
            if stops != 0 {
                let before = (1 << stops.trailing_zeros()) - 1;
                return (at + stops.trailing_zeros() as usize, (wide | (high & before)) != 0);
            }
            wide |= high;
            at += 16;
        }
        plain_run_by_words(bytes, at, if wide == 0 { 0 } else { HIGHS })
    }
}

/// Whether two slices of equal length hold the same bytes. The lengths are the caller's to compare.
#[cfg(not(target_arch = "wasm32"))]
#[inline]
pub(crate) fn same(text: &[u8], other: &[u8]) -> bool {
    text == other
}

/// Whether two slices of equal length hold the same bytes. The lengths are the caller's to compare.
#[cfg(target_arch = "wasm32")]
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

/// Texts up to this length are copied without a call.
const SHORT_BYTES_MAX: usize = 64;

/// Copies `from` to the beginning of `to`, which must be long enough.
#[inline]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    let to = &mut to[..from.len()];
    if from.len() > SHORT_BYTES_MAX || from.len() < 8 {
        return copy_otherwise(to, from);
    }
    // Pieces may overlap: they carry the same bytes.
    let piece = |to: &mut [u8], at: usize| {
        if let (Some(to), Some(from)) = (to.get_mut(at..at + 8), from.get(at..at + 8)) {
            to.copy_from_slice(from);
        }
    };
    let last = from.len() - 8;
    piece(to, 0);
    for step in [8, 16, 24, 32, 40, 48] {
        if last <= step {
            break;
        }
        piece(to, step);
    }
    piece(to, last);
}

fn copy_otherwise(to: &mut [u8], from: &[u8]) {
    if from.len() >= 8 {
        to.copy_from_slice(from);
    } else {
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{copy, equal, is_stop, plain_run};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_run_ends_where_a_byte_by_byte_search_ends(
            bytes in prop::collection::vec(prop_oneof![8 => 0x20u8.., 1 => any::<u8>()], 0..80),
            at in 0usize..90,
        ) {
            let at = at.min(bytes.len());
            let stop = bytes[at..].iter().position(|byte| is_stop(*byte)).map_or(bytes.len(), |found| at + found);
            let wide = bytes[at..stop].iter().any(|byte| *byte >= 0x80);
            prop_assert_eq!(plain_run(&bytes, at), (stop, wide));
        }

        #[test]
        fn comparing_and_copying_agree_with_the_standard_library(
            left in prop::collection::vec(any::<u8>(), 0..100),
            at in any::<prop::sample::Index>(),
            flip in any::<bool>(),
        ) {
            let mut right = std::vec![0; left.len() + 3];
            copy(&mut right, &left);
            right.truncate(left.len());
            prop_assert_eq!(&left, &right);
            if flip && !right.is_empty() {
                let at = at.index(right.len());
                right[at] ^= 1;
            }
            prop_assert_eq!(equal(&left, &right), left == right);
        }
    }
}
