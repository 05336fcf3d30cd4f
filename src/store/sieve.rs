//! Which hashes a run surely does not hold: a byte a pair, in memory, so that a look-up reads no block in vain.
//!
//! A Bloom filter of blocks of one cache line (Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom
//! filters", 2007): one look into memory says no to 97 of 100 hashes that are not there, and never to one that is.

/// Bits of a block: a cache line of most machines.
const BLOCK_BITS: u64 = 512;
/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = 64;
/// Pairs a block is made for.
const BLOCK_PAIRS: u64 = 64;
/// Bits that are set for a hash.
const BITS_A_HASH: u32 = 5;
/// Bits that say which one of a block is meant.
const BITS_OF_BIT: u32 = BLOCK_BITS.ilog2();

/// The sieve of a run.
pub(super) struct Sieve {
    blocks: Vec<[u64; 8]>,
}

impl Sieve {
    /// An empty one for so many hashes.
    pub(super) fn of(pairs: u64) -> Self {
        let blocks = usize::try_from(pairs.div_ceil(BLOCK_PAIRS).max(1)).unwrap_or(usize::MAX);
        Self { blocks: vec![[0; 8]; blocks] }
    }

    /// One that was written.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let block = |bytes: &[u8]| {
            let mut block = [0; 8];
            let words = bytes.chunks_exact(8).filter_map(<[u8]>::first_chunk).map(|word| u64::from_le_bytes(*word));
            words.zip(&mut block).for_each(|(word, into)| *into = word);
            block
        };
        Self { blocks: bytes.chunks_exact(BLOCK_BYTES).map(block).collect() }
    }

    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.blocks.iter().flatten().flat_map(|word| word.to_le_bytes())
    }

    /// Blocks in it.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Which block a hash has, and which bits there.
    fn place(&self, hash: u64) -> (usize, [u64; 8]) {
        /// An odd number with well mixed bits.
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = hash.wrapping_mul(FACTOR);
        mixed ^= mixed >> 32;
        let at = (u128::from(mixed.wrapping_mul(FACTOR)) * self.blocks.len() as u128) >> 64;
        let mut bits = [0; 8];
        for _ in 0..BITS_A_HASH {
            let bit = mixed % BLOCK_BITS;
            bits[(bit / 64) as usize] |= 1 << (bit % 64);
            mixed >>= BITS_OF_BIT;
        }
        (usize::try_from(at).unwrap_or(0), bits)
    }

    pub(super) fn add(&mut self, hash: u64) {
        let (at, bits) = self.place(hash);
        self.blocks[at].iter_mut().zip(bits).for_each(|(word, bits)| *word |= bits);
    }

    /// Whether a hash may be there.
    pub(super) fn may_have(&self, hash: u64) -> bool {
        let (at, bits) = self.place(hash);
        self.blocks.get(at).is_some_and(|block| block.iter().zip(bits).all(|(word, bits)| word & bits == bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_all_that_was_added_and_turns_nearly_all_else_away() {
        const COUNT: u64 = 100_000;
        let hash = |number: u64| number.wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(32) >> 16;
        let mut sieve = Sieve::of(COUNT);
        (0..COUNT).for_each(|number| sieve.add(hash(number)));
        let again = Sieve::read(&sieve.bytes().collect::<Vec<_>>());
        assert!((0..COUNT).all(|number| again.may_have(hash(number))));
        let false_friends = (COUNT..COUNT * 2).filter(|number| again.may_have(hash(*number))).count();
        assert!(false_friends < 4_000, "{false_friends} of {COUNT}");
        assert_eq!((again.len(), sieve.bytes().count()), (sieve.len(), sieve.len() * BLOCK_BYTES));
    }
}
