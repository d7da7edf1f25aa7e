//! Keys that come more than once: the same content again is no further decision, other content is.
//!
//! Keys are remembered by eight bytes each; where two are alike, the file is read once more for just those.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::stream::Stream;
use super::worker::Worker;
use crate::data::{DataError, PieceRow, Pieces, Splitter};
use crate::model::Record;
use crate::report::Summary;

/// Returns the hash that a key is remembered by.
pub(super) fn hash(key: &str) -> u64 {
    FixedState::default().hash_one(key)
}

/// Takes back what was counted for rows that only repeat others.
pub(super) fn settle(
    stream: &Stream<'_>,
    mut keys: Vec<u64>,
    again: impl FnOnce() -> Result<Pieces, DataError>,
    summary: &mut Summary,
) -> Result<(), DataError> {
    keys.sort_unstable();
    let alike = keys.windows(2).filter(|pair| matches!(pair, [a, b] if a == b));
    let repeated: BTreeSet<u64> = alike.filter_map(|pair| pair.first().copied()).collect();
    drop(keys);
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
