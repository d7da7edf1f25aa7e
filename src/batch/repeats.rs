//! Keys that come more than once: the same content again is no further decision, other content is.
//!
//! Keys are remembered by eight bytes each; where two are alike, the file is read once more for just those.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::sync::Arc;
use std::thread;

use foldhash::fast::FixedState;

use super::stream::Stream;
use super::worker::Worker;
use crate::data::{DataError, PieceRow, Pieces, Splitter};
use crate::model::Record;
use crate::report::Summary;

/// How many of the first bits of a hash tell its share.
const SHARE_BITS: u32 = 6;

/// Returns the hash that a key is remembered by.
pub(super) fn hash(key: &str) -> u64 {
    FixedState::default().hash_one(key)
}

/// Holds the hashes of keys by their first bits, so that shares are small and sorted on all cores.
#[derive(Debug)]
pub(super) struct Keys(Vec<Vec<u64>>);

impl Keys {
    pub(super) fn new() -> Self {
        Self(vec![Vec::new(); 1 << SHARE_BITS])
    }

    /// Adds those of a piece.
    pub(super) fn add(&mut self, hashes: &[u64]) {
        for hash in hashes {
            if let Some(share) = usize::try_from(hash >> (u64::BITS - SHARE_BITS)).ok().and_then(|share| self.0.get_mut(share)) {
                share.push(*hash);
            }
        }
    }

    /// Returns those that come more than once.
    fn repeated(mut self, workers: usize) -> BTreeSet<u64> {
        let each = self.0.len().div_ceil(workers.max(1));
        thread::scope(|scope| {
            let threads: Vec<_> = self.0.chunks_mut(each).map(|shares| scope.spawn(|| repeated_in(shares))).collect();
            let joined = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            joined.flatten().collect()
        })
    }
}

fn repeated_in(shares: &mut [Vec<u64>]) -> Vec<u64> {
    let mut found = Vec::new();
    for share in shares {
        share.sort_unstable();
        found.extend(share.windows(2).filter(|pair| matches!(pair, [a, b] if a == b)).filter_map(|pair| pair.first()));
    }
    found
}

/// Takes back what was counted for rows that only repeat others.
pub(super) fn settle(
    stream: &Stream<'_>,
    keys: Keys,
    again: impl FnOnce() -> Result<Pieces, DataError>,
    (summary, workers): (&mut Summary, usize),
) -> Result<(), DataError> {
    let repeated = keys.repeated(workers);
    if repeated.is_empty() {
        return Ok(());
    }
    let mut pieces = again()?;
    let mut splitter = Splitter::new(pieces.format());
    let mut report = stream.cells.report();
    // By key: the different records, each with how often it comes.
    let mut by_key: BTreeMap<Arc<str>, Vec<(Record, u64)>> = BTreeMap::new();
    while let Some(piece) = pieces.read()? {
        splitter.rows(&piece, |row| -> Result<(), DataError> {
            let PieceRow::Cells(cells) = row else { return Ok(()) };
            let Ok(record) = stream.cells.record(cells, &mut report) else { return Ok(()) };
            if repeated.contains(&hash(&record.key)) {
                let own = by_key.entry(record.key.clone()).or_default();
                match own.iter_mut().find(|(other, _)| other.values == record.values) {
                    Some((_, times)) => *times += 1,
                    None => own.push((record, 1)),
                }
            }
            Ok(())
        })?;
    }
    let mut worker = Worker::new(stream);
    for records in by_key.into_values() {
        summary.changed += u64::try_from(records.len() - 1).unwrap_or(0);
        for (record, times) in records {
            summary.repeated += times - 1;
            let decision = worker.whole(record);
            (1..times).for_each(|_| summary.take_back(stream.plan, &decision));
        }
    }
    Ok(())
}
