//! Sorting more than fits into memory: sorted runs in temporary files, merged again (Knuth, TAOCP 3, 5.4).
//!
//! Used twice: leads are put into the order in which they are decided, and results back into the order of the input.
//! Below the limit everything stays in memory; runs are sorted and written beside. Equal items keep no order of their own, so items carry their position.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::thread::{self, JoinHandle};

use super::DataError;
use crate::model::Spilled;

/// The most runs that are open at once; that many are merged into one.
const MOST_RUNS: usize = 64;

/// Says how much may be held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortLimit {
    /// How many items.
    pub items: usize,
    /// How many bytes, by the weights given with the items.
    pub bytes: usize,
}

impl Default for SortLimit {
    fn default() -> Self {
        // A run that is being written is held beside the next one.
        Self { items: 100_000, bytes: 128 * 1024 * 1024 }
    }
}

/// Sorts items that may not all fit into memory.
pub struct SpillSorter<T> {
    limit: SortLimit,
    held: Vec<T>,
    weight: usize,
    runs: Vec<BufReader<File>>,
    /// The run that a thread of its own sorts and writes.
    writing: Option<JoinHandle<io::Result<BufReader<File>>>>,
}

impl<T: Ord + Spilled + Send + 'static> SpillSorter<T> {
    /// Makes an empty sorter.
    #[must_use]
    pub fn new(limit: SortLimit) -> Self {
        Self { limit, held: Vec::new(), weight: 0, runs: Vec::new(), writing: None }
    }

    /// Takes an item; `weight` is about how many bytes it holds.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn push(&mut self, item: T, weight: usize) -> Result<(), DataError> {
        self.held.push(item);
        self.weight = self.weight.saturating_add(weight);
        if self.held.len() >= self.limit.items.max(1) || self.weight >= self.limit.bytes {
            self.spill().map_err(|reason| DataError::Spill { reason })?;
        }
        Ok(())
    }

    /// Returns the items in order.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn finish(mut self) -> Result<Sorted<T>, DataError> {
        self.held.sort_unstable();
        self.wait().map_err(|reason| DataError::Spill { reason })?;
        if self.runs.is_empty() {
            return Ok(Sorted { held: self.held.into_iter(), merge: None });
        }
        let merge = Merge::new(std::mem::take(&mut self.runs)).map_err(|reason| DataError::Spill { reason })?;
        Ok(Sorted { held: self.held.into_iter(), merge: Some(merge) })
    }

    /// Has what is held written as a sorted run.
    fn spill(&mut self) -> io::Result<()> {
        self.wait()?;
        let mut held = std::mem::take(&mut self.held);
        self.held.reserve(held.len());
        self.weight = 0;
        self.writing = Some(thread::spawn(move || {
            held.sort_unstable();
            let mut run = BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
            let mut room = Vec::new();
            for item in held {
                write_item(&mut run, &item, &mut room)?;
            }
            reopen(run)
        }));
        Ok(())
    }

    /// Waits for the run that is being written.
    fn wait(&mut self) -> io::Result<()> {
        let Some(writing) = self.writing.take() else { return Ok(()) };
        self.runs.push(writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        if self.runs.len() >= MOST_RUNS {
            let mut merged = BufWriter::new(tempfile::tempfile()?);
            let mut merge = Merge::<T>::new(std::mem::take(&mut self.runs))?;
            let mut room = Vec::new();
            while let Some(item) = merge.next()? {
                write_item(&mut merged, &item, &mut room)?;
            }
            self.runs.push(reopen(merged)?);
        }
        Ok(())
    }
}

/// Writes an item behind its length.
fn write_item<T: Spilled>(run: &mut impl Write, item: &T, room: &mut Vec<u8>) -> io::Result<()> {
    room.clear();
    item.put(room);
    run.write_all(&u64::try_from(room.len()).unwrap_or(u64::MAX).to_le_bytes())?;
    run.write_all(room)
}

