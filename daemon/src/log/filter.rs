//! Which idempotency keys are certainly new.
//!
//! Owns a Bloom filter that grows in layers, each twice as large as the one before. Nearly every key of an append is
//! new, and the filter says so without asking the index; one new key in some hundred is asked about in vain. 12 bits a
//! key. Must not know where keys are, or what happens to those that may be known.

use super::follow::KeyHash;

/// Bits of one block, a cache line: all bits of a key lie in one block.
const BLOCK_BITS: usize = 512;
const BLOCK_WORDS: usize = BLOCK_BITS / 64;
/// Bits set for each key.
const PROBES: usize = 7;
/// Keys per block: 12 bits a key.
const BLOCK_KEYS: u64 = 42;
/// Blocks of the first layer: some 86,000 keys in 128 KiB.
const BLOCKS_MIN: usize = 2048;

#[derive(Default)]
pub(super) struct KeyFilter {
    layers: Vec<Layer>,
}

struct Layer {
    words: Vec<u64>,
    keys: u64,
}

impl KeyFilter {
    pub(super) fn insert(&mut self, key: &KeyHash) {
        if self.layers.last().is_none_or(Layer::is_full) {
            let blocks = self.layers.last().map_or(BLOCKS_MIN, |layer| layer.blocks() * 2);
            self.layers.push(Layer {
                words: vec![0; blocks * BLOCK_WORDS],
                keys: 0,
            });
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.insert(key);
        }
    }

    /// False only for keys that were never inserted.
    pub(super) fn may_hold(&self, key: &KeyHash) -> bool {
        self.layers.iter().rev().any(|layer| layer.may_hold(key))
    }

    /// The filter as bytes: for each layer its number of words, its keys and its words, little-endian.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for layer in &self.layers {
            out.extend_from_slice(&(layer.words.len() as u64).to_le_bytes());
            out.extend_from_slice(&layer.keys.to_le_bytes());
            out.extend(layer.words.iter().flat_map(|word| word.to_le_bytes()));
        }
        out
    }

    /// Nothing when the bytes are not those of a filter.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (numbers, rest) = bytes.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
        let mut filter = Self::default();
        while let Some(length) = numbers.next() {
            let length = usize::try_from(length).ok()?;
            let keys = numbers.next()?;
            let words: Vec<u64> = numbers.by_ref().take(length).collect();
            if words.len() != length || !length.is_multiple_of(BLOCK_WORDS) || length == 0 {
                return None;
            }
            filter.layers.push(Layer { words, keys });
        }
        rest.is_empty().then_some(filter)
    }
}

impl Layer {
    fn blocks(&self) -> usize {
        self.words.len() / BLOCK_WORDS
    }

    fn is_full(&self) -> bool {
        self.keys >= self.blocks() as u64 * BLOCK_KEYS
    }

    fn insert(&mut self, key: &KeyHash) {
        let (block, bits) = self.place(key);
        for bit in bits {
            self.words[block + bit / 64] |= 1 << (bit % 64);
        }
        self.keys += 1;
    }

    fn may_hold(&self, key: &KeyHash) -> bool {
        let (block, mut bits) = self.place(key);
        bits.all(|bit| self.words[block + bit / 64] & (1 << (bit % 64)) != 0)
    }

    /// The first word of the key's block, and the bits in it. The hash is uniform, so its parts serve as they are.
    #[allow(clippy::cast_possible_truncation)] // the block is below the number of blocks, the bits below 512
    fn place(&self, key: &KeyHash) -> (usize, impl Iterator<Item = usize> + use<>) {
        let part = |at: usize| key[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let block = ((u128::from(part(0)) * self.blocks() as u128) >> 64) as usize;
        let bits = part(8);
        let bit = move |probe: usize| (bits >> (probe * 9)) as usize % BLOCK_BITS;
        (block * BLOCK_WORDS, (0..PROBES).map(bit))
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCKS_MIN, KeyFilter, KeyHash};

    fn key(number: u64) -> KeyHash {
        let mut key = [0; 24];
        key.copy_from_slice(&blake3::hash(&number.to_le_bytes()).as_bytes()[..24]);
        key
    }

    #[test]
    fn forgets_no_key_and_rarely_takes_a_new_one_for_known() {
        let mut filter = KeyFilter::default();
        for number in 0..300_000 {
            filter.insert(&key(number));
        }
        assert!(filter.layers.len() > 1, "more than {BLOCKS_MIN} blocks are in use");
        assert!((0..300_000).all(|number| filter.may_hold(&key(number))));
        let false_alarms = (300_000..400_000)
            .filter(|number| filter.may_hold(&key(*number)))
            .count();
        assert!(false_alarms < 3_000, "{false_alarms} of 100,000 new keys");
    }

    #[test]
    fn survives_being_written_down() {
        let mut filter = KeyFilter::default();
        (0..100_000).for_each(|number| filter.insert(&key(number)));
        let bytes = filter.encode();
        let copy = KeyFilter::decode(&bytes).expect("a filter");
        assert!((0..100_000).all(|number| copy.may_hold(&key(number))));
        assert_eq!(copy.encode(), bytes);
        assert!(KeyFilter::decode(&bytes[..bytes.len() - 1]).is_none());
        assert!(KeyFilter::decode(&bytes[..bytes.len() - 8]).is_none());
    }
}
