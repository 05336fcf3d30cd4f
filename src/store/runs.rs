//! A run: a file of (hash, number) pairs in order, written once, searched without being read whole.
//!
//! Blocks of pairs, each with a hash over it; then the first pair of each block; then the sieve; then what the file holds.
//! Knows nothing of what is hashed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::store::error::StoreError;
use crate::store::keys::No;
use crate::store::segments;
use crate::store::sieve::{self, Sieve};

/// A hash, and the number of an article that has it.
pub(super) type Pair = (u64, No);

/// Bytes of a hash: false friends are compared whole, and among 10^7 pairs of 48 bits they are few.
const HASH_BYTES: usize = 6;
/// Bits of a hash.
pub(super) const HASH_BITS: u32 = 48;
const PAIR_BYTES: usize = HASH_BYTES + 4;
/// Pairs of a block: with its hash it fits a page of the system.
const BLOCK_PAIRS: usize = 408;
const BLOCK_BYTES: usize = BLOCK_PAIRS * PAIR_BYTES + 8;
const MAGIC: [u8; 8] = *b"fa-run-2";
/// Pairs, first and last number, blocks of the sieve, hash of the fences, the sieve and these, magic.
const TAIL_BYTES: usize = 8 + 4 + 4 + 8 + 8 + 8;
/// The part of the tail that is hashed.
const TAIL_HASHED_BYTES: usize = 8 + 4 + 4 + 8;

/// A run that is open.
pub(super) struct Run {
    path: PathBuf,
    file: File,
    /// The first number that it knows of.
    pub(super) from: No,
    /// The last one.
    pub(super) to: No,
    /// How many pairs it holds.
    pub(super) pairs: u64,
    /// The first pair of each block.
    fences: Vec<Pair>,
    /// Asked before any block is read.
    sieve: Sieve,
}

/// The file of a run.
pub(super) fn path(folder: &Path, from: No, to: No) -> PathBuf {
    folder.join(format!("{from:010}-{to:010}.run"))
}

fn put_pair(pair: Pair, into: &mut Vec<u8>) {
    into.extend_from_slice(&pair.0.to_be_bytes()[8 - HASH_BYTES..]);
    into.extend_from_slice(&pair.1.to_be_bytes());
}

fn pair_of(bytes: &[u8]) -> Pair {
    let mut hash = [0; 8];
    hash[8 - HASH_BYTES..].copy_from_slice(&bytes[..HASH_BYTES]);
    let mut no = [0; 4];
    no.copy_from_slice(&bytes[HASH_BYTES..PAIR_BYTES]);
    (u64::from_be_bytes(hash), No::from_be_bytes(no))
}

/// Writes a run of pairs that come in order, `most` at most, and opens it. It has its name only once it is on disk.
pub(super) fn write(
    folder: &Path,
    numbers: (No, No),
    most: u64,
    pairs: &mut dyn Iterator<Item = Result<Pair, StoreError>>,
) -> Result<Run, StoreError> {
    let path = path(folder, numbers.0, numbers.1);
    let new = path.with_extension("new");
    let failed = |why: io::Error| StoreError::io(&new, &why);
    let mut file = BufWriter::new(File::create(&new).map_err(failed)?);
    let (mut count, mut fences, mut block) = (0_u64, Vec::new(), Vec::with_capacity(BLOCK_BYTES));
    let mut sieve = Sieve::of(most);
    for pair in pairs {
        let pair = pair?;
        if block.is_empty() {
            put_pair(pair, &mut fences);
        }
        put_pair(pair, &mut block);
        sieve.add(pair.0);
        count += 1;
        if block.len() == BLOCK_PAIRS * PAIR_BYTES {
            end_block(&mut block, &mut file).map_err(failed)?;
        }
    }
    if !block.is_empty() {
        end_block(&mut block, &mut file).map_err(failed)?;
    }
    let mut tail = fences;
    tail.extend(sieve.bytes());
    tail.extend_from_slice(&count.to_le_bytes());
    tail.extend_from_slice(&numbers.0.to_le_bytes());
    tail.extend_from_slice(&numbers.1.to_le_bytes());
    tail.extend_from_slice(&(sieve.len() as u64).to_le_bytes());
    tail.extend_from_slice(&xxh3_64(&tail).to_le_bytes());
    tail.extend_from_slice(&MAGIC);
    let ended = file.write_all(&tail).and_then(|()| file.flush()).and_then(|()| file.get_ref().sync_all());
    ended.map_err(failed)?;
    drop(file);
    fs::rename(&new, &path).map_err(failed)?;
    segments::sync_folder(folder)?;
    Run::open(&path)?.ok_or_else(|| StoreError::damaged("a run that was written just now", "it cannot be read"))
}