fn reopen(run: BufWriter<File>) -> io::Result<BufReader<File>> {
    let mut file = run.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// Yields items in order; ends after the first error.
pub struct Sorted<T> {
    held: std::vec::IntoIter<T>,
    merge: Option<Merge<T>>,
}

impl<T: Ord + Spilled> Iterator for Sorted<T> {
    type Item = Result<T, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let spilled = self.merge.as_ref().and_then(Merge::peek);
        let from_held = match (self.held.as_slice().first(), spilled) {
            (Some(held), Some(spilled)) => held <= spilled,
            (held, _) => held.is_some(),
        };
        if from_held {
            return self.held.next().map(Ok);
        }
        match self.merge.as_mut()?.next() {
            Ok(item) => item.map(Ok),
            Err(reason) => {
                self.merge = None;
                self.held = Vec::new().into_iter();
                Some(Err(DataError::Spill { reason }))
            }
        }
    }
}

/// Merges sorted runs.
struct Merge<T> {
    runs: Vec<BufReader<File>>,
    heads: BinaryHeap<Reverse<Head<T>>>,
    room: Vec<u8>,
}

/// The first item left of a run.
struct Head<T> {
    item: T,
    run: usize,
}

impl<T: Ord> Ord for Head<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.item.cmp(&other.item).then(self.run.cmp(&other.run))
    }
}

impl<T: Ord> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Head<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Ord> Eq for Head<T> {}

impl<T: Ord> Merge<T> {
    fn peek(&self) -> Option<&T> {
        self.heads.peek().map(|Reverse(head)| &head.item)
    }
}

impl<T: Ord + Spilled> Merge<T> {
    fn new(runs: Vec<BufReader<File>>) -> io::Result<Self> {
        let count = runs.len();
        let mut merge = Self { runs, heads: BinaryHeap::with_capacity(count), room: Vec::new() };
        for run in 0..count {
            merge.refill(run)?;
        }
        Ok(merge)
    }

    fn next(&mut self) -> io::Result<Option<T>> {
        let Some(Reverse(Head { item, run })) = self.heads.pop() else { return Ok(None) };
        self.refill(run)?;
        Ok(Some(item))
    }

    fn refill(&mut self, run: usize) -> io::Result<()> {
        let Some(reader) = self.runs.get_mut(run) else { return Ok(()) };
        if reader.fill_buf()?.is_empty() {
            return Ok(());
        }
        let mut length = [0; 8];
        reader.read_exact(&mut length)?;
        self.room.clear();
        reader.take(u64::from_le_bytes(length)).read_to_end(&mut self.room)?;
        let item = T::take(&mut self.room.as_slice()).ok_or(io::ErrorKind::InvalidData)?;
        self.heads.push(Reverse(Head { item, run }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::data::sample::cases())]

        #[test]
        fn sorts_as_in_memory(items in proptest::collection::vec((0_u64..20, "\\PC{0,4}\n?"), 0..300), most in 1_usize..40, bytes in 1_usize..500) {
            let mut sorter = SpillSorter::new(SortLimit { items: most, bytes });
            for item in &items {
                sorter.push(item.clone(), item.1.len()).expect("temporary files");
            }
            let got: Vec<(u64, String)> = sorter.finish().expect("temporary files").map(|i| i.expect("temporary files")).collect();
            let mut wanted = items;
            wanted.sort();
            prop_assert_eq!(got, wanted);
        }
    }

    #[test]
    fn many_runs_are_merged_on_the_way() {
        let mut sorter = SpillSorter::new(SortLimit { items: 1, bytes: usize::MAX });
        for n in 0..500_u32 {
            sorter.push(n.wrapping_mul(2_654_435_761) % 1_000, 4).expect("temporary files");
            assert!(sorter.runs.len() <= MOST_RUNS);
        }
        let got: Vec<u32> = sorter.finish().expect("temporary files").map(|i| i.expect("temporary files")).collect();
        assert_eq!(got.len(), 500);
        assert!(got.is_sorted());
    }
}