fn end_block(block: &mut Vec<u8>, file: &mut impl Write) -> io::Result<()> {
    file.write_all(block)?;
    file.write_all(&xxh3_64(block).to_le_bytes())?;
    block.clear();
    Ok(())
}

impl Run {
    /// Opens a run. None where the file is not a whole one.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        let opened = File::open(path).and_then(|file| Self::read(path.to_owned(), file));
        opened.map_err(|why| StoreError::io(path, &why))
    }

    fn read(path: PathBuf, mut file: File) -> io::Result<Option<Self>> {
        let bytes = file.metadata()?.len();
        let mut tail = [0; TAIL_BYTES];
        if bytes < TAIL_BYTES as u64 {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(bytes - TAIL_BYTES as u64))?;
        file.read_exact(&mut tail)?;
        let long = |at: usize| tail[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let word = |at: usize| tail[at..].first_chunk().map_or(0, |bytes| No::from_le_bytes(*bytes));
        let (pairs, sieve_blocks) = (long(0), long(16));
        let blocks = pairs.div_ceil(BLOCK_PAIRS as u64);
        let in_blocks = pairs.checked_mul(PAIR_BYTES as u64).map(|all| all + blocks * 8);
        let in_tables = sieve_blocks.checked_mul(sieve::BLOCK_BYTES as u64).map(|all| all + blocks * PAIR_BYTES as u64);
        let expected = in_blocks.zip(in_tables).and_then(|(blocks, tables)| blocks.checked_add(tables));
        if tail[TAIL_BYTES - 8..] != MAGIC || expected.and_then(|all| all.checked_add(TAIL_BYTES as u64)) != Some(bytes)
        {
            return Ok(None);
        }
        let mut tables = vec![0; in_tables.and_then(|all| usize::try_from(all).ok()).unwrap_or(0)];
        file.seek(SeekFrom::Start(bytes - TAIL_BYTES as u64 - tables.len() as u64))?;
        file.read_exact(&mut tables)?;
        let mut hasher = Xxh3::new();
        hasher.update(&tables);
        hasher.update(&tail[..TAIL_HASHED_BYTES]);
        if hasher.digest() != long(TAIL_HASHED_BYTES) {
            return Ok(None);
        }
        let (fences, sieve) = tables.split_at(usize::try_from(blocks).unwrap_or(0) * PAIR_BYTES);
        let fences = fences.chunks_exact(PAIR_BYTES).map(pair_of).collect();
        Ok(Some(Self { path, file, from: word(8), to: word(12), pairs, fences, sieve: Sieve::read(sieve) }))
    }

    /// The pairs of a block, in order.
    fn block(&mut self, index: usize) -> Result<Vec<Pair>, StoreError> {
        let before = (index * BLOCK_PAIRS) as u64;
        let count = usize::try_from(self.pairs - before).map_or(BLOCK_PAIRS, |rest| rest.min(BLOCK_PAIRS));
        let mut bytes = vec![0; count * PAIR_BYTES + 8];
        let read = self
            .file
            .seek(SeekFrom::Start((index * BLOCK_BYTES) as u64))
            .and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|why| StoreError::io(&self.path, &why))?;
        let hash = bytes.split_off(count * PAIR_BYTES);
        if xxh3_64(&bytes).to_le_bytes() != hash[..] {
            return Err(StoreError::damaged(self.path.display(), format!("block {index} is not what was written")));
        }
        Ok(bytes.chunks_exact(PAIR_BYTES).map(pair_of).collect())
    }

    /// Adds the numbers that have a hash, the highest first, up to `limit` in all.
    pub(super) fn find(&mut self, hash: u64, limit: usize, into: &mut Vec<No>) -> Result<(), StoreError> {
        if !self.sieve.may_have(hash) {
            return Ok(());
        }
        // The last block that may hold it; the same hash may fill blocks before that one.
        let mut next = self.fences.partition_point(|fence| *fence <= (hash, No::MAX));
        while next > 0 {
            let pairs = self.block(next - 1)?;
            let end = pairs.partition_point(|pair| *pair <= (hash, No::MAX));
            for pair in pairs[..end].iter().rev() {
                if pair.0 != hash || into.len() >= limit {
                    return Ok(());
                }
                into.push(pair.1);
            }
            next -= 1;
        }
        Ok(())
    }

    /// All pairs, in order, a block at a time.
    pub(super) fn all(&mut self) -> impl Iterator<Item = Result<Pair, StoreError>> + '_ {
        (0..self.fences.len()).flat_map(|index| match self.block(index) {
            Ok(pairs) => pairs.into_iter().map(Ok).collect(),
            Err(why) => vec![Err(why)],
        })
    }

    /// Takes the file away.
    pub(super) fn remove(self) -> Result<(), StoreError> {
        drop(self.file);
        fs::remove_file(&self.path).map_err(|why| StoreError::io(&self.path, &why))
    }
}
